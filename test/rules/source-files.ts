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

/** What git ignores or keeps for itself, wherever it is. */
const NOT_OURS: ReadonlySet<string> = new Set(['.git', 'node_modules', '.wrangler', '.dev.vars', 'dist'])

/** What compile.ts writes. A person reads none of it, so the rules about reading do not hold for it. */
const GENERATED: ReadonlySet<string> = new Set([
  'proto/messages.ts',
  'proto/enums.ts',
  'proto/schema.json',
  'proto/schema-rest.json',
])

/** Every file of the checkout, also those that git does not know yet. */
export function repositoryFiles(): readonly SourceFile[] {
  return readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll('\\', '/'))
    .filter((path) => !path.split('/').some((part) => NOT_OURS.has(part)))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

/** Code that people write: TypeScript and plain modules, without what is generated. */
export function isWrittenCode(file: SourceFile): boolean {
  return /\.(?:ts|mjs|js)$/.test(file.path) && !GENERATED.has(file.path)
}

/** What goes into the Worker or is a command: the code whose exported names others build on. */
export function isProductCode(file: SourceFile): boolean {
  return isWrittenCode(file) && /^(?:src|durable-objects)\//.test(file.path)
}
