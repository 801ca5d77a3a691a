import { bareCode, commentsOf } from './code-text.ts'
import type { SourceFile } from './source-files.ts'

/** Past this a file is two ideas. */
const MAX_LINES = 300
/** Names of drawers: what is in them belongs to the idea it serves. */
const DRAWERS = /(?:^|[/-])(?:utils?|helpers?|types|common|misc|shared)(?:[./-])/
/** The one file that only passes on what others export. */
const ENTRIES: ReadonlySet<string> = new Set(['src/index.ts', 'src/demo.ts'])

/** What a file breaks of the rules of style, as sentences. */
export function codeProblems(file: SourceFile): readonly string[] {
  const code = bareCode(file.text)
  return [
    ...tooLong(file),
    ...(DRAWERS.test(file.path) ? ['its name is that of a drawer'] : []),
    ...linesWith(code, /(?<![.\w$])any\b(?!\s*[?:(])/, 'uses any'),
    ...linesWith(code, /[\w$)\]]!(?!=)/, 'uses a non-null assertion'),
    ...linesWith(code, /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?(?:enum|namespace)\s+\w/, 'is not erasable'),
    ...silencedChecks(file),
    ...(!ENTRIES.has(file.path) && isBarrel(code) ? ['only passes on what other files export'] : []),
  ].map((problem) => `${file.path}: ${problem}`)
}

const EXPORTED =
  /^export (?:default )?(?:declare )?(?:async )?(?:abstract )?(?:function\*?|class|interface|type|const) (\w+)/

/**
 * The exported names without a docstring, as sentences. One docstring may stand over a row of one-line constants, and
 * an interface may leave the word to its members.
 */
export function docstringProblems(file: SourceFile): readonly string[] {
  const lines = file.text.split('\n')
  const problems: string[] = []
  /** Whether the line before ends a docstring or is a constant that has one. */
  let isDocumented = false
  for (const [index, line] of lines.entries()) {
    const name = EXPORTED.exec(line)?.[1]
    const membersSpeak = /\binterface\b.*\{$/.test(line) && lines[index + 1]?.trimStart().startsWith('/**')
    if (name !== undefined && !isDocumented && !membersSpeak) {
      problems.push(`${file.path}: line ${index + 1}: ${name} has no docstring`)
    }
    const isConstant = /^export const .*[^[{(=]$/.test(line)
    isDocumented = line.endsWith('*/') || (isDocumented && isConstant)
  }
  return problems
}

function tooLong(file: SourceFile): readonly string[] {
  const lines = file.text.trimEnd().split('\n').length
  return lines > MAX_LINES ? [`has ${lines} lines, ${MAX_LINES} at most`] : []
}

function linesWith(code: string, pattern: RegExp, problem: string): readonly string[] {
  return code.split('\n').flatMap((line, index) => (pattern.test(line) ? [`line ${index + 1} ${problem}`] : []))
}

/** Comments that switch a tool off: for a whole file never, for a line only with the reason after `--`. */
function silencedChecks(file: SourceFile): readonly string[] {
  return commentsOf(file.text).flatMap((comment) => {
    if (/^\W*@ts-(?:ignore|nocheck)\b/.test(comment)) return ['switches the compiler off']
    const isSilencer = /^\W*(?:(?:ox|es)lint-disable|@ts-expect-error)/.test(comment)
    return isSilencer && !/ -- \w|@ts-expect-error \w/.test(comment) ? ['switches a check off without a reason'] : []
  })
}

function isBarrel(code: string): boolean {
  const statements = code.replaceAll(/^(?:import|export)\b[^;=()]*?\bfrom\s+/gm, '').trim()
  return statements === '' && /^export\b/m.test(code)
}
