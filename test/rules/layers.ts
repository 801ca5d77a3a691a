import { importsOf, type Import } from './imports.ts'
import type { SourceFile } from './source-files.ts'

/**
 * Which layer may import which. Everything runs down: http, then orders, auth and limits, gateway, wire, transport,
 * base. `calls`, the table of OpenD's calls, stands beside base. The simulator stands on the wire, and the Durable Objects
 * beside http on everything below it. `cli`, `index` and `demo` put it all together and are not listed.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  calls: ['proto'],
  transport: ['base'],
  wire: ['calls', 'transport', 'base', 'proto'],
  gateway: ['calls', 'wire', 'transport', 'base', 'proto'],
  accounts: ['calls', 'auth', 'limits', 'gateway', 'wire', 'base', 'proto'],
  limits: ['auth', 'gateway', 'wire', 'transport', 'base', 'proto'],
  auth: ['limits', 'gateway', 'wire', 'transport', 'base', 'proto'],
  problem: ['base', 'proto'],
  fees: ['limits', 'wire', 'base', 'proto'],
  orders: ['calls', 'accounts', 'auth', 'fees', 'limits', 'gateway', 'wire', 'transport', 'base', 'proto'],
  subscriptions: ['calls', 'gateway', 'wire', 'transport', 'base', 'proto'],
  quotes: ['calls', 'accounts', 'subscriptions', 'gateway', 'wire', 'transport', 'base', 'proto'],
  pushes: ['calls', 'problem', 'auth', 'quotes', 'subscriptions', 'gateway', 'wire', 'transport', 'base', 'proto'],
  env: ['auth', 'limits', 'gateway', 'wire', 'transport', 'base', 'proto'],
  endpoints: ['calls', 'auth', 'limits', 'gateway', 'wire', 'transport', 'base', 'proto'],
  http: [
    'calls',
    'env',
    'endpoints',
    'problem',
    'orders',
    'quotes',
    'accounts',
    'auth',
    'limits',
    'gateway',
    'wire',
    'transport',
    'base',
    'proto',
  ],
  core: [
    'calls',
    'accounts',
    'orders',
    'quotes',
    'pushes',
    'subscriptions',
    'auth',
    'gateway',
    'wire',
    'transport',
    'base',
    'proto',
  ],
  simulator: ['wire', 'base', 'proto'],
  'durable-objects': [
    'core',
    'simulator',
    'env',
    'endpoints',
    'problem',
    'orders',
    'subscriptions',
    'quotes',
    'pushes',
    'accounts',
    'auth',
    'limits',
    'gateway',
    'wire',
    'transport',
    'base',
    'proto',
  ],
}

/** The shells: they may import anything, and nothing below imports them. */
const SHELLS: ReadonlySet<string> = new Set(['cli', 'index', 'demo'])

/** The one file of the Durable Objects that http may know, and only its types. */
const RPC_TYPES = 'durable-objects/gateway-rpc.ts'

/** Where a package may be imported: a folder (ending in a slash) or named files. Shells may import what they like. */
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

/** The imports that run against the arrows, as sentences. */
export function layerProblems(files: readonly SourceFile[]): readonly string[] {
  const imports = files.flatMap(importsOf)
  return [...imports.flatMap(layerProblem), ...folderCycles(imports)]
}

function layerProblem(one: Import): readonly string[] {
  const layer = layerOf(one.from)
  if (SHELLS.has(layer)) return []
  if (one.isPackage) return packageProblem(one)
  const target = layerOf(one.target)
  const known = MAY_IMPORT[layer]
  if (known === undefined) return [`${one.from}: the folder ${layer} has no place among the layers`]
  if (target === layer || known.includes(target)) return []
  if (layer === 'http' && one.target === RPC_TYPES && one.isTypeOnly) return []
  return [`${one.from}: ${layer} must not import ${one.target}`]
}

function packageProblem(one: Import): readonly string[] {
  const rule = PACKAGES.find(({ name }) => name.test(one.target))
  if (rule?.allowed.test(one.from)) return []
  return [`${one.from}: ${one.target} must not be imported here`]
}

/** Two layers of one rank may know each other in one direction only. */
function folderCycles(imports: readonly Import[]): readonly string[] {
  const arrows = new Set(
    imports.filter((one) => !one.isPackage).map((one) => `${layerOf(one.from)} ${layerOf(one.target)}`),
  )
  const back = [...arrows].filter((arrow) => {
    const [from = '', to = ''] = arrow.split(' ')
    return from < to && arrows.has(`${to} ${from}`)
  })
  return back.map((arrow) => `${arrow.replace(' ', ' and ')} import each other`)
}
