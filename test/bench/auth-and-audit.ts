import { availableParallelism } from 'node:os'
import { keysJsonFor } from '../../src/cli/local-key.ts'
import { alternate, loadText, type Pair, postRequest, QUIET, withoutCache, withServers } from './alternate.ts'
import { type Contender, roundsTable } from './contender.ts'
import { median } from './numbers.ts'
import { startOrders } from './orders.ts'
import { type ServerProcess, startServer } from './processes.ts'
import { firstQuote } from './quote-request.ts'
import { serveWorker } from './workerd.ts'

/** What authentication and audit may add to the processor time of a request. */
const TARGET_ADDED = 0.1

/** Many short rounds: the difference is small, and other work of the machine changes from second to second. */
const ROUNDS = { rounds: 61, roundMs: 500 } as const

const ADMIN_KEY = `fc_${'be'.repeat(32)}`
const QUOTE = { security_list: [{ market: 1, code: '00700' }] }

/**
 * What authentication and audit add: the product beside itself without them, which get the same requests in turn. A quote
 * for which OpenD is asked, with a key of the key service, whose record can change at any time; and an order, of which the
 * audit has two rows.
 */
export async function benchAuthAndAudit(): Promise<void> {
  await withServers(async (generator, running) => {
    const guarded = await startReads(running, 'with both', 'src/index.ts')
    const unguarded = await startReads(running, 'without', 'test/bench/unguarded-worker.ts')
    const pairs = await alternate(generator, guarded, unguarded, ROUNDS)
    report('authentication and audit on POST /api/quote with no-cache', guarded, unguarded, pairs)
  })
  await withServers(async (generator, running) => {
    const audited = await startOrders(running, 'with audit')
    const unaudited = await startOrders(running, 'without', 'test/bench/unaudited-worker.ts')
    const pairs = await alternate(generator, audited, unaudited, ROUNDS)
    report('audit on POST /api/order', audited, unaudited, pairs)
  })
}

async function startReads(running: ServerProcess[], name: string, entry: string): Promise<Contender> {
  const backend = await startServer('src/cli/opend.ts', '--port', '0')
  running.push(backend)
  const keys = await keysJsonFor(ADMIN_KEY, true)
  const vars = { ...QUIET, KEYS_JSON: keys, OPEND_URL: `tcp://127.0.0.1:${backend.port}` }
  const worker = await serveWorker(entry, vars)
  running.push(worker)
  const key = await createKey(worker.port)
  await firstQuote(worker.port, key, '00700')
  return { name, worker, backend, request: withoutCache(postRequest('/api/quote', key, JSON.stringify(QUOTE))) }
}

/** A key of the key service that may read quotes. */
async function createKey(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/admin/keys`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_KEY}` },
    body: JSON.stringify({ id: 'bench', scopes: ['qot:read'] }),
  })
  const answer = (await response.json()) as { readonly key?: string }
  if (answer.key === undefined) throw new Error(`no key was made: ${response.status} ${JSON.stringify(answer)}`)
  return answer.key
}

function report(what: string, guarded: Contender, bare: Contender, pairs: readonly Pair[]): void {
  const refusal = pairs.flat().find(({ failures }) => failures > 0)?.firstFailure
  // A refused request costs less than one that is answered.
  if (refusal !== undefined) throw new Error(`not every request was answered: ${refusal}`)
  const added = pairs.map(([ours, theirs]) => (ours.workerCpuUs ?? NaN) / (theirs.workerCpuUs ?? NaN) - 1)
  const slower = pairs.map(([ours, theirs]) => theirs.requestsPerSecond / ours.requestsPerSecond - 1)
  const lines = [
    `auth-and-audit: ${what}, ${loadText(ROUNDS)}`,
    `workerd serve, Node ${process.version}, ${availableParallelism()} processors`,
    '',
    roundsTable([
      [guarded, pairs.map(([ours]) => ours)],
      [bare, pairs.map(([, theirs]) => theirs)],
    ]),
    '',
    `added ${percent(median(added))} of processor time (half of the rounds from ${percent(quartile(added, 1))} to ` +
      `${percent(quartile(added, 3))}), target less than ${percent(TARGET_ADDED)}; by requests/s ${percent(median(slower))}`,
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** The number below which one or three quarters of the numbers are. */
function quartile(numbers: readonly number[], quarters: 1 | 3): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length * quarters) / 4)] ?? NaN
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
