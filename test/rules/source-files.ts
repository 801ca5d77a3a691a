import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the repository. */
export interface SourceFile {
  /** From the top of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Names that git ignores, and its own folder, at any depth. */
const NOT_OURS: ReadonlySet<string> = new Set(['.git', 'node_modules', '.wrangler', '.dev.vars', 'dist'])

/** The files that compile.ts generates. People do not read them, so the rules about readability do not apply. */
const GENERATED: ReadonlySet<string> = new Set([
  'proto/messages.ts',
  'proto/enums.ts',
  'proto/schema.json',
  'proto/schema-rest.json',
])

/** Every file of the checkout, including untracked ones. */
export function repositoryFiles(): readonly SourceFile[] {
  return readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll('\\', '/'))
    .filter((path) => !path.split('/').some((part) => NOT_OURS.has(part)))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

/** Whether people write the file: TypeScript and plain modules, without generated files. */
export function isWrittenCode(file: SourceFile): boolean {
  return /\.(?:ts|mjs|js)$/.test(file.path) && !GENERATED.has(file.path)
}

/** Whether the file is part of the Worker or of a command. */
export function isProductCode(file: SourceFile): boolean {
  return isWrittenCode(file) && /^(?:src|durable-objects)\//.test(file.path)
}
