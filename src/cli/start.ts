import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { buildWorker, ROOT } from './build-worker.ts'
import { keysJsonFor, localKey } from './local-key.ts'

/**
 * `npm start`: the Worker and its gateway object in the real runtime on this machine, with the embedded simulated OpenD
 * unless `OPEND_URL` names another. Variables of the environment take effect over the local defaults.
 */

const DEFAULT_PORT = 22_222
const HOST = '127.0.0.1'
/** Ignored by git; wrangler keeps its own local state there too. */
const STATE = join(ROOT, '.wrangler', 'opend-edge')

/** The Worker's variables that are taken over from the environment. */
const VARIABLES = [
  'OPEND_URL',
  'OPEND_RSA_KEY',
  'KEYS_JSON',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_ALGORITHMS',
  'JWT_JWKS_URL',
  'JWT_SECRET',
  'JWT_SCOPE_CLAIM',
  'JWT_DEFAULT_LIMITS',
  'METRICS_AUTH',
] as const

async function main(): Promise<void> {
  const port = readPort()
  const bundle = await bundleWorker()
  const key = localKey(join(STATE, 'local-key'))
  const vars = await variables(key)
  const miniflare = new Miniflare({
    host: HOST,
    port,
    cf: false,
    log: new Log(LogLevel.WARN),
    logRequests: false,
    resourcePersistencePath: join(STATE, 'storage'),
    workers: [
      {
        config: {
          name: 'opend-edge',
          compatibilityDate: '2026-11-01',
          compatibilityFlags: ['nodejs_compat'],
          env: {
            ...Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, { type: 'text', value }])),
            GATEWAY: { type: 'durable-object', worker: 'opend-edge', exportName: 'GatewayObject' },
          },
          exports: { GatewayObject: { type: 'durable-object', storage: 'sqlite' } },
          manifest: {
            mainModule: 'index.js',
            modulesRoot: ROOT,
            modules: { 'index.js': { type: 'esm', contents: bundle } },
          },
        },
      },
    ],
  })
  // Miniflare ends the runtime itself when this process is told to stop.
  await miniflare.ready
  process.stdout.write(banner(`http://${HOST}:${port}`, vars, key))
}

function readPort(): number {
  const { values } = parseArgs({ options: { port: { type: 'string', default: String(DEFAULT_PORT) } } })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`--port ${values.port}: not a TCP port`)
  return port
}

async function bundleWorker(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'opend-edge-'))
  try {
    await buildWorker(outDir, 'src/demo.ts')
    return readFileSync(join(outDir, 'demo.js'), 'utf8')
  } finally {
    rmSync(outDir, { recursive: true })
  }
}

/**
 * The local defaults, under whatever the environment says. Reads are open without a token only while the keys are ours:
 * whoever configures keys wants them asked for.
 */
async function variables(key: string): Promise<Record<string, string>> {
  const vars: Record<string, string> = {}
  for (const name of VARIABLES) {
    const value = process.env[name]
    if (value !== undefined) vars[name] = value
  }
  vars['OPEND_URL'] ??= 'simulator:'
  if (vars['KEYS_JSON'] === undefined) {
    vars['KEYS_JSON'] = await keysJsonFor(key, vars['OPEND_URL'] === 'simulator:')
    vars['LOCAL_OPEN_READS'] = 'true'
  }
  return vars
}

function banner(base: string, vars: Record<string, string>, key: string): string {
  const opensReads = vars['LOCAL_OPEN_READS'] === 'true'
  const upstream = vars['OPEND_URL'] === 'simulator:' ? 'the embedded simulated OpenD' : String(vars['OPEND_URL'])
  const lines = [
    '',
    `opend-edge at ${base}, talking to ${upstream}`,
    '',
    opensReads ? `  key  ${key}` : '  key  yours: KEYS_JSON is set, so every call needs one of its keys',
    '',
    'Try:',
    '',
    ...tryLines(base, opensReads ? key : '$KEY').map((line) => `  ${line}`),
    '',
    'Ctrl-C stops it.',
    '',
  ]
  return lines.join('\n')
}

function tryLines(base: string, key: string): readonly string[] {
  const token = `-H 'Authorization: Bearer ${key}'`
  const quote = '{"security_list":[{"market":1,"code":"00700"}],"sub_type_list":[1]}'
  return [
    `curl ${token} ${base}/api/accounts`,
    `curl ${token} ${base}/api/quote -d '${quote}'`,
    `curl ${token} ${base}/api/global-state`,
  ]
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
