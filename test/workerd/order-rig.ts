import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { type Listener, startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import type { FaultRule } from '../../src/simulator/session/fault-script.ts'
import type { AccountState, OrderState } from '../../src/simulator/trading/account-state.ts'
import { nativeCrypto } from '../../src/transport/native-crypto.ts'
import { startWorker, TEST_KEY, type TestWorker } from './harness.ts'
import { ManInTheMiddle } from './man-in-the-middle.ts'
import { WatchedOpend } from './watched-opend.ts'

/** Protocol ids that tests about orders speak of. */
export const PROTO = {
  connect: 1001,
  keepAlive: 1004,
  accounts: 2001,
  orders: 2201,
  place: 2202,
  modify: 2205,
  orderPush: 2208,
  pastOrders: 2221,
  snapshot: 3203,
} as const

type Json = Readonly<Record<string, unknown>>

/** An answer of the Worker. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

/** What a test says of an order; the rest is always the same. */
export interface OrderFields {
  /** Idempotency key, and remark by which the simulator's orders are told apart. */
  readonly name: string
  readonly token?: string
  readonly path?: string
  readonly fields?: Json
}

/** Friday 2026-11-20, 10:30 in Hong Kong. */
const TRADING_HOUR_MS = Date.UTC(2026, 10, 20, 2, 30)

/** OpenD's heartbeats at their shortest, so that a link that went quiet is noticed soon after the call deadline. */
const KEEP_ALIVE_SECONDS = 2

/** Looks after which an order that is still not decided never will be. */
const MOST_LOOKS = 12

const HK = 1

/** A key of the key file beside `TEST_KEY`, with its limits. */
export interface LimitedKey {
  readonly id: string
  readonly key: string
  readonly limits: Json
}

/** How a rig is set up beside its keys. */
export interface RigOptions {
  /** Whether the Worker reaches OpenD through a man in the middle; see `OrderRig.middle`. */
  readonly hasMiddle?: boolean
}

/** The real Worker over TCP to a simulated OpenD on a trading day, and what tests about orders ask of the two. */
export class OrderRig {
  readonly opend: WatchedOpend
  readonly worker: TestWorker
  readonly #listener: Listener
  readonly #middle: ManInTheMiddle | null

  private constructor(opend: WatchedOpend, worker: TestWorker, listener: Listener, middle: ManInTheMiddle | null) {
    this.opend = opend
    this.worker = worker
    this.#listener = listener
    this.#middle = middle
  }

  static async start(keys: readonly LimitedKey[] = [], { hasMiddle = false }: RigOptions = {}): Promise<OrderRig> {
    const clock = { kind: 'fast', factor: 1, fromMs: TRADING_HOUR_MS, sinceMs: Date.now() } as const
    const simulator = new SimulatedOpenD({
      seed: 1,
      crypto: nativeCrypto,
      clock,
      limitsRates: false,
      keepAliveIntervalSeconds: KEEP_ALIVE_SECONDS,
    })
    const opend = new WatchedOpend(simulator, timeOfDay)
    const listener = await startTcpServer(opend, { port: 0 })
    const middle = hasMiddle ? await ManInTheMiddle.listen(listener.port) : null
    const opendPort = middle?.port ?? listener.port
    const worker = await startWorker({ opendPort, vars: { KEYS_JSON: keysJson(keys) } })
    return new OrderRig(opend, worker, listener, middle)
  }

  async close(): Promise<void> {
    await this.worker.close()
    await this.#middle?.close()
    this.opend.stop()
    await this.#listener.close()
  }

  /** What treats the frames between the Worker and OpenD; only of a rig that was started with it. */
  get middle(): ManInTheMiddle {
    assert.ok(this.#middle !== null)
    return this.#middle
  }

  /** The simulated account for Hong Kong. */
  get account(): AccountState {
    const { accounts } = this.opend.opend.world
    const profile = accounts.profiles().find(({ trdEnv, trdMarkets }) => trdEnv === 0 && trdMarkets.includes(HK))
    const account = profile === undefined ? null : accounts.account(BigInt(profile.accId))
    assert.ok(account !== null)
    return account
  }

  get header(): Json {
    return { trd_env: 0, acc_id: this.account.profile.accId, trd_market: HK }
  }

  /** Sends an order that rests: a buy far below the market. */
  place({ name, token, path = '/api/order', fields = {} }: OrderFields): Promise<Answer> {
    const order = { trd_side: 'BUY', order_type: 'NORMAL', code: '00700', sec_market: 'HK', qty: 100, price: 200 }
    return this.post(path, { header: this.header, ...order, remark: name, ...fields }, { name, token })
  }

  /** Sends any order call. */
  async post(path: string, body: Json, { name, token = TEST_KEY }: Partial<OrderFields> = {}): Promise<Answer> {
    const headers = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      ...(name === undefined ? {} : { 'Idempotency-Key': name }),
    }
    const response = await this.worker.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
  }

  /** The orders that OpenD has under that name, whatever became of them. */
  upstream(name: string): readonly OrderState[] {
    return this.account.orders.filter(({ remark }) => remark?.startsWith(`${name} #`) === true)
  }

  /** The status at OpenD of the order under each name; undefined for a name without one. */
  statusesOf(...names: readonly string[]): readonly (number | undefined)[] {
    return names.map((name) => this.upstream(name)[0]?.status)
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const headers = { Authorization: `Bearer ${TEST_KEY}` }
    const page = await (await this.worker.fetch('/metrics', { headers })).text()
    const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(page) ?? []
    assert.ok(value !== undefined, `${name} is not on the metrics page:\n${page}`)
    return Number(value)
  }

  /** Resolves when the Worker has read everything that OpenD has sent by now: a call behind it was answered. */
  async caughtUp(): Promise<void> {
    await this.worker.api('/api/global-state')
  }

  /** What goes wrong from now on. */
  break(rules: readonly FaultRule[]): void {
    this.opend.opend.setFaults(rules)
  }

  /** The ledger's newest entry under that idempotency key; null when there is none. */
  async intentOf(name: string): Promise<Json | null> {
    const { status, body } = await this.worker.api('/api/order-intents?all=true&limit=200')
    assert.equal(status, 200)
    const { intents } = body as { readonly intents: readonly Json[] }
    return intents.find((intent) => intent['idempotency_key'] === name) ?? null
  }

  async intent(id: string): Promise<Json> {
    const { status, body } = await this.worker.api(`/api/order-intents/${id}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body as Json
  }

  /**
   * The entry once its outcome is known. It goes from look to look: behind each, a call over the same link tells that
   * the look's answer has been read.
   */
  async settled(id: string): Promise<Json> {
    for (let look = 0; look < MOST_LOOKS; look++) {
      const seen = this.opend.seen(PROTO.orders)
      await this.worker.api('/api/global-state')
      const intent = await this.intent(id)
      if (intent['state'] !== 'unknown' && intent['state'] !== 'reserved') return intent
      await this.opend.arrival(PROTO.orders, seen)
    }
    return assert.fail(`${id} is not decided after ${MOST_LOOKS} looks: ${JSON.stringify(await this.intent(id))}`)
  }

  /**
   * Resolves when OpenD was asked for its orders again, and the answer has been read. Reading it writes the entry, and
   * would undo what a test has written to it before.
   */
  async looked(seen: number): Promise<void> {
    await this.opend.arrival(PROTO.orders, seen)
    await this.caughtUp()
  }

  /** Ends the connection to OpenD, and lets a minute pass over the next one, as `letTimePass` does. */
  async letTimePassAnew(): Promise<void> {
    const connected = this.opend.arrival(PROTO.connect)
    this.opend.cutAll('a minute later')
    // Else the next call may still go over the old connection.
    await connected
    // Answered over the new connection, over which the count has begun by then.
    await this.worker.api('/api/global-state')
    await this.letTimePass()
  }

  /**
   * As if the minute were over that an order must have been looked for before it counts as absent: the next complete
   * look decides.
   */
  async letTimePass(): Promise<void> {
    await this.worker.sql(
      `UPDATE order_entries SET entry = json_set(entry, '$.looks', 100, '$.nextLookMs', 0) WHERE state = 'unknown'`,
    )
  }
}

/** OpenD's decimal id of the order that an answer is about; undefined where it names none. */
export function orderIdOf({ body }: Answer): unknown {
  return (body['s2c'] as Json | undefined)?.['order_id']
}

function keysJson(limited: readonly LimitedKey[]): string {
  const scopes = ['qot:read', 'acc:read', 'trade:simulate', 'trade:real', 'trade:unlock', 'metrics', 'admin']
  const record = (id: string, key: string, limits: Json): Json => ({
    id,
    hash: `sha256:${createHash('sha256').update(key).digest('hex')}`,
    scopes,
    limits,
  })
  const keys = [record('local', TEST_KEY, {}), ...limited.map(({ id, key, limits }) => record(id, key, limits))]
  return JSON.stringify({ version: 1, keys })
}
