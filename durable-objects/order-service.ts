import type { Failure } from '../src/base/failure.ts'
import type { TradingAccounts } from '../src/gateway/trading-accounts.ts'
import type { Upstream } from '../src/orders/account-orders.ts'
import { cancelOpenOrders } from '../src/orders/cancel-open.ts'
import { fireSwitches, nextSwitchMs } from '../src/orders/dead-man.ts'
import { OrderDesk } from '../src/orders/order-desk.ts'
import { OrderSearch } from '../src/orders/order-search.ts'
import type { HaltScope } from '../src/orders/switches.ts'
import { sha1 } from '../src/transport/native-crypto.ts'
import type { HaltReport, HaltRequest, MetricSample } from './gateway-rpc.ts'
import { gauge } from './metric.ts'
import { SqlLedger } from './order-ledger.ts'
import { OrderMetrics } from './order-metrics.ts'
import { SqlSwitches } from './order-switches.ts'
import { WakeTimer } from './wake-timer.ts'

/** Order calls of an earlier life that may still count against OpenD's limits: 35 in 30 s of each account. */
const MOST_COUNTED = 500

/** The window of those limits, and how long a call may have been under way before its entry was changed last. */
const COUNTED_MS = 60_000

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
  readonly #wake = new WakeTimer(() => {
    this.#search.run().catch((error: unknown) => console.error('order search failed', error))
  })

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
      wakeAt: (atMs: number) => this.#wake.by(atMs),
      onRefused: (caller: string, failure: Failure) => this.#metrics.countRefused(caller, failure),
    }
    for (const { call, updatedAtMs } of this.ledger.latestSent(MOST_COUNTED, Date.now() - COUNTED_MS)) {
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

  /** When the soonest dead man's switch fires, or would have; null when none is armed. */
  soonestFireMs(): number | null {
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
    await fireSwitches({
      switches: this.#switches,
      nowMs: () => Date.now(),
      cancelOpen: (caller, fireAtMs) =>
        this.#cancelOpen({ kind: 'caller', caller }, { caller, requestId: `cancel-after-${fireAtMs}` }),
    })
    await this.#search.run()
    return nextSwitchMs(this.#switches, Date.now())
  }

  metrics(): readonly MetricSample[] {
    return [gauge('opend_edge_orders_unknown', this.ledger.countUnknown()), ...this.#metrics.samples(this.desk.counts)]
  }

  #cancelOpen(scope: HaltScope, by: { readonly caller: string; readonly requestId: string }) {
    const outside = { ledger: this.ledger, upstream: this.#host.send, nowMs: () => Date.now() }
    return cancelOpenOrders(outside, this.desk, scope, by)
  }
}

/** Uniform in [0, 1) from the platform's generator: a tag that can be guessed could be put on somebody's order. */
function secureRandom(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1))
  return bits / 2 ** 32
}
