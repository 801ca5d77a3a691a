import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWorker, ROOT } from '../../src/cli/build-worker.ts'

/** The environment variable in which `npm test` tells the test files where it has built the Worker for all of them. */
export const BUILT_WORKER = 'OPEND_EDGE_BUILT_WORKER'

/** The entry that wrangler.toml names. */
export const PRODUCT_ENTRY = 'src/index.ts'

/** The same with the simulated OpenD on board. */
export const DEMO_ENTRY = 'src/demo.ts'

/** The same without latency. */
export const QUICK_DEMO_ENTRY = 'test/workerd/quick-demo.ts'

const built = new Map<string, Promise<string>>()

/** The folder with the built Worker: the one `npm test` made for all test files, else one made now for this file. */
export function builtWorker(entry: string): Promise<string> {
  const folder = built.get(entry) ?? prepare(entry)
  built.set(entry, folder)
  return folder
}

async function prepare(entry: string): Promise<string> {
  const prebuilt = process.env[BUILT_WORKER]
  if (entry === PRODUCT_ENTRY && prebuilt !== undefined) return prebuilt
  const folder = mkdtempSync(join(tmpdir(), 'opend-edge-worker-'))
  process.once('exit', () => rmSync(folder, { recursive: true }))
  await buildTestWorker(folder, entry)
  return folder
}

/**
 * Bundles the Worker into a folder with a copy of its configuration. Started from there, it does not see the secrets
 * that a developer keeps in `.dev.vars` beside the original.
 */
export async function buildTestWorker(folder: string, entry: string = PRODUCT_ENTRY): Promise<void> {
  await buildWorker(folder, entry)
  const config = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')
  writeFileSync(join(folder, 'wrangler.toml'), config.replace(PRODUCT_ENTRY, entry))
}
