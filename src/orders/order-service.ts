import type { Failure } from '../base/failure.ts'
import { counter, gauge, type MetricSample } from '../base/metric.ts'
import { type Result, fail, succeed } from '../base/result.ts'
import type { StorageHealth } from '../base/storage-health.ts'
import type { Timers } from '../base/time/timers.ts'
import { WakeTimer } from '../base/time/wake-timer.ts'
import type { CallRank } from '../calls/call-rank.ts'
import type { TradingAccount, TradingAccounts } from '../accounts/trading-accounts.ts'
import type { Sha1 } from '../wire/frame.ts'
import type { Upstream } from './account-orders.ts'
import type { CancelResult } from './kill-switch/account-cancels.ts'
import { CancelTasks, type CancelTaskView } from './kill-switch/cancel-tasks.ts'
import type { SwitchStore } from './kill-switch/switch-store.ts'
import type { LedgerEntry } from './entry.ts'
import type { Ledger } from './ledger.ts'
import { ContractCache } from './admission/contract-cache.ts'
import { LimiterRegistry } from './admission/limiter-registry.ts'
import { OrderEntries } from './manager/order-entries.ts'
import { OrderManager } from './manager/order-manager.ts'
import { InFlightOrders } from './sending/in-flight-orders.ts'
import type { OrderRequest } from './request.ts'
import { watchLists } from './reconciliation/watch-lists.ts'
import { OrderReconciler } from './reconciliation/order-reconciler.ts'
import { mayResume, type SwitchedBy } from './kill-switch/halt-scope.ts'
import type { OperatorDecision } from './reconciliation/resolve-by-operator.ts'
import type { SwitchReport } from './kill-switch/switch-report.ts'
import { haltFailure, type HaltScope, Switches } from './kill-switch/switches.ts'

/** Order calls from before a restart that may still count against OpenD's limits: 35 in 30 s for each account. */
const MOST_COUNTED = 500

/** The window of those limits plus the longest time between sending a call and the last change of its entry. */
const COUNTED_MS = 60_000

/** The dependencies of the order service. */
export interface OrderServiceDeps {
  readonly timers: Timers
  readonly ledger: Ledger
  readonly switches: SwitchStore
  readonly sha1: Sha1
  /** Uniform in [0, 1) and unpredictable. */
  readonly random: () => number
  readonly storage: StorageHealth
  /** Sends a call over the link. */
  readonly send: Upstream
  /** Why a call could not be sent within the longest wait of its rank; null when it could. */
  wouldRefuse(protoId: number, body: Uint8Array, caller: string, rank: CallRank): Failure | null
  /** Why a caller may no longer trade; null when it may. */
  standing(request: OrderRequest, nowMs: number): Failure | null
  /** Records a call for an account that was sent before a restart, at `atMs` at the latest. */
  recordSent(protoId: number, accId: bigint, atMs: number): void
  /** OpenD's id of the connection that is ready now, decimal; null while no connection is ready. */
  connId(): string | null
  tradingAccounts(accId: bigint): Promise<TradingAccounts | Failure>
  /** All accounts of the login. */
  allAccounts(): Promise<readonly TradingAccount[] | Failure>
  isLinkUp(): boolean
  /** Sets the alarm to fire at that time, Unix ms, or earlier. */
  alarmBy(atMs: number): void
  /** Called for each refused call except dry runs. */
  onRefused(caller: string, failure: Failure): void
  /** Called when an order exists although the final state of its entry excluded it. */
  onContradiction(entryId: string, detail: string): void
  /** Called when work in the background fails. */
  onError(what: string, error: unknown): void
}

/** A request to stop trading within a scope. */
export interface HaltRequest {
  readonly scope: HaltScope
  readonly isByAdmin: boolean
  /** Whether open orders within the scope are cancelled too, and whether that includes orders placed elsewhere. */
  readonly cancelsOpenOrders: boolean
  readonly includesForeign: boolean
  /** The caller that the ledger stores for those cancels. */
  readonly caller: string
  readonly requestId: string
}

/** The result of a halt at the time of the reply. */
export interface HaltReport {
  /** Whether the halt survives a restart: false when the storage fails. It is in force in both cases. */
  readonly isStored: boolean
  /** Whether cancelling continues, which it does until no order in the scope is open. */
  readonly isCancelling: boolean
  /** One result for each order to be cancelled, as far as they are known; empty when no cancels were requested. */
  readonly cancels: readonly CancelResult[]
}

/** The current state of a cancel-after. */
export interface CancelAfterReport {
  /** When it fires, Unix ms; null when it is disarmed. */
  readonly fireAtMs: number | null
  /** Whether it survives a restart: false when the storage fails. */
  readonly isStored: boolean
}

/** How long a halt waits for the storage and the first cancels before it returns; most clients wait 30 s. */
const HALT_WAIT_MS = 10_000

/** How long a halt of an account waits for the account list. The list is cached unless the link has just come up. */
const ACCOUNT_WAIT_MS = 2_000

/** The order part of the gateway: manager, reconciler, ledger and switches. */
export class OrderService {
  readonly manager: OrderManager
  readonly entries: OrderEntries
  readonly inFlight: InFlightOrders
  readonly ledger: Ledger
  readonly #switches: Switches
  readonly #contracts: ContractCache
  readonly #reconciler: OrderReconciler
  readonly #tasks: CancelTasks
  readonly #deps: OrderServiceDeps
  readonly #wake: WakeTimer

  constructor(deps: OrderServiceDeps) {
    const { ledger, timers } = deps
    this.#deps = deps
    this.ledger = ledger
    const switches = new Switches({
      store: deps.switches,
      nowMs: () => timers.nowMs(),
      onStorageFailure: (error) => deps.storage.failed(error),
    })
    this.#switches = switches
    this.#wake = new WakeTimer(timers, () => {
      this.#reconciler.run().catch((error: unknown) => deps.onError('order reconciliation failed', error))
    })
    this.#contracts = new ContractCache(() => timers.nowMs())
    this.inFlight = new InFlightOrders(timers)
    const limiters = new LimiterRegistry(ledger, (id) => this.entries.unwrittenOf(id))
    const nowMs = (): number => timers.nowMs()
    const wakeAt = (atMs: number): void => this.#wake.by(atMs)
    this.entries = new OrderEntries({ ledger, limiters, storage: deps.storage, nowMs, wakeAt })
    const send = watchLists(
      deps.send,
      () => this.entries.watchedTags.size > 0,
      (accId, orders) => this.#reconciler.ordersListed(accId, orders),
    )
    for (const { call, updatedAtMs } of ledger.latestSent(MOST_COUNTED, timers.nowMs() - COUNTED_MS)) {
      deps.recordSent(call.protoId, BigInt(call.accId), updatedAtMs)
    }
    this.entries.takeOver()
    this.manager = new OrderManager({
      ledger,
      upstream: send,
      entries: this.entries,
      inFlight: this.inFlight,
      limiters,
      contracts: this.#contracts,
      timers,
      switches,
      storage: deps.storage,
      sha1: deps.sha1,
      random: deps.random,
      accounts: (accId) => deps.tradingAccounts(accId),
      standing: (request, nowMs) => deps.standing(request, nowMs),
      wouldRefuse: (protoId, body, caller, rank) => deps.wouldRefuse(protoId, body, caller, rank),
      onRefused: (caller, failure) => deps.onRefused(caller, failure),
    })
    this.#reconciler = new OrderReconciler(
      {
        ledger,
        upstream: send,
        wakeAt,
        nowMs,
        connId: () => deps.connId(),
        onContradiction: ({ id, call }, detail) => {
          this.#tasks.orderAppeared(BigInt(call.accId))
          deps.onContradiction(id, detail)
        },
      },
      this.entries,
    )
    this.#tasks = new CancelTasks({
      switches,
      ledger,
      timers,
      send,
      onError: (what, error) => deps.onError(what, error),
      submit: (request) => this.manager.submit(request),
      isLinkUp: () => deps.isLinkUp(),
      allAccounts: () => deps.allAccounts(),
    })
  }

  /** Called when the link comes up: starts the due cancels and polls for the orders whose replies were lost. */
  linkReady(): void {
    // The link may lead to another OpenD.
    this.#contracts.forget()
    this.#tasks.linkReady()
    this.#reconciler.linkReady()
  }

  /** Called when OpenD replies to an order call, identified by its frame, after the call has timed out. */
  lateReply(connId: bigint, serial: number, protoId: number, body: Uint8Array): void {
    this.#reconciler.lateReply(connId.toString(), serial, protoId, body)
  }

  /** Called for each order push. The calls in flight, the reconciliation and the kill switch use it independently. */
  orderPush(body: Uint8Array): void {
    this.inFlight.onPush(body)
    this.#reconciler.orderPush(body)
    this.#tasks.orderPush(body)
  }

  /** Decides an entry that OpenD left undecided, durably; see `resolveByOperator` for the failures. */
  async resolve(intentId: string, decision: OperatorDecision): Promise<Result<LedgerEntry>> {
    const resolved = this.#reconciler.resolve(intentId, decision)
    await this.ledger.sync()
    return resolved
  }

  /** Halts a scope and refuses its unsent orders. Failures: `switch.full` and `trade.unknown_account`. */
  async halt(request: HaltRequest): Promise<Result<HaltReport>> {
    const { scope, isByAdmin, cancelsOpenOrders } = request
    const isNew = this.#switches.haltOf(scope) === null
    if (!this.#switches.halt(scope, isByAdmin)) return fail({ code: 'switch.full' })
    const synced = this.#stopWaiting(scope)
    // The halt is in force before this call waits for OpenD.
    if (scope.kind === 'account' && !(await this.#mayExist(BigInt(scope.accId)))) {
      if (isNew) this.#switches.resume(scope)
      return fail({ code: 'trade.unknown_account', accId: scope.accId })
    }
    const run = cancelsOpenOrders ? this.#tasks.startHalt(request) : null
    const tooLate = new Promise<void>((resolve) => void this.#deps.timers.after(HALT_WAIT_MS, resolve))
    const [isSynced] = await Promise.all([
      Promise.race([synced, tooLate.then(() => false)]),
      run === null ? null : Promise.race([run.whenTried, tooLate]),
    ])
    return succeed({
      isStored: isSynced && this.#switches.isStored,
      isCancelling: run !== null && !run.isOver,
      cancels: run?.results ?? [],
    })
  }

  /** False when OpenD's account list lacks the account. True when the list is not available in time. */
  async #mayExist(accId: bigint): Promise<boolean> {
    if (!this.#deps.isLinkUp()) return true
    const tooLate = new Promise<null>((resolve) => void this.#deps.timers.after(ACCOUNT_WAIT_MS, () => resolve(null)))
    const accounts = await Promise.race([this.#deps.tradingAccounts(accId), tooLate])
    return accounts === null || 'code' in accounts || accounts.has(accId)
  }

  /** Refuses the unsent orders and waits for the storage. False when the storage fails: the halt is still in force. */
  async #stopWaiting(scope: HaltScope): Promise<boolean> {
    try {
      this.inFlight.stopInScope(scope, haltFailure(this.#switches, scope))
      await this.ledger.sync()
      return true
    } catch (error) {
      this.#deps.storage.failed(error)
      return false
    }
  }

  /** Ends a halt and its cancel task. Returns false when `by` may not end that halt. */
  resume(scope: HaltScope, by: SwitchedBy): boolean {
    if (!mayResume(by, scope, this.#switches.haltOf(scope))) return false
    this.#switches.resume(scope)
    this.#tasks.endHalt(scope)
    return true
  }

  /** Arms the caller's cancel-after, or disarms it with null. Failures: `switch.fired` and `switch.full`. */
  cancelAfter(caller: string, seconds: number | null): Result<CancelAfterReport> {
    const fireAtMs = seconds === null ? null : this.#deps.timers.nowMs() + seconds * 1_000
    const armed = this.#tasks.cancelAfter(caller, fireAtMs)
    if (!armed.ok) return armed
    if (fireAtMs !== null) this.#deps.alarmBy(fireAtMs)
    return succeed({ fireAtMs, isStored: this.#switches.isStored })
  }

  /** Orders that exist although their callers received `absent` or `rejected`, by that state, since the start. */
  get contradictions(): { readonly absent: number; readonly rejected: number } {
    return this.#reconciler.contradictions
  }

  /** When the next cancel task is due, Unix ms; null without one. */
  nextDueMs(): number | null {
    return this.#tasks.nextDueMs()
  }

  /** All cancel tasks, both pending and running. */
  cancelTasks(): readonly CancelTaskView[] {
    return this.#tasks.view()
  }

  /** Starts the due cancel tasks, the reconciliation and the deletion of old entries, without waiting for them. */
  alarm(): void {
    const { timers } = this.#deps
    this.#tasks.alarm()
    this.entries.writeAgain()
    this.#reconciler.run().catch((error: unknown) => this.#deps.onError('order reconciliation failed', error))
    try {
      this.ledger.forgetOld(timers.nowMs())
    } catch (error) {
      this.#deps.onError('old entries could not be deleted', error)
    }
  }

  /** The halts in force and the cancel tasks. */
  switchReport(): SwitchReport {
    return { halts: this.#switches.halts(), tasks: this.#tasks.view(), isStored: this.#switches.isStored }
  }

  metrics(): readonly MetricSample[] {
    const { storage } = this.#deps
    const contradictions = Object.entries(this.contradictions)
    return [
      gauge('opend_edge_orders_unknown', this.entries.unknownCount),
      {
        name: 'opend_edge_order_contradictions_total',
        type: 'counter',
        values: contradictions.map(([state, value]) => ({ labels: { told: state }, value })),
      },
      gauge('opend_edge_storage_failing', storage.failure === null ? 0 : 1),
      counter('opend_edge_storage_failures_total', storage.failures),
      ...this.#tasks.metrics(),
    ]
  }
}
