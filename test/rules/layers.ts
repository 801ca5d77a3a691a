import { importsOf, type Import } from './imports.ts'
import type { SourceFile } from './source-files.ts'

/** The layers that each layer imports. */
export type Arrows = Readonly<Record<string, readonly string[]>>

/**
 * Which layer may import which. Every listed arrow is in use. From top to bottom: http, orders, keys, auth and limits,
 * gateway, wire, transport, base. `calls`, the table of OpenD's calls, is beside base. The simulator imports the wire.
 * The Durable Objects are beside http and import the layers below it. `cli`, `index` and `demo` compose the layers and
 * are not listed.
 */
const MAY_IMPORT: Arrows = {
  base: [],
  calls: ['proto'],
  transport: ['base'],
  wire: ['calls', 'base', 'proto'],
  gateway: ['wire', 'transport', 'calls', 'base', 'proto'],
  connector: ['gateway', 'transport', 'base'],
  limits: ['wire', 'base', 'proto'],
  auth: ['limits', 'wire', 'transport', 'base', 'proto'],
  accounts: ['auth', 'limits', 'gateway', 'wire', 'calls', 'base', 'proto'],
  problem: ['base', 'proto'],
  fees: ['base', 'proto'],
  orders: ['accounts', 'fees', 'auth', 'limits', 'gateway', 'wire', 'calls', 'base', 'proto'],
  subscriptions: ['gateway', 'wire', 'calls', 'base', 'proto'],
  quotes: ['subscriptions', 'accounts', 'limits', 'gateway', 'wire', 'calls', 'base', 'proto'],
  pushes: ['quotes', 'subscriptions', 'problem', 'auth', 'wire', 'calls', 'base', 'proto'],
  audit: ['base'],
  keys: ['accounts', 'auth', 'limits', 'wire', 'base'],
  hooks: ['orders', 'problem', 'accounts', 'keys', 'limits', 'auth', 'gateway', 'wire', 'calls', 'base', 'proto'],
  env: ['auth', 'transport', 'base'],
  endpoints: ['auth', 'wire', 'calls', 'proto'],
  http: [
    'env',
    'endpoints',
    'problem',
    'audit',
    'orders',
    'pushes',
    'quotes',
    'hooks',
    'keys',
    'accounts',
    'auth',
    'limits',
    'connector',
    'gateway',
    'wire',
    'transport',
    'calls',
    'base',
    'proto',
    'durable-objects',
  ],
  core: ['orders', 'pushes', 'quotes', 'subscriptions', 'accounts', 'auth', 'gateway', 'wire', 'calls', 'base'],
  simulator: ['wire', 'base', 'proto'],
  'durable-objects': [
    'core',
    'audit',
    'simulator',
    'env',
    'orders',
    'pushes',
    'quotes',
    'subscriptions',
    'hooks',
    'keys',
    'accounts',
    'auth',
    'limits',
    'connector',
    'gateway',
    'transport',
    'base',
  ],
}

/** The shells may import anything. The layers below do not import them. */
const SHELLS: ReadonlySet<string> = new Set(['cli', 'index', 'demo'])

/** The one file of the Durable Objects that http may import, types only. */
const RPC_TYPES = 'durable-objects/gateway-rpc.ts'

/** Where a package may be imported: a folder (ending in a slash) or named files. Shells may import any package. */
const PACKAGES: readonly { readonly name: RegExp; readonly allowed: RegExp }[] = [
  { name: /^hono(?:\/|$)/, allowed: /^src\/http\// },
  { name: /^jose(?:\/|$)/, allowed: /^src\/auth\/jwt\.ts$/ },
  { name: /^cloudflare:sockets$/, allowed: /^src\/transport\/tcp\.ts$/ },
  { name: /^cloudflare:workers$/, allowed: /^durable-objects\/|^src\/transport\// },
  { name: /^node:crypto$/, allowed: /^src\/transport\/native-crypto\.ts$/ },
  { name: /^protobufjs\/minimal\.js$/, allowed: /^src\/wire\/(?:encode|decode)\.ts$/ },
]

/** The layer of a product file or folder of the repository: `src/wire/frame.ts` is `wire`, `src/env.ts` is `env`. */
export function layerOf(path: string): string {
  const [top = '', second = ''] = path.split('/')
  return top === 'src' ? second.replace(/\.ts$/, '') : top
}

/** The imports against the arrows, as sentences. */
export function layerProblems(files: readonly SourceFile[], arrows = MAY_IMPORT): readonly string[] {
  return files.flatMap(importsOf).flatMap((one) => layerProblem(one, arrows))
}

/** The layers that import each other, directly or through others, as a sentence; empty without a cycle. */
export function layersInCircles(arrows = MAY_IMPORT): readonly string[] {
  let left = Object.keys(arrows)
  for (;;) {
    const upper = left.filter((layer) => arrows[layer]?.some((target) => left.includes(target)))
    if (upper.length === 0) return []
    if (upper.length === left.length) return [`layers in a cycle, or above one: ${left.join(', ')}`]
    left = upper
  }
}

/** The arrows without an import, as sentences. */
export function unusedArrows(files: readonly SourceFile[], arrows = MAY_IMPORT): readonly string[] {
  const used = arrowsOf(files.flatMap(importsOf))
  return Object.entries(arrows).flatMap(([from, targets]) =>
    targets.filter((to) => !used.has(`${from} ${to}`)).map((to) => `${from} does not import ${to}`),
  )
}

function layerProblem(one: Import, arrows: Arrows): readonly string[] {
  const layer = layerOf(one.from)
  const target = layerOf(one.target)
  if (target === 'test') return [`${one.from}: the product must not import ${one.target}`]
  if (SHELLS.has(layer)) return []
  if (one.isPackage) return packageProblem(one)
  const known = arrows[layer]
  if (known === undefined) return [`${one.from}: the folder ${layer} is not one of the layers`]
  const isTooMuch = layer === 'http' && target === 'durable-objects' && !(one.target === RPC_TYPES && one.isTypeOnly)
  if (target === layer || (known.includes(target) && !isTooMuch)) return []
  return [`${one.from}: ${layer} must not import ${one.target}`]
}

function packageProblem(one: Import): readonly string[] {
  const rule = PACKAGES.find(({ name }) => name.test(one.target))
  if (rule?.allowed.test(one.from)) return []
  return [`${one.from}: ${one.target} must not be imported here`]
}

function arrowsOf(imports: readonly Import[]): ReadonlySet<string> {
  return new Set(imports.filter((one) => !one.isPackage).map((one) => `${layerOf(one.from)} ${layerOf(one.target)}`))
}
