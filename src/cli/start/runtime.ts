import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { buildWorker, ROOT } from '../build-worker.ts'

/** The entry of the Worker: the product itself, or the one with the simulated OpenD inside. */
export type WorkerEntry = 'src/index.ts' | 'src/demo.ts'

async function bundleWorker(entry: WorkerEntry): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'opend-edge-'))
  try {
    await buildWorker(outDir, entry)
    return readFileSync(join(outDir, `${basename(entry, '.ts')}.js`), 'utf8')
  } finally {
    rmSync(outDir, { recursive: true })
  }
}

/** Where the runtime listens, where it stores its data, and the variables of the Worker. */
export interface RuntimeOptions {
  readonly entry: WorkerEntry
  readonly host: string
  readonly port: number
  readonly storage: string
  readonly vars: Readonly<Record<string, string>>
}

/**
 * Bundles the Worker and starts it in the real runtime; resolves when it listens. An exit handler of Miniflare ends the
 * runtime together with this process.
 */
export async function startRuntime({ entry, host, port, storage, vars }: RuntimeOptions): Promise<void> {
  const bundle = await bundleWorker(entry)
  const texts = Object.entries(vars).map(([name, value]) => [name, { type: 'text', value }] as const)
  const miniflare = new Miniflare({
    host,
    port,
    cf: false,
    log: new Log(LogLevel.WARN),
    logRequests: false,
    resourcePersistencePath: storage,
    workers: [
      {
        config: {
          name: 'opend-edge',
          compatibilityDate: '2026-11-01',
          compatibilityFlags: ['nodejs_compat'],
          env: {
            ...Object.fromEntries(texts),
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
  await miniflare.ready
}
