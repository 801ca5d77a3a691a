import type { Failure } from '../src/base/failure.ts'
import type { TradingAccounts } from '../src/gateway/trading-accounts.ts'
import type { Upstream } from '../src/orders/account-orders.ts'
import { cancelOpenOrders } from '../src/orders/cancel-open.ts'
import { OrderDesk } from '../src/orders/order-desk.ts'
import { OrderSearch } from '../src/orders/order-search.ts'
import type { HaltScope } from '../src/orders/switches.ts'
import { sha1 } from '../src/transport/native-crypto.ts'
import type { HaltReport, HaltRequest, MetricSample } from './gateway-rpc.ts'
import { SqlLedger } from './order-ledger.ts'
import { OrderMetrics } from './order-metrics.ts'
import { SqlSwitches } from './order-switches.ts'

/** Order calls of an earlier life that may still count against OpenD's limits: 35 in 30 s of each account. */
const MOST_COUNTED = 500

/** What the orders need from the object they live in. */
export interface OrderServiceHost {
  readonly storage: DurableObjectStorage
  /** Sends a call over the link. */
  readonly send: Upstream
  /** An earlier life of the object sent that call of that account, at that time at the latest. */
  noteSent(protoId: number, accId: bigint, atMs: number): void
  tradingAccounts(accId: bigint): Promise<TradingAccounts | Failure>
  /** Something is due at that time, Unix ms; the alarm must not come later. */
  alarmBy(atMs: number): void
}

/** The order side of the gateway object: desk, search, ledger and switches, with the platform's storage and timers. */
export class OrderService {
  readonly desk: OrderDesk
  readonly ledger: SqlLedger
  readonly #switches: SqlSwitches
  readonly #metrics = new OrderMetrics()
  readonly #search: OrderSearch
  readonly #host: OrderServiceHost
  #timer: { readonly handle: ReturnType<typeof setTimeout>; readonly atMs: number } | null = null

  constructor(host: OrderServiceHost) {
    this.#host = host
    this.ledger = new SqlLedger(host.storage)
    this.#switches = new SqlSwitches(host.storage.sql)
    const outside = {
      ledger: this.ledger,
      switches: this.#switches,
      upstream: host.send,
      sha1,
      accounts: (accId: bigint) => host.tradingAccounts(accId),
      nowMs: () => Date.now(),
      random: secureRandom,
      wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
      wakeAt: (atMs: number) => this.#wakeAt(atMs),
      onRefused: (caller: string, failure: Failure) => this.#metrics.countRefused(caller, failure),
    }
    for (const { call, updatedAtMs } of this.ledger.latestSent(MOST_COUNTED)) {
      host.noteSent(call.protoId, BigInt(call.accId), updatedAtMs)
    }
    this.desk = new OrderDesk(outside)
    this.#search = new OrderSearch(outside, this.desk)
  }

  /** The link came up: orders whose replies were lost are looked for at once. */
  linkReady(): void {
    this.#search.linkReady()
  }

  orderPush(body: Uint8Array): void {
    this.#search.orderPush(body)
  }

  async halt({ scope, isByAdmin, cancelsOpenOrders, caller, requestId }: HaltRequest): Promise<HaltReport> {
    this.#switches.halt(scope, isByAdmin, Date.now())
    await this.#host.storage.sync()
    return { cancels: cancelsOpenOrders ? await this.#cancelOpen(scope, { caller, requestId }) : [] }
  }

  /** False when only an administrator may end that halt. */
  resume(scope: HaltScope, isByAdmin: boolean): boolean {
    if (!isByAdmin && this.#switches.haltOf(scope) === 'admin') return false
    this.#switches.resume(scope)
    return true
  }

  /** When the next dead man's switch fires; null when none is armed. */
  nextFireMs(): number | null {
    return this.#switches.armed()[0]?.fireAtMs ?? null
  }

  /** Arms the caller's dead man's switch, or disarms it with null. */
  cancelAfter(caller: string, seconds: number | null): number | null {
    const fireAtMs = seconds === null ? null : Date.now() + seconds * 1_000
    this.#switches.arm(caller, fireAtMs)
    if (fireAtMs !== null) this.#host.alarmBy(fireAtMs)
    return fireAtMs
  }

  /** Does what is due: searches, fires switches, forgets what is old. Returns when it wants to be called again. */
  async alarm(nowMs: number): Promise<number | null> {
    this.ledger.forgetOld(nowMs)
    for (const { caller, fireAtMs } of this.#switches.armed()) {
      if (fireAtMs > nowMs) break
      await this.#cancelOpen({ kind: 'caller', caller }, { caller, requestId: `cancel-after-${fireAtMs}` })
      // Disarmed only now: if the object ends in between, the switch fires again, and a cancel too many does no harm.
      this.#switches.arm(caller, null)
    }
    await this.#search.run()
    return this.nextFireMs()
  }

  metrics(): readonly MetricSample[] {
    const value = this.ledger.countUnknown()
    return [
      { name: 'opend_edge_orders_unknown', type: 'gauge', values: [{ labels: {}, value }] },
      ...this.#metrics.samples(this.desk.counts),
    ]
  }

  #cancelOpen(scope: HaltScope, by: { readonly caller: string; readonly requestId: string }) {
    const outside = { ledger: this.ledger, upstream: this.#host.send, nowMs: () => Date.now() }
    return cancelOpenOrders(outside, this.desk, scope, by)
  }

  /** One timer for the search. The alarm does the same when the object was gone meanwhile. */
  #wakeAt(atMs: number): void {
    if (this.#timer !== null && this.#timer.atMs <= atMs) return
    if (this.#timer !== null) clearTimeout(this.#timer.handle)
    const run = (): void => {
      this.#timer = null
      this.#search.run().catch((error: unknown) => console.error('order search failed', error))
    }
    this.#timer = { handle: setTimeout(run, Math.max(0, atMs - Date.now())), atMs }
  }
}

/** Uniform in [0, 1) from the platform's generator: a tag that can be guessed could be put on somebody's order. */
function secureRandom(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1))
  return bits / 2 ** 32
}
