import { CALLS } from '../calls.ts'
import { type SocketCaller, type Standing, standingFailure } from '../auth/socket-caller.ts'
import type { Failure } from '../base/failure.ts'
import { gauge, type MetricSample } from '../base/metric.ts'
import type { Result } from '../base/result.ts'
import { StorageHealth } from '../base/storage-health.ts'
import type { Timers } from '../base/time/timers.ts'
import { AccountListCache } from '../accounts/account-list.ts'
import { rankOf } from '../gateway/rate-limit/classify-call.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'
import { FailBack } from '../gateway/fail-back.ts'
import type { CallBudget } from '../gateway/rate-limit/call-limiter.ts'
import { type CallOrigin, OpendClient, OWN_CALL } from '../gateway/opend-client.ts'
import type { Transport } from '../gateway/link/framing.ts'
import type { SessionDeps } from '../gateway/link/session.ts'
import type { EntryState, LedgerEntry } from '../orders/entry.ts'
import type { Ledger } from '../orders/ledger.ts'
import type { ShownOrder } from '../orders/changed-orders.ts'
import { OrderService } from '../orders/order-service.ts'
import type { OrderAnswer, OrderRequest } from '../orders/request.ts'
import type { ExitStore } from '../orders/exits/exit-group.ts'
import type { SwitchStore } from '../orders/kill-switch/switch-store.ts'
import { eventsByHours } from '../pushes/events-by-hours.ts'
import { HEARTBEAT_SECONDS, PushService } from '../pushes/push-service.ts'
import type { PushSockets } from '../pushes/push-socket.ts'
import { readPush } from '../pushes/read-push.ts'
import { QuoteService } from '../quotes/quote-service.ts'
import type { SubscriptionStore } from '../subscriptions/subscriber.ts'
import type { Sha1 } from '../wire/frame.ts'
import { OpendWatch } from './opend-watch.ts'

/**
 * The alarm wakes the object after an eviction, so it reconnects within this time. A longer interval would interrupt
 * pushes for longer; a shorter one writes more rows (2,880 a day at 30 s).
 */
export const ALARM_INTERVAL_MS = HEARTBEAT_SECONDS * 1_000

/** The dependencies of the gateway, which the platform or a test provides. */
export interface GatewayDeps {
  readonly timers: Timers
  readonly session: Omit<SessionDeps, 'routes'>
  readonly sha1: Sha1
  /** Whether an administrator has shut the gateway down. */
  readonly isParked: boolean
  /** The ways to OpenD, in the order in which they are tried. */
  readonly transports: readonly [Transport, ...Transport[]]
  readonly ledger: Ledger
  readonly switches: SwitchStore
  readonly exits: ExitStore
  readonly subscriptions: SubscriptionStore
  readonly sockets: PushSockets
  /** Uniform in [0, 1), and unpredictable. */
  readonly secureRandom: () => number
  /** An id of this run of the object; it changes with every restart. */
  readonly runId: string
  /** Returns the caller of a token from a socket's first message. */
  identify(token: string, network: string): Promise<Result<SocketCaller>>
  /** Whether a socket's caller may stay connected, according to the current keys. */
  standing(caller: SocketCaller, nowMs: number): Standing
  /** Whether the caller of an order may still trade, according to the current keys. */
  orderStanding(request: OrderRequest, nowMs: number): Standing
  /** The request with what its caller may do now, according to the current keys. */
  presentTerms(request: OrderRequest): Promise<Result<OrderRequest>>
  /** Sets the alarm to that time, Unix ms, or leaves an earlier one. */
  readonly alarmBy: (atMs: number) => void
  /** Called when an order call is refused, except for dry runs. */
  onRefused(caller: string, failure: Failure): void
  /** Called for each new entry of the ledger (`before` is null) and each change of a state. */
  onEntry(entry: LedgerEntry, before: EntryState | null): void
  /** Called when an order exists that was reported as absent or refused. */
  onContradiction(entryId: string, detail: string): void
  /** Called when work that no caller waits for fails. */
  onError(what: string, error: unknown): void
}

/**
 * The gateway without its platform: connects the link to OpenD, the accounts, the orders, the quotes and the pushes
 * with the clock, stores and sockets that are passed in. The Durable Object and the simulations run it.
 */
export class Gateway {
  readonly storage: StorageHealth
  readonly opend: OpendClient
  readonly watch: OpendWatch
  readonly accounts: AccountListCache
  readonly orders: OrderService
  readonly quotes: QuoteService
  readonly pushes: PushService
  readonly #failBack: FailBack
  readonly #deps: GatewayDeps

  constructor(deps: GatewayDeps) {
    const { timers } = deps
    this.#deps = deps
    this.storage = new StorageHealth(() => timers.nowMs())
    this.opend = new OpendClient({
      session: deps.session,
      isParked: deps.isParked,
      transports: deps.transports,
      timers,
      subscriber: {
        linkReady: () => this.#linkReady(),
        linkLost: () => this.#linkLost(),
        push: (protoId, body) => this.#push(protoId, body),
        lateReply: (connId, serial, protoId, body) => this.orders.lateReply(connId, serial, protoId, body),
        orderSent: (entryId, connId, serial) => this.orders.inFlight.recordFrame(entryId, connId, serial),
      },
    })
    this.#failBack = new FailBack(this.opend, { transports: deps.transports, timers, random: deps.session.random })
    this.watch = new OpendWatch(this.opend, () => timers.nowMs())
    this.accounts = new AccountListCache({
      send: (protoId, body) => this.opend.send(protoId, body, OWN_CALL),
      linkGeneration: () => this.opend.session.linkGeneration,
      isLinkUp: () => this.opend.session.stage.name === 'ready',
      nowMs: () => timers.nowMs(),
      after: (ms, run) => void timers.after(ms, run),
    })
    this.orders = new OrderService({
      timers,
      ledger: deps.ledger,
      switches: deps.switches,
      exits: deps.exits,
      sha1: deps.sha1,
      random: deps.secureRandom,
      storage: this.storage,
      send: (protoId, body, origin) => this.#sendOrder(protoId, body, origin),
      opend: this.opend,
      standing: (request, nowMs) => standingFailure(deps.orderStanding(request, nowMs)),
      presentTerms: (request) => deps.presentTerms(request),
      countEarlier: (protoId, accId, atMs) => this.opend.governor.countEarlier(protoId, accId, atMs),
      connId: () => {
        const { stage } = this.opend.session
        return stage.name === 'ready' ? stage.greeting.connId.toString() : null
      },
      tradingAccounts: (accId) => this.accounts.environments(accId),
      allAccounts: () => this.accounts.all(),
      isLinkUp: () => this.opend.session.stage.name === 'ready',
      alarmBy: (atMs) => deps.alarmBy(atMs),
      onRefused: (caller, failure) => deps.onRefused(caller, failure),
      onEntry: (entry, before) => {
        this.watch.entryChanged(entry, before)
        deps.onEntry(entry, before)
      },
      onContradiction: (entryId, detail) => deps.onContradiction(entryId, detail),
      onError: (what, error) => deps.onError(what, error),
    })
    this.pushes = new PushService({
      timers,
      sockets: deps.sockets,
      runId: deps.runId,
      quotes: () => this.quotes,
      identify: (token, network) => deps.identify(token, network),
      standing: (caller, nowMs) => deps.standing(caller, nowMs),
      isLinkUp: () => this.opend.session.stage.name === 'ready',
      onError: (what, error) => deps.onError(what, error),
    })
    this.quotes = new QuoteService({
      timers,
      store: deps.subscriptions,
      opend: this.watch.calls,
      tradingAccounts: (accId) => this.accounts.environments(accId),
      alarmBy: (atMs) => deps.alarmBy(atMs),
      streamsChanged: (id) => this.pushes.streamsChanged(id),
      unitsLost: (id, units, reason) => this.pushes.unitsLost(id, units, reason),
      isListening: (caller) => this.pushes.isListening(caller),
      onError: (what, error) => deps.onError(what, error),
    })
    this.pushes.restore()
  }

  /** Connects and sets the first alarm. */
  start(): void {
    this.#setAlarm()
    this.opend.tick()
  }

  /** Closes the sockets whose key was revoked or changed, and gives the others the present quota of their key. */
  keysChanged(quotaOf: (caller: string, given: number | null) => number | null): void {
    this.pushes.closeFallen()
    const { sockets } = this.#deps
    for (const one of [...sockets.all()]) {
      const { caller } = one.facts
      const quotaShare = caller === null ? null : quotaOf(caller.id, caller.quotaShare)
      if (caller !== null && quotaShare !== caller.quotaShare) sockets.identify(one, { ...caller, quotaShare })
    }
  }

  /** Runs every check on an order call and sends it at most once. */
  async order(
    request: OrderRequest,
  ): Promise<OrderAnswer & { readonly order: ShownOrder | null } & { readonly budget: CallBudget | null }> {
    const answer = await this.orders.submit(request)
    const { protoId, body, caller } = request
    return { ...answer, budget: this.opend.budgetOf(protoId, body, rankOf(protoId, body), caller) }
  }

  /**
   * Sets the next alarm, then runs the work of timers that an eviction may have removed. The alarm is set first, so the
   * object wakes again even if the rest fails.
   */
  alarm(): void {
    const isParked = this.opend.session.stage.name === 'parked'
    if (!isParked) this.#setAlarm()
    this.pushes.heartbeat()
    if (isParked) return
    this.opend.tick()
    this.watch.alarm()
    this.orders.alarm()
    this.quotes.runDue()
  }

  /** Clears the caches and connects again; ends a shutdown. */
  reload(): void {
    this.accounts.forget()
    this.quotes.reader.clearCaches()
    this.pushes.closeFallen()
    this.#setAlarm()
    // A cancel-after that became due while the gateway was parked fires when the link is up.
    this.opend.reload()
  }

  metrics(): readonly MetricSample[] {
    return [
      gauge('opend_edge_gateway_account_pushes', this.accounts.arePushesSubscribed ? 1 : 0),
      ...this.watch.metrics(),
      ...this.orders.metrics(),
      ...this.quotes.metrics(),
      ...this.pushes.metrics(),
    ]
  }

  #setAlarm(): void {
    const { timers, alarmBy } = this.#deps
    alarmBy(Math.min(timers.nowMs() + ALARM_INTERVAL_MS, this.orders.nextDueMs() ?? Infinity))
  }

  #linkReady(): void {
    this.#failBack.linkReady()
    this.accounts.linkReady()
    this.quotes.linkReady()
    this.orders.linkReady()
    this.pushes.linkReady()
    this.watch.linkReady()
  }

  #linkLost(): void {
    this.#failBack.stop()
    this.watch.linkLost()
    this.quotes.linkLost()
    this.pushes.linkLost()
  }

  #push(protoId: number, body: Uint8Array): void {
    this.watch.push(protoId, body)
    if (protoId === CALLS.Trd_UpdateOrder.protoId) this.orders.orderPush(body)
    const nowMs = this.#deps.timers.nowMs()
    for (const event of readPush(protoId, body, nowMs) ?? []) {
      if (event.type === 'quote') this.quotes.reader.onPush(event)
      this.pushes.filtered.count(event, this.#deps.sockets.all())
      for (const one of eventsByHours(event, this.quotes.subscriptions)) this.pushes.hub.push(one, nowMs)
    }
  }

  /** Sends a call of the order path. Later reads must include its effect, so reads in flight are invalidated. */
  async #sendOrder(protoId: number, body: Uint8Array, origin: CallOrigin = OWN_CALL): Promise<CallOutcome> {
    const outcome = await this.opend.send(protoId, body, origin)
    if (origin.entryId !== undefined) this.quotes.reader.invalidateInFlight()
    return outcome
  }
}
