import type { MessageTypes } from '../../proto/messages.ts'
import type { Failure } from '../base/failure.ts'
import { gauge, type MetricSample } from '../base/metric.ts'
import type { Result } from '../base/result.ts'
import type { Timers } from '../base/timers.ts'
import { WakeTimer } from '../base/wake-timer.ts'
import type { TradingAccounts } from '../gateway/trading-accounts.ts'
import type { Sha1 } from '../wire/frame.ts'
import type { Upstream } from './reconciliation/account-orders.ts'
import { cancelOpenOrders, type CancelResult } from './kill-switch/cancel-open.ts'
import { fireSwitches, nextSwitchMs } from './kill-switch/dead-man.ts'
import type { LedgerEntry } from './entry.ts'
import type { Ledger } from './ledger.ts'
import { OrderManager } from './manager/order-manager.ts'
import { OrderReconciler } from './reconciliation/order-reconciler.ts'
import type { OperatorDecision } from './reconciliation/resolve-by-operator.ts'
import type { HaltScope, Switches } from './kill-switch/switches.ts'

/** Order calls of an earlier life that may still count against OpenD's limits: 35 in 30 s of each account. */
const MOST_COUNTED = 500

/** The window of those limits, and how long a call may have been under way before its entry was changed last. */
const COUNTED_MS = 60_000

/** What the orders need from outside. */
export interface OrderServiceDeps {
  readonly timers: Timers
  readonly ledger: Ledger
  readonly switches: Switches
  readonly sha1: Sha1
  /** Uniform in [0, 1), and not to be guessed. */
  readonly random: () => number
  /** Sends a call over the link. */
  readonly send: Upstream
  /** An earlier life of the object sent that call of that account, at that time at the latest. */
  noteSent(protoId: number, accId: bigint, atMs: number): void
  /** OpenD's id of the connection that is ready now, decimal; null while no connection is ready. */
  connId(): string | null
  tradingAccounts(accId: bigint): Promise<TradingAccounts | Failure>
  /** Something is due at that time, Unix ms; the alarm must not come later. */
  alarmBy(atMs: number): void
  /** A call was refused, dry runs aside. */
  onRefused(caller: string, failure: Failure): void
  /** Something that no caller waits for failed. */
  onError(what: string, error: unknown): void
}

/** Stop trading within a scope. */
export interface HaltRequest {
  readonly scope: HaltScope
  readonly isByAdmin: boolean
  /** Whether open orders within the scope are cancelled too. */
  readonly cancelsOpenOrders: boolean
  /** Who is written down for those cancels. */
  readonly caller: string
  readonly requestId: string
}

export interface HaltReport {
  /** One line for each order that was to be cancelled; empty when none was asked for. */
  readonly cancels: readonly CancelResult[]
}

/** The order side of the gateway: manager, search, ledger and switches, on the timers that are passed in. */
export class OrderService {
  readonly manager: OrderManager
  readonly ledger: Ledger
  readonly #switches: Switches
  readonly #search: OrderReconciler
  readonly #deps: OrderServiceDeps
  readonly #wake: WakeTimer

  constructor(deps: OrderServiceDeps) {
    const { ledger, switches, timers } = deps
    this.#deps = deps
    this.ledger = ledger
    this.#switches = switches
    this.#wake = new WakeTimer(timers, () => {
      this.#search.run().catch((error: unknown) => deps.onError('order search failed', error))
    })
    const outside = {
      ledger,
      switches,
      upstream: deps.send,
      sha1: deps.sha1,
      accounts: (accId: bigint) => deps.tradingAccounts(accId),
      nowMs: () => timers.nowMs(),
      random: deps.random,
      wait: (ms: number) => new Promise<void>((resolve) => void timers.after(ms, resolve)),
      wakeAt: (atMs: number) => this.#wake.by(atMs),
      onRefused: (caller: string, failure: Failure) => deps.onRefused(caller, failure),
      connId: () => deps.connId(),
      onContradiction: ({ id }: LedgerEntry, detail: string) =>
        deps.onError('an order exists although its entry was final', `${id} ${detail}`),
    }
    for (const { call, updatedAtMs } of ledger.latestSent(MOST_COUNTED, timers.nowMs() - COUNTED_MS)) {
      deps.noteSent(call.protoId, BigInt(call.accId), updatedAtMs)
    }
    this.manager = new OrderManager(outside)
    this.#search = new OrderReconciler(outside, this.manager)
  }

  /** The link came up: orders whose replies were lost are looked for at once. */
  linkReady(): void {
    this.#search.linkReady()
  }

  orderPush(body: Uint8Array): void {
    this.#search.orderPush(body)
  }

  /** Orders of an account (decimal id) that OpenD listed for another reason: late ones among them are noticed. */
  ordersListed(accId: string, orders: readonly MessageTypes['Trd_Common.Order'][]): void {
    this.#search.ordersListed(accId, orders)
  }

  /** OpenD's reply to an order call after its deadline. Returns whether it decided an entry. */
  lateReply(connId: string, serial: number, protoId: number, body: Uint8Array): boolean {
    return this.#search.lateReply(connId, serial, protoId, body)
  }

  /** Decides an entry that OpenD left undecided, durably; see `resolveByOperator` for the failures. */
  async resolve(intentId: string, decision: OperatorDecision): Promise<Result<LedgerEntry>> {
    const resolved = this.#search.resolve(intentId, decision)
    await this.ledger.sync()
    return resolved
  }

  async halt({ scope, isByAdmin, cancelsOpenOrders, caller, requestId }: HaltRequest): Promise<HaltReport> {
    this.#switches.halt(scope, isByAdmin, this.#deps.timers.nowMs())
    await this.ledger.sync()
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
    const fireAtMs = seconds === null ? null : this.#deps.timers.nowMs() + seconds * 1_000
    this.#switches.arm(caller, fireAtMs)
    if (fireAtMs !== null) this.#deps.alarmBy(fireAtMs)
    return fireAtMs
  }

  /** Does what is due: searches, fires switches, forgets what is old. Returns when it wants to be called again. */
  async alarm(): Promise<number | null> {
    const { timers } = this.#deps
    this.ledger.forgetOld(timers.nowMs())
    await fireSwitches({
      switches: this.#switches,
      nowMs: () => timers.nowMs(),
      cancelOpen: (caller, fireAtMs) =>
        this.#cancelOpen({ kind: 'caller', caller }, { caller, requestId: `cancel-after-${fireAtMs}` }),
    })
    await this.#search.run()
    return nextSwitchMs(this.#switches, timers.nowMs())
  }

  metrics(): readonly MetricSample[] {
    return [gauge('opend_edge_orders_unknown', this.manager.unknownCount)]
  }

  #cancelOpen(scope: HaltScope, by: { readonly caller: string; readonly requestId: string }) {
    const outside = { ledger: this.ledger, upstream: this.#deps.send, nowMs: () => this.#deps.timers.nowMs() }
    return cancelOpenOrders(outside, this.manager, scope, by)
  }
}
