import { posix } from 'node:path'
import type { SourceFile } from './source-files.ts'

/** All that the top of the repository holds; folders end in a slash. */
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
 * What is true of one machine only, or points at something that a reader of this repository cannot open. Taken apart
 * here so that this file does not break its own rule.
 */
const NOT_FOR_READERS: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.~-])\/(?:work|home|root|Users)\/\w/, 'a path of one machine'],
  [/\/tmp\/[\w-]*brief/, 'a path of one machine'],
  [new RegExp(String.raw`\b${'rul'}ings?\b`, 'i'), 'a document that is not here'],
  [/\breference material\b/i, 'a document that is not here'],
  [/\bissues? #?\d/i, 'a ticket'],
  [/"resolve[d]":|https?:\/\/[\w.-]*(?:registry|artifactory|verdaccio|nexus)[\w.-]*/i, 'a package registry'],
]

/** Folders that compile without ambient types, so that nothing of a platform gets in. */
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

/** What lies at the top of the repository and does not belong there, as sentences. */
export function topLevelProblems(paths: readonly string[]): readonly string[] {
  const names = new Set(paths.map((path) => (path.includes('/') ? `${path.split('/', 1)[0]}/` : path)))
  return [...names].filter((name) => !TOP_LEVEL.has(name)).map((name) => `${name} does not belong at the top`)
}

/** The lines that speak of what a reader cannot see, as sentences. */
export function wordProblems(file: SourceFile): readonly string[] {
  return file.text.split('\n').flatMap((line, index) => {
    const found = NOT_FOR_READERS.find(([pattern]) => pattern.test(line))
    return found === undefined ? [] : [`${file.path}: line ${index + 1} names ${found[1]}`]
  })
}

/** A TypeScript configuration, as far as these rules look. */
export interface CompilerConfig {
  readonly compilerOptions: { readonly types?: readonly string[]; readonly lib?: readonly string[] }
  readonly include: readonly string[]
  readonly exclude?: readonly string[]
}

/** How the configuration of the pure folders lets a platform in, as sentences. */
export function pureConfigProblems(pure: CompilerConfig, base: CompilerConfig): readonly string[] {
  const { types, lib = base.compilerOptions.lib } = pure.compilerOptions
  const missing = PURE_FOLDERS.filter((folder) => !pure.include.includes(folder))
  return [
    ...missing.map((folder) => `${folder} is not compiled without ambient types`),
    ...(types?.length === 0 ? [] : ['ambient types are not switched off']),
    ...(lib?.every((name) => /^es(?:\d+|next)/i.test(name)) ? [] : ['a library of a platform is switched on']),
  ]
}

/** The TypeScript files that no configuration compiles, as sentences. */
export function uncompiled(paths: readonly string[], configs: readonly CompilerConfig[]): readonly string[] {
  const isCompiled = (path: string): boolean =>
    configs.some(({ include, exclude = [] }) => holds(include, path) && !holds(exclude, path))
  return paths
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !isCompiled(path))
    .map((path) => `${path} is compiled by no configuration`)
}

/** Whether a list of files, folders and patterns holds a path. */
function holds(entries: readonly string[], path: string): boolean {
  return entries.some((entry) => path === entry || path.startsWith(`${entry}/`) || posix.matchesGlob(path, entry))
}
