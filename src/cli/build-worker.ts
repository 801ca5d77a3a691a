import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The repository's top folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Environment in which wrangler makes no network request and shows no prompt. */
export const OFFLINE_ENV = {
  CI: '1',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
} as const

/**
 * Bundles the Worker exactly as a deployment does. Writes the bundle to `outDir`, as a file named after its entry:
 * `index.js` for the product itself. Rejects with wrangler's output when bundling fails.
 */
export async function buildWorker(outDir: string, entry = 'src/index.ts'): Promise<void> {
  const wrangler = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url))
  const child = spawn(process.execPath, [wrangler, 'deploy', entry, '--dry-run', '--outdir', outDir], {
    cwd: ROOT,
    env: { ...process.env, ...OFFLINE_ENV },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  if (code !== 0) throw new Error(`the Worker could not be bundled:\n${output}`)
}
