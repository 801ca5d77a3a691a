import { posix } from 'node:path'
import type { SourceFile } from './source-files.ts'

/** The README takes five minutes to read; details belong on a page. */
const MOST_README_LINES = 200

/** The path of a file or folder, from the top of this repository. */
const REPOSITORY_PATH = /(?<![\w./-])(?:src|durable-objects|test|proto)(?:\/[\w-]+(?:\.[\w-]+)*)+/g

/** The target of a Markdown link. */
const LINK = /\]\(([^)\s]+)\)/g

/** Whether a file is one of the documents for users: the README, or a reference page. */
export function isDocument({ path }: SourceFile): boolean {
  return path === 'README.md' || /^src\/docs\/.+\.md$/.test(path)
}

/** The names in a document that do not exist, as sentences: files, folders, pages, headings of pages. */
export function documentProblems(document: SourceFile, files: readonly SourceFile[]): readonly string[] {
  const present = new Set(files.flatMap(({ path }) => withFolders(path)))
  const missing = [...document.text.matchAll(REPOSITORY_PATH)].flatMap(([path]) =>
    present.has(path) ? [] : [`${document.path} names ${path}, which does not exist`],
  )
  const links = [...document.text.matchAll(LINK)].flatMap(([, target = '']) => linkProblem(document, target, files))
  return [...new Set([...missing, ...links]), ...lengthProblem(document)]
}

/** The reference pages to which no document links, as sentences. */
export function unlinkedPages(documents: readonly SourceFile[]): readonly string[] {
  const linked = new Set(
    documents.flatMap(({ path, text }) =>
      [...text.matchAll(LINK)].map(([, target = '']) => resolved(path, target.split('#', 1)[0] ?? '')),
    ),
  )
  return documents.flatMap(({ path }) =>
    path === 'README.md' || linked.has(path) ? [] : [`no document links to ${path}`],
  )
}

function lengthProblem({ path, text }: SourceFile): readonly string[] {
  const lines = text.trimEnd().split('\n').length
  if (path !== 'README.md' || lines <= MOST_README_LINES) return []
  return [`README.md has ${lines} lines, at most ${MOST_README_LINES} are allowed: move text to a page`]
}

function linkProblem(document: SourceFile, target: string, files: readonly SourceFile[]): readonly string[] {
  if (/^[a-z]+:/.test(target)) return []
  const [path = '', anchor] = target.split('#')
  const page = path === '' ? document : files.find((file) => file.path === resolved(document.path, path))
  if (page === undefined) return [`${document.path} links to ${target}, which does not exist`]
  if (anchor === undefined || anchorsOf(page).includes(anchor)) return []
  return [`${document.path} links to ${target}, which has no such heading`]
}

/** The anchors that a Markdown viewer gives the headings of a page. */
function anchorsOf({ text }: SourceFile): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(/\s/g, '-'),
  )
}

function resolved(from: string, target: string): string {
  return posix.join(posix.dirname(from), target)
}

/** `a/b/c.ts` with its folders: `a`, `a/b`, `a/b/c.ts`. */
function withFolders(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
