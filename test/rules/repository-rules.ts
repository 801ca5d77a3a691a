import { posix } from 'node:path'
import type { SourceFile } from './source-files.ts'

/** The entries at the top of the repository; folders end in a slash. */
const TOP_LEVEL: ReadonlySet<string> = new Set([
  '.ci/',
  '.gitignore',
  '.npmrc',
  '.oxfmtrc.json',
  '.oxlintrc.json',
  'LICENSE',
  'README.md',
  'durable-objects/',
  'package-lock.json',
  'package.json',
  'proto/',
  'src/',
  'test/',
  'tsconfig.json',
  'tsconfig.pure.json',
  'tsconfig.worker.json',
  'worker-configuration.d.ts',
  'wrangler.toml',
])

/**
 * Text that is valid on one machine only, or refers to something that a reader of this repository cannot open. The
 * patterns are split so that this file does not break its own rule.
 */
const NOT_FOR_READERS: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.~-])\/(?:work|home|root|Users)\/\w/, 'a path of one machine'],
  [/\/tmp\/[\w-]*brief/, 'a path of one machine'],
  [new RegExp(String.raw`\b${'rul'}ings?\b`, 'i'), 'a document that is not here'],
  [/\breference material\b/i, 'a document that is not here'],
  [/\bissues? #?\d/i, 'a ticket'],
  [/"resolve[d]":|https?:\/\/[\w.-]*(?:registry|artifactory|verdaccio|nexus)[\w.-]*/i, 'a package registry'],
]

/** Folders that compile without ambient types, so that they cannot use the API of a platform. */
const PURE_FOLDERS = [
  'src/base',
  'src/fees',
  'src/gateway',
  'src/limits',
  'src/orders',
  'src/problem',
  'src/pushes',
  'src/quotes',
  'src/simulator',
  'src/subscriptions',
  'src/wire',
]

/** The entries that do not belong at the top of the repository, as sentences. */
export function topLevelProblems(paths: readonly string[]): readonly string[] {
  const names = new Set(paths.map((path) => (path.includes('/') ? `${path.split('/', 1)[0]}/` : path)))
  return [...names].filter((name) => !TOP_LEVEL.has(name)).map((name) => `${name} does not belong at the top`)
}

/** The lines that refer to something a reader cannot see, as sentences. */
export function wordProblems(file: SourceFile): readonly string[] {
  return file.text.split('\n').flatMap((line, index) => {
    const found = NOT_FOR_READERS.find(([pattern]) => pattern.test(line))
    return found === undefined ? [] : [`${file.path}: line ${index + 1} names ${found[1]}`]
  })
}

/** The part of a TypeScript configuration that these rules read. */
export interface CompilerConfig {
  readonly compilerOptions: { readonly types?: readonly string[]; readonly lib?: readonly string[] }
  readonly include: readonly string[]
  readonly exclude?: readonly string[]
}

/** The ways in which the configuration of the pure folders allows the API of a platform, as sentences. */
export function pureConfigProblems(pure: CompilerConfig, base: CompilerConfig): readonly string[] {
  const { types, lib = base.compilerOptions.lib } = pure.compilerOptions
  const missing = PURE_FOLDERS.filter((folder) => !pure.include.includes(folder))
  return [
    ...missing.map((folder) => `${folder} is not compiled without ambient types`),
    ...(types?.length === 0 ? [] : ['ambient types are not disabled']),
    ...(lib?.every((name) => /^es(?:\d+|next)/i.test(name)) ? [] : ['a library of a platform is enabled']),
  ]
}

/** The TypeScript files that are not part of any configuration, as sentences. */
export function uncompiled(paths: readonly string[], configs: readonly CompilerConfig[]): readonly string[] {
  const isCompiled = (path: string): boolean =>
    configs.some(({ include, exclude = [] }) => holds(include, path) && !holds(exclude, path))
  return paths
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !isCompiled(path))
    .map((path) => `${path} is not part of any configuration`)
}

/** Whether a list of files, folders and patterns contains a path. */
function holds(entries: readonly string[], path: string): boolean {
  return entries.some((entry) => path === entry || path.startsWith(`${entry}/`) || posix.matchesGlob(path, entry))
}
