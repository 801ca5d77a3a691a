import { availableParallelism } from 'node:os'
import { keysJsonFor } from '../../src/cli/local-key.ts'
import { alternate, LOAD_TEXT, type Pair, postRequest, withoutCache, withServers } from './alternate.ts'
import { type Contender, roundsTable } from './contender.ts'
import { median } from './numbers.ts'
import type { ServerProcess } from './processes.ts'
import { firstQuote } from './quote-request.ts'
import { serveWorker } from './workerd.ts'

/** What a read that an isolate has at hand may cost: at least this share of the answers of a plain Hono Worker. */
const TARGET_RATIO = 0.5

const KEY = `fc_${'be'.repeat(32)}`
const QUOTE = JSON.stringify({ security_list: [{ market: 1, code: '00700' }] })

/**
 * What a popular quote costs that many ask for at once: `POST /api/quote` of one subscribed security, beside a Worker
 * that does nothing but answer with a text of that length through the same router, and beside the same call with
 * `Cache-Control: no-cache`, for which the gateway object and the simulated OpenD in it work each time.
 */
export async function benchCachedReads(): Promise<void> {
  await withServers(async (generator, running) => {
    const worker = await serveProduct(running)
    const plain = await startPlain(running, await firstQuote(worker.port, KEY, '00700'))
    const popular = { name: 'quote', worker, backend: null, request: postRequest('/api/quote', KEY, QUOTE) }
    const fresh = { ...popular, name: 'quote, no-cache', request: withoutCache(popular.request) }
    const besidePlain = await alternate(generator, popular, plain)
    const besideFresh = await alternate(generator, popular, fresh)
    report([popular, plain, besidePlain], [popular, fresh, besideFresh])
  })
}

async function serveProduct(running: ServerProcess[]): Promise<ServerProcess> {
  const vars = { KEYS_JSON: await keysJsonFor(KEY, true), OPEND_URL: 'simulator:' }
  const worker = await serveWorker('src/demo.ts', vars)
  running.push(worker)
  return worker
}

async function startPlain(running: ServerProcess[], answer: string): Promise<Contender> {
  const worker = await serveWorker('test/bench/bare-hono-worker.ts', { ANSWER: answer })
  running.push(worker)
  return { name: 'plain Hono', worker, backend: null, request: postRequest('/api/quote', KEY, QUOTE) }
}

type Comparison = readonly [product: Contender, other: Contender, pairs: readonly Pair[]]

function report(besidePlain: Comparison, besideFresh: Comparison): void {
  const lines = [
    `cached reads: POST /api/quote, ${LOAD_TEXT}`,
    `workerd serve, Node ${process.version}, ${availableParallelism()} processors`,
    '',
    ...comparisonLines(besidePlain),
    `target ${TARGET_RATIO.toFixed(2)} or better`,
    '',
    ...comparisonLines(besideFresh),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function comparisonLines([product, other, pairs]: Comparison): readonly string[] {
  const ratios = pairs.map(([ours, theirs]) => ours.requestsPerSecond / theirs.requestsPerSecond)
  const cpuRatios = pairs.map(([ours, theirs]) => (theirs.workerCpuUs ?? NaN) / (ours.workerCpuUs ?? NaN))
  return [
    roundsTable([
      [product, pairs.map(([ours]) => ours)],
      [other, pairs.map(([, theirs]) => theirs)],
    ]),
    '',
    `ratio to ${other.name} ${median(ratios).toFixed(2)} (rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}), ` +
      `by the runtime's processor time ${median(cpuRatios).toFixed(2)}`,
  ]
}
