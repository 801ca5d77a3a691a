import { availableParallelism } from 'node:os'
import { keysJsonFor } from '../../src/cli/local-key.ts'
import { NO_LIMITS } from '../../src/limits/key-limits.ts'
import { LimitState } from '../../src/limits/limit-state.ts'
import type { OrderFacts } from '../../src/limits/order-facts.ts'
import { orderPolicyOf } from '../../src/limits/order-policy.ts'
import { zoneClock } from '../../src/base/time/zone-clock.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../src/simulator/trading/unlock.ts'
import { alternate, LOAD_TEXT, type Pair, postRequest, QUIET, withServers } from './alternate.ts'
import { type Contender, roundsTable } from './contender.ts'
import { median } from './numbers.ts'
import { type ServerProcess, startServer } from './processes.ts'
import { serveWorker } from './workerd.ts'

/** What the product may cost: at least this share of the writes that the bare Worker makes. */
const TARGET_RATIO = 0.5

/** What one check of an order against all limits of its key may take, with the window below. */
const TARGET_CHECK_US = 20
const ENTRIES_IN_WINDOW = 10_000
const CHECK_ROUNDS = 21
const CHECKS = 2_000

const KEY = `fc_${'be'.repeat(32)}`

/** A cap that counts every order and is never met: the most that the window takes. */
const ORDERS_PER_MINUTE = 100_000

/** Friday 2026-11-20, 10:30 in Hong Kong. */
const CLOCK = 'fast:1@2026-11-20T02:30:00Z'

/**
 * What an order costs: `POST /api/order` through the Worker, the limits and the ledger of the gateway object, over TCP
 * to the simulated OpenD and back, beside a bare Worker and object that do one synced SQLite write for each request. The
 * order is immediate-or-cancel far below the market, so that it is taken and gone again however many there are.
 */
export async function benchOrders(): Promise<void> {
  await withServers(async (generator, running) => {
    const product = await startOrders(running)
    const bare = await startBare(running)
    const pairs = await alternate(generator, product, bare)
    const refusal = pairs.flat().find(({ failures }) => failures > 0)?.firstFailure
    // Orders that are refused cost less than orders.
    if (refusal !== undefined) throw new Error(`not every order was taken: ${refusal}`)
    report(product, bare, pairs)
  })
  reportCheck(checkUs())
}

/** The product without OpenD's limits, and what it gets. `entry` is the Worker that is served. */
export async function startOrders(
  running: ServerProcess[],
  name = 'opend-edge',
  entry = 'test/bench/ungoverned-worker.ts',
): Promise<Contender> {
  const backend = await startServer('src/cli/opend.ts', '--port', '0', '--no-rate-limits', '--clock', CLOCK)
  running.push(backend)
  const vars = { ...QUIET, KEYS_JSON: await keyWithRate(), OPEND_URL: `tcp://127.0.0.1:${backend.port}` }
  const worker = await serveWorker(entry, vars)
  running.push(worker)
  const order = JSON.stringify(await anOrder(worker.port))
  return { name, worker, backend, request: postRequest('/api/order', KEY, order) }
}

async function keyWithRate(): Promise<string> {
  const { version, keys } = JSON.parse(await keysJsonFor(KEY, true)) as {
    readonly version: number
    readonly keys: readonly object[]
  }
  return JSON.stringify({ version, keys: keys.map((key) => ({ ...key, max_orders_per_minute: ORDERS_PER_MINUTE })) })
}

/** An order of the first real account that trades in Hong Kong; simulated ones take day orders only. */
async function anOrder(port: number): Promise<object> {
  await ask(port, '/api/unlock-trade', { unlock: true, pwd_md5: DEFAULT_PASSWORD_MD5, security_firm: 1 })
  const { acc_list } = await ask<AccountListCache>(port, '/api/accounts')
  const account = acc_list.find((one) => one.trd_env === REAL && one.trd_market_auth_list.includes(HK))
  return {
    header: { trd_env: REAL, acc_id: account?.acc_id, trd_market: HK },
    trd_side: 'BUY',
    order_type: 'NORMAL',
    time_in_force: 'IOC',
    code: '00700',
    sec_market: 'HK',
    qty: 100,
    price: 200,
  }
}

const REAL = 1
const HK = 1

interface AccountListCache {
  readonly acc_list: readonly {
    readonly trd_env: number
    readonly acc_id: string
    readonly trd_market_auth_list: readonly number[]
  }[]
}

async function ask<S2C>(port: number, path: string, body?: object): Promise<S2C> {
  const headers = { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json' }
  const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers, ...post })
  const answer = (await response.json()) as { readonly s2c: S2C }
  if (!response.ok) throw new Error(`${path} got ${response.status}: ${JSON.stringify(answer)}`)
  return answer.s2c
}

async function startBare(running: ServerProcess[]): Promise<Contender> {
  const worker = await serveWorker('test/bench/bare-write-worker.ts', {})
  running.push(worker)
  // About as many bytes as an entry of the ledger has.
  const entry = JSON.stringify({ entry: 'x'.repeat(1_000) })
  return { name: 'bare write', worker, backend: null, request: postRequest('/', KEY, entry) }
}

/** µs of one check against every limit, with a full window of the rate. */
function checkUs(): number {
  const nowMs = Date.UTC(2026, 10, 20, 2, 30)
  const clock = zoneClock('Asia/Hong_Kong')
  if (clock === null) throw new Error('the runtime knows no Hong Kong')
  const policy = orderPolicyOf({
    ...NO_LIMITS,
    allowedAccIds: [1n],
    allowedMarkets: ['HK'],
    allowedSymbols: ['HK.00700'],
    allowedTrdSides: ['BUY'],
    hoursWindow: '09:30-16:00',
    timeZone: clock.name,
    maxOrderValue: { HKD: 1_000_000 },
    maxDailyValue: { HKD: 1_000_000_000_000 },
    maxOrdersPerMinute: ORDERS_PER_MINUTE,
  })
  const state = new LimitState(policy, [], nowMs)
  for (let index = 0; index < ENTRIES_IN_WINDOW; index++) {
    state.spend(state.reserve(`oi_${index}`, { currency: 'HKD', value: 2_000_000_000_000n }, nowMs), nowMs)
  }
  const market = { lastPrice: 200, contractMultiplier: 1, currency: 'HKD', unknownCurrency: null, securityType: null }
  const rounds: number[] = []
  for (let round = 0; round < CHECK_ROUNDS; round++) {
    const startMs = performance.now()
    for (let index = 0; index < CHECKS; index++) {
      // The clock moves, as it does between orders, and stays in the window.
      const verdict = state.check(ORDER, market, nowMs + round)
      if (!verdict.isAdmitted) throw new Error(verdict.refusal.text)
    }
    rounds.push(((performance.now() - startMs) * 1000) / CHECKS)
  }
  return median(rounds)
}

const ORDER: OrderFacts = {
  kind: 'place',
  accId: 1n,
  markets: ['HK'],
  symbol: 'HK.00700',
  side: 'BUY',
  currency: 'HKD',
  after: {
    orderType: 1,
    qty: 100,
    price: 200,
    auxPrice: null,
    trailType: null,
    trailValue: null,
    trailSpread: null,
    amount: null,
    adjustLimit: 0,
  },
  before: null,
}

function report(product: Contender, bare: Contender, pairs: readonly Pair[]): void {
  const ratios = pairs.map(([ours, theirs]) => ours.requestsPerSecond / theirs.requestsPerSecond)
  const cpuRatios = pairs.map(([ours, theirs]) => (theirs.workerCpuUs ?? NaN) / (ours.workerCpuUs ?? NaN))
  const lines = [
    `orders: POST /api/order, durable before it is sent, ${LOAD_TEXT}`,
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

function reportCheck(us: number): void {
  process.stdout.write(
    `one check of all limits with ${ENTRIES_IN_WINDOW} orders in the window: ${us.toFixed(2)} µs, ` +
      `target under ${TARGET_CHECK_US} µs\n`,
  )
}
