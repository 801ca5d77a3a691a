import type { SourceFile } from './source-files.ts'

/** A shorter file is a part of another idea and belongs into its file. */
const MIN_LINES = 20
/** Names of drawers: what is in them belongs to the idea it serves. */
const DRAWERS = /(?:^|[/-])(?:utils?|helpers?|types|common|misc|shared)(?:[./-])/
const EXPORTED =
  /^export (?:default )?(?:declare )?(?:async )?(?:abstract )?(?:function\*?|class|interface|type|const) (\w+)/

/**
 * Words that this code does not use for its own ideas, and the words that it uses. A word of the field keeps its meaning:
 * the simulator settles positions and has an order book, and a K-line is a line.
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

/** The words that the glossary replaces, in the name of a file and in what it exports, as sentences. */
export function replacedWordProblems(file: SourceFile): readonly string[] {
  const fileName = (file.path.split('/').at(-1) ?? '').replace(/(?:\.test)?\.\w+$/, '')
  return [fileName, ...exportedNames(file.text)].flatMap((name) => {
    const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []
    return words.flatMap((word) => {
      const replaced = REPLACED_WORDS.find(({ words: pattern }) => pattern.test(word.toLowerCase()))
      if (replaced === undefined || replaced.except?.test(name) || replaced.except?.test(file.path)) return []
      return [`${file.path}: ${name}: instead of ${word.toLowerCase()} say ${replaced.use}`]
    })
  })
}

/** Whether a file is shorter than a file should be. */
export function isSmall(file: SourceFile): boolean {
  return file.text.trimEnd().split('\n').length < MIN_LINES
}

/** The files that are named like a drawer, as sentences. */
export function drawerProblems({ path }: SourceFile): readonly string[] {
  return DRAWERS.test(path) ? [`${path}: its name is that of a drawer`] : []
}

/**
 * The exported names without a docstring, as sentences. One docstring may stand over a row of one-line constants, and
 * an interface may have its docstrings at the members.
 */
export function docstringProblems(file: SourceFile): readonly string[] {
  const lines = file.text.split('\n')
  const problems: string[] = []
  /** Whether the line before ends a docstring or is a constant that has one. */
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
