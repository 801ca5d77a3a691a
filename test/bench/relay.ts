import { availableParallelism } from 'node:os'
import { keysJsonFor } from '../../src/cli/local-key.ts'
import { alternate, LOAD_TEXT, type Pair, postRequest, QUIET, withoutCache, withServers } from './alternate.ts'
import { type Contender, roundsTable } from './contender.ts'
import { median } from './numbers.ts'
import { type ServerProcess, startServer } from './processes.ts'
import { firstQuote } from './quote-request.ts'
import { serveWorker } from './workerd.ts'

/** What the product may cost: at least this share of the requests that the bare Worker serves. */
const TARGET_RATIO = 0.7

const KEY = `fc_${'be'.repeat(32)}`
const QUOTE = { security_list: [{ market: 1, code: '00700' }] }

/**
 * What a quote costs that OpenD is asked for: `POST /api/quote` with `Cache-Control: no-cache` through the Worker and the
 * gateway object, over TCP to the simulated OpenD and back, beside a bare Worker, object and TCP echo that do nothing in
 * between and carry as many bytes as the quote's answer has.
 */
export async function benchRelay(): Promise<void> {
  await withServers(async (generator, running) => {
    const product = await startProduct(running)
    const bare = await startBare(running, await firstQuote(product.worker.port, KEY, '00700'))
    report(product, bare, await alternate(generator, product, bare))
  })
}

async function startProduct(running: ServerProcess[]): Promise<Contender> {
  const backend = await startServer('src/cli/opend.ts', '--port', '0')
  running.push(backend)
  const vars = { ...QUIET, KEYS_JSON: await keysJsonFor(KEY, true), OPEND_URL: `tcp://127.0.0.1:${backend.port}` }
  const worker = await serveWorker('src/index.ts', vars)
  running.push(worker)
  const request = withoutCache(postRequest('/api/quote', KEY, JSON.stringify(QUOTE)))
  return { name: 'opend-edge', worker, backend, request }
}

async function startBare(running: ServerProcess[], body: string): Promise<Contender> {
  const backend = await startServer('test/bench/echo-server.ts')
  running.push(backend)
  const worker = await serveWorker('test/bench/bare-worker.ts', { ECHO_PORT: String(backend.port) })
  running.push(worker)
  return { name: 'bare', worker, backend, request: postRequest('/api/quote', KEY, body) }
}

function report(product: Contender, bare: Contender, pairs: readonly Pair[]): void {
  const ratios = pairs.map(([ours, theirs]) => ours.requestsPerSecond / theirs.requestsPerSecond)
  const cpuRatios = pairs.map(([ours, theirs]) => (theirs.workerCpuUs ?? NaN) / (ours.workerCpuUs ?? NaN))
  const lines = [
    `relay: POST /api/quote with no-cache, ${LOAD_TEXT}`,
    `workerd serve, Node ${process.version}, ${availableParallelism()} processors`,
    '',
    roundsTable([
      [product, pairs.map(([ours]) => ours)],
      [bare, pairs.map(([, theirs]) => theirs)],
    ]),
    '',
    `ratio ${median(ratios).toFixed(2)} (rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}), ` +
      `target ${TARGET_RATIO.toFixed(2)} or better; by the runtime's processor time ${median(cpuRatios).toFixed(2)}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
