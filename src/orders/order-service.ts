import { counter, gauge, type MetricSample } from '../base/metric.ts'
import type { OrderServiceDeps } from './order-service-deps.ts'
import type { Result } from '../base/result.ts'
import { WakeTimer } from '../base/time/timers.ts'
import { CALL_DEADLINE_MS } from '../gateway/link/timing.ts'
import { CancelTasks } from './kill-switch/cancel-tasks.ts'
import type { LedgerEntry } from './entry.ts'
import type { Ledger, LedgerQuery } from './ledger.ts'
import { Admission } from './admission/admission.ts'
import { ContractCache } from './admission/contract-cache.ts'
import { LimiterRegistry } from './admission/limiter-registry.ts'
import { OrderEntries } from './manager/order-entries.ts'
import { OrderManager } from './manager/order-manager.ts'
import { InFlightOrders } from './sending/in-flight-orders.ts'
import { ChangedOrders, type ShownOrder } from './changed-orders.ts'
import { SEND_DEADLINE_MS } from './sending/send-deadline.ts'
import { WAIT_FOR_RECONCILIATION_MS } from './sending/order-sender.ts'
import { OrderPush } from './sending/pushed-orders.ts'
import { callersOf, type OrderAnswer, type OrderRequest } from './request.ts'
import { watchLists } from './reconciliation/watch-lists.ts'
import { OrderReconciler } from './reconciliation/order-reconciler.ts'
import type { OperatorDecision } from './reconciliation/resolve-by-operator.ts'
import { Switches } from './kill-switch/switches.ts'
import { KillSwitch } from './kill-switch/kill-switch.ts'
import { haltFailure, haltOver } from './kill-switch/switches.ts'
import type { ExitGroup } from './exits/exit-group.ts'
import { withPreview } from './exits/exit-preview.ts'
import { ExitService } from './exits/exit-service.ts'

/** Order calls from before a restart that may still count against OpenD's limits: 35 in 30 s for each account. */
const MOST_COUNTED = 500

/** The window of those limits plus the longest time between sending a call and the last change of its entry. */
const COUNTED_MS = 60_000

/** The longest time of an order call: until it is sent, until OpenD replies, and until its order is found. */
const LONGEST_CALL_MS = SEND_DEADLINE_MS + CALL_DEADLINE_MS + WAIT_FOR_RECONCILIATION_MS

/** An entry, and what OpenD last showed of the order that it changed or cancelled; null when that is not known. */
export interface EntryWithOrder {
  readonly entry: LedgerEntry
  readonly order: ShownOrder | null
  /** The exits of a new order; null for every other call. */
  readonly exits: ExitGroup | null
}

/** An entry of a page; with its exits if it has some. */
export type ListedEntry = LedgerEntry & { readonly exits?: ExitGroup }

/** The order part of the gateway: manager, reconciler, ledger and switches. */
export class OrderService {
  readonly manager: OrderManager
  readonly entries: OrderEntries
  readonly inFlight: InFlightOrders
  readonly ledger: Ledger
  readonly killSwitch: KillSwitch
  readonly exits: ExitService
  readonly #changedOrders: ChangedOrders
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
    this.#wake = new WakeTimer(timers, () => {
      this.#reconciler.pollDue().catch((error: unknown) => deps.onError('order reconciliation failed', error))
    })
    this.#contracts = new ContractCache(() => timers.nowMs())
    this.#changedOrders = new ChangedOrders(timers)
    this.inFlight = new InFlightOrders(timers)
    const limiters = new LimiterRegistry(ledger, (id) => this.entries.unwrittenOf(id))
    const wakeAt = (atMs: number): void => this.#wake.by(atMs)
    this.entries = new OrderEntries({
      ledger,
      limiters,
      storage: deps.storage,
      nowMs: () => timers.nowMs(),
      wakeAt,
      onEntry: (entry, before) => {
        this.exits?.onEntry(entry, before)
        deps.onEntry(entry, before)
      },
    })
    const send = watchLists(
      deps.send,
      () => this.entries.watchedTags.size > 0 || this.#changedOrders.isFollowing || this.exits.isWatching,
      (accId, orders) => {
        this.#changedOrders.show(accId, orders)
        this.exits.show(accId, orders, true)
        this.#reconciler.ordersListed(accId, orders)
      },
    )
    for (const { call, updatedAtMs } of ledger.latestSent(MOST_COUNTED, timers.nowMs() - COUNTED_MS)) {
      deps.countEarlier(call.protoId, BigInt(call.accId), updatedAtMs)
    }
    this.entries.takeOver()
    this.manager = new OrderManager({
      ledger,
      send,
      admission: new Admission({
        ledger,
        switches,
        opend: deps.opend,
        accounts: (accId) => deps.tradingAccounts(accId),
        standing: (request, nowMs) => deps.standing(request, nowMs),
      }),
      entries: this.entries,
      inFlight: this.inFlight,
      changedOrders: this.#changedOrders,
      limiters,
      contracts: this.#contracts,
      timers,
      storage: deps.storage,
      sha1: deps.sha1,
      random: deps.random,
      onRefused: (caller, failure) => deps.onRefused(caller, failure),
    })
    this.#reconciler = new OrderReconciler(
      {
        ledger,
        send,
        wakeAt,
        nowMs: () => timers.nowMs(),
        connId: () => deps.connId(),
        onContradiction: ({ id, call }, detail) => {
          this.#tasks.orderAppeared(BigInt(call.accId))
          deps.onContradiction(id, detail)
        },
      },
      this.entries,
    )
    this.exits = new ExitService({
      timers,
      ledger,
      send,
      store: deps.exits,
      storage: deps.storage,
      submit: (request) => this.manager.submit(request),
      entryOf: (id) => this.entries.byId(id),
      presentTerms: (request) => deps.presentTerms(request),
      haltOf: (request, accId) => {
        const scope = haltOver(switches, callersOf(request), accId)
        return scope === null ? null : haltFailure(switches, scope)
      },
      isLinkUp: () => deps.isLinkUp(),
      onError: (what, error) => deps.onError(what, error),
    })
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
    this.killSwitch = new KillSwitch({
      timers,
      ledger,
      switches,
      storage: deps.storage,
      tasks: this.#tasks,
      inFlight: this.inFlight,
      tradingAccounts: (accId) => deps.tradingAccounts(accId),
      isLinkUp: () => deps.isLinkUp(),
      alarmBy: (atMs) => deps.alarmBy(atMs),
    })
  }

  /**
   * Handles one order call. The answer to a cancel waits a second for the end of its order, which the exchange may confirm
   * later than OpenD accepts the cancel, but not past the longest time of a call.
   */
  async submit(request: OrderRequest): Promise<OrderAnswer & { readonly order: ShownOrder | null }> {
    const { timers } = this.#deps
    const untilMs = timers.nowMs() + LONGEST_CALL_MS
    const answer = await this.#submitted(request)
    const { reply } = answer
    const entry = reply.kind === 'answered' && reply.state === 'accepted' ? this.entries.byId(reply.intentId) : null
    if (entry?.call.kind === 'cancel' && reply.kind === 'answered' && !reply.isReplay) {
      return { ...answer, order: await this.#changedOrders.afterCancel(entry.call, untilMs - timers.nowMs()) }
    }
    return { ...answer, order: entry === null ? null : this.#changedOrders.shownFor(entry.call) }
  }

  async #submitted(request: OrderRequest): Promise<OrderAnswer> {
    const submit = (one: OrderRequest): Promise<OrderAnswer> => this.manager.submit(one)
    if (request.exits === undefined) return submit(request)
    if (!request.isDryRun) return this.exits.submit(request, submit)
    return withPreview(await submit(request), request, this.#deps.send)
  }

  /** An entry, with what is known of the order that it changed; null when there is no such entry. */
  entryWithOrder(id: string): EntryWithOrder | null {
    const entry = this.entries.byId(id)
    return entry === null
      ? null
      : { entry, order: this.#changedOrders.shownFor(entry.call), exits: this.exits.byId(entry.id) }
  }

  /** A page of the ledger, newest first. */
  page(query: LedgerQuery): readonly ListedEntry[] {
    return this.ledger.page(query).map((entry) => {
      const exits = entry.call.kind === 'place' ? this.exits.byId(entry.id) : null
      return exits === null ? entry : { ...entry, exits }
    })
  }

  /** Called when the link comes up: starts the due cancels and polls for the orders whose replies were lost. */
  linkReady(): void {
    // The link may lead to another OpenD.
    this.#contracts.forget()
    this.#tasks.linkReady()
    this.#reconciler.linkReady()
    this.exits.linkReady()
  }

  /** Called when OpenD replies to an order call, identified by its frame, after the call has timed out. */
  lateReply(connId: bigint, serial: number, protoId: number, body: Uint8Array): void {
    this.#reconciler.lateReply(connId.toString(), serial, protoId, body)
  }

  /** Called for each order push. The calls in flight, the reconciliation and the kill switch use it independently. */
  orderPush(body: Uint8Array): void {
    const push = new OrderPush(body)
    this.inFlight.onPush(push)
    const pushed = this.#changedOrders.isFollowing || this.exits.isWatching ? push.decoded() : null
    if (pushed !== null) {
      this.#changedOrders.show(pushed.accId, [pushed.order])
      this.exits.show(pushed.accId, [pushed.order], false)
    }
    this.#reconciler.orderPush(push)
    this.#tasks.orderPush(push)
  }

  /** Decides an entry that OpenD left undecided, durably; see `resolveByOperator` for the failures. */
  async resolve(intentId: string, decision: OperatorDecision): Promise<Result<LedgerEntry>> {
    const resolved = this.#reconciler.resolve(intentId, decision)
    await this.ledger.sync()
    return resolved
  }

  /** Orders that exist although their callers received `absent` or `rejected`, by that state, since the start. */
  get contradictions(): { readonly absent: number; readonly rejected: number } {
    return this.#reconciler.contradictions
  }

  /** When the next cancel task is due, Unix ms; null without one. */
  nextDueMs(): number | null {
    return this.#tasks.nextDueMs()
  }

  /** Starts the due cancel tasks, the reconciliation and the deletion of old entries, without waiting for them. */
  alarm(): void {
    const { timers } = this.#deps
    this.#tasks.alarm()
    this.entries.writeAgain()
    this.exits.alarm()
    this.#reconciler.pollDue().catch((error: unknown) => this.#deps.onError('order reconciliation failed', error))
    try {
      this.ledger.forgetOld(timers.nowMs())
    } catch (error) {
      this.#deps.onError('old entries could not be deleted', error)
    }
  }

  metrics(): readonly MetricSample[] {
    const { storage, timers } = this.#deps
    const contradictions = Object.entries(this.contradictions)
    const { unknownCount, oldestUnknownMs, inFlightCount } = this.entries
    const ageMs = oldestUnknownMs === null ? 0 : timers.nowMs() - oldestUnknownMs
    return [
      gauge('opend_edge_exits_waiting', this.exits.waiting),
      gauge('opend_edge_orders_in_flight', inFlightCount),
      gauge('opend_edge_orders_unknown', unknownCount),
      gauge('opend_edge_orders_unknown_oldest_seconds', ageMs / 1_000),
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
