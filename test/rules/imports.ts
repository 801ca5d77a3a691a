import { posix } from 'node:path'
import type { SourceFile } from './source-files.ts'

/** One import of a file. */
export interface Import {
  readonly from: string
  /** A path from the top of the repository, or the name of a package. */
  readonly target: string
  readonly isPackage: boolean
  /** Erased before the code runs. */
  readonly isTypeOnly: boolean
}

/**
 * `import … from`, `export … from` and bare imports at the start of a line, dynamic ones and `import()` types anywhere.
 */
const STATIC = /^(?:import|export)\s+(type\s)?[^'"`;=()]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'/gm
const DYNAMIC = /\bimport\s*\(\s*['"`]([^'"`]+)['"`]/g

/** The imports of a file, in no particular order. An import in a comment counts too. */
export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = []
  const add = (specifier: string, isTypeOnly: boolean): void => {
    const isPackage = !specifier.startsWith('.')
    const target = isPackage ? specifier : posix.join(posix.dirname(file.path), specifier)
    found.push({ from: file.path, target, isPackage, isTypeOnly })
  }
  for (const [, type, named, bare] of file.text.matchAll(STATIC)) add(named ?? bare ?? '', type !== undefined)
  for (const [, specifier] of file.text.matchAll(DYNAMIC)) add(specifier ?? '', false)
  return found
}
