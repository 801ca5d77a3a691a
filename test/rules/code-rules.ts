import type { SourceFile } from './source-files.ts'

/** The least lines of a file; shorter ones belong into another file. */
const MIN_LINES = 20
/** File names that do not describe the content, which belongs to the file of its subject. */
const VAGUE_NAMES = /(?:^|[/-])(?:utils?|helpers?|types|common|misc|shared)(?:[./-])/
const EXPORTED =
  /^export (?:default )?(?:declare )?(?:async )?(?:abstract )?(?:function\*?|class|interface|type|const) (\w+)/

/**
 * Words that the names of this code must not contain, with their replacements. A word of the trade keeps its meaning,
 * so these are allowed: the simulator settles positions, an exchange has an order book, and a K-line is a line.
 */
const REPLACED_WORDS: readonly { readonly words: RegExp; readonly use: string; readonly except?: RegExp }[] = [
  { words: /^desks?$/, use: 'manager' },
  { words: /^books?$/, use: 'registry, cache or log', except: /order[-_]?book|^src\/simulator\//i },
  { words: /^boards?$/, use: 'cache' },
  { words: /^lines?$/, use: 'client, link or series', except: /k-?lines?|command-?line|firstLine/i },
  { words: /^(?:holders?|wish(?:es)?)$/, use: 'subscriber and subscription request' },
  { words: /^kept$/, use: 'cached' },
  { words: /^(?:un)?settle[sd]?$/, use: 'transition, unresolved', except: /^src\/simulator\/trading\// },
  { words: /^(?:findings?|looks?)$/, use: 'poll, match result or order snapshot' },
  { words: /^search(?:es)?$/, use: 'reconciliation' },
  { words: /^(?:underway|turns?)$/, use: 'in flight, group commit, queue or mutex' },
  { words: /^(?:outside|host)$/, use: 'deps' },
  { words: /^note[ds]?$/, use: 'record, on' },
  { words: /^whitelist(?:ed)?$/, use: 'allowlist' },
  { words: /^(?:deadman|deadMan)$/, use: 'cancel-after' },
  { words: /^(?:story|stories|weather|victims?|dice)$/, use: 'trace, fault injector, targets or rng' },
]

/** The exported names of a file. */
export function exportedNames(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => EXPORTED.exec(line)?.[1] ?? [])
}

/** The replaced words in the name of a file and in its exported names, as sentences. */
export function replacedWordProblems(file: SourceFile): readonly string[] {
  const fileName = (file.path.split('/').at(-1) ?? '').replace(/(?:\.test)?\.\w+$/, '')
  return [fileName, ...exportedNames(file.text)].flatMap((name) => {
    const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []
    return words.flatMap((word) => {
      const replaced = REPLACED_WORDS.find(({ words: pattern }) => pattern.test(word.toLowerCase()))
      if (replaced === undefined || replaced.except?.test(name) || replaced.except?.test(file.path)) return []
      return [`${file.path}: ${name}: use ${replaced.use} instead of ${word.toLowerCase()}`]
    })
  })
}

/** Whether a file is too short. */
export function isSmall(file: SourceFile): boolean {
  return file.text.trimEnd().split('\n').length < MIN_LINES
}

/** A sentence if the name of the file does not describe its content. */
export function vagueNameProblems({ path }: SourceFile): readonly string[] {
  return VAGUE_NAMES.test(path) ? [`${path}: the name does not describe the content`] : []
}

/**
 * The exported names without a docstring, as sentences. A row of one-line constants may share one docstring, and an
 * interface may have its docstrings at the members.
 */
export function docstringProblems(file: SourceFile): readonly string[] {
  const lines = file.text.split('\n')
  const problems: string[] = []
  /** Whether the previous line ends a docstring or is a constant with a docstring. */
  let isDocumented = false
  for (const [index, line] of lines.entries()) {
    const name = EXPORTED.exec(line)?.[1]
    const membersAreDocumented = /\binterface\b.*\{$/.test(line) && lines[index + 1]?.trimStart().startsWith('/**')
    if (name !== undefined && !isDocumented && !membersAreDocumented) {
      problems.push(`${file.path}: line ${index + 1}: ${name} has no docstring`)
    }
    const isConstant = /^export const .*[^[{(=]$/.test(line)
    isDocumented = line.endsWith('*/') || (isDocumented && isConstant)
  }
  return problems
}
