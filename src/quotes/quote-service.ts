import { CALLS } from '../calls.ts'
import type { Failure } from '../base/failure.ts'
import { gauge, type MetricSample } from '../base/metric.ts'
import { type Result, fail, succeed } from '../base/result.ts'
import { type Timers, WakeTimer } from '../base/time/timers.ts'
import { type OpendClient, OWN_CALL } from '../gateway/opend-client.ts'
import { readPushAccounts, type TradingAccounts } from '../accounts/trading-accounts.ts'
import { narrowRead } from './narrow-hours.ts'
import { needsOf } from './quote-read.ts'
import { QuoteReader, type ReadAnswer, type ReadRequest } from './quote-reader.ts'
import {
  type Subscriber,
  type SubscriberId,
  restSubscriber,
  type SubscriptionStore,
} from '../subscriptions/subscriber.ts'
import { securityOf, unitKeyOf, type UnitKey } from '../subscriptions/stream.ts'
import { SubscriptionManager } from '../subscriptions/subscription-manager.ts'
import { type TradingHours, wider } from '../subscriptions/trading-hours.ts'
import type { LossReason } from '../subscriptions/subscription-deps.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import { securityText } from '../wire/json/security-text.ts'

/** Any call except an order call. */
export interface QuoteCall extends ReadRequest {
  /** The most subscription units that the caller's key may have over all its connections; null without a share. */
  readonly quotaShare: number | null
}

/** The dependencies of `QuoteService`. */
export interface QuoteServiceDeps {
  readonly timers: Timers
  readonly store: SubscriptionStore
  readonly opend: Pick<OpendClient, 'send' | 'budgetOf'>
  /** The accounts of the login. Also requests their order and fill pushes from OpenD. */
  tradingAccounts(accId: bigint): Promise<TradingAccounts | Failure>
  /** Makes sure that the alarm runs no later than that time, Unix ms. */
  alarmBy(atMs: number): void
  /** The streams of that subscriber changed. */
  streamsChanged(id: SubscriberId): void
  /** A subscriber lost units that it did not unsubscribe. */
  unitsLost(id: SubscriberId, units: readonly UnitKey[], reason: LossReason): void
  /** Whether that caller has an open push socket. */
  isListening(caller: string): boolean
  /** Reports a failure of work that no caller waits for. */
  onError(what: string, error: unknown): void
}

/** The quote part of the gateway object: subscriptions, and reads answered from OpenD's pushes. */
export class QuoteService {
  readonly subscriptions: SubscriptionManager
  /** The reads, and the caches that pushes update. */
  readonly reader: QuoteReader
  readonly #deps: QuoteServiceDeps

  constructor(deps: QuoteServiceDeps) {
    this.#deps = deps
    const { opend, timers } = deps
    const wake = new WakeTimer(timers, () => this.runDue())
    this.subscriptions = new SubscriptionManager({
      send: (protoId, body) => opend.send(protoId, body, OWN_CALL),
      store: deps.store,
      nowMs: () => timers.nowMs(),
      wakeAt: (atMs) => {
        wake.by(atMs)
        deps.alarmBy(atMs)
      },
      changed: (id) => deps.streamsChanged(id),
      lost: (id, units, reason) => deps.unitsLost(id, units, reason),
      interrupted: (units) => {
        for (const unit of units) this.reader.unitDropped(unit)
      },
      isListening: (id) => deps.isListening(id),
    })
    this.reader = new QuoteReader({
      send: (protoId, body, caller) => opend.send(protoId, body, { caller, rank: 'read' }),
      isLive: (unit, rehabType) => this.subscriptions.isLive(unit, rehabType),
      nowMs: () => timers.nowMs(),
      after: (delayMs, run) => void timers.after(delayMs, run),
      remaining: (protoId) => opend.budgetOf(protoId, new Uint8Array())?.remaining ?? null,
    })
  }

  /** Answers a call from the subscriptions, from pushes, from a cache or from OpenD. */
  async call(request: QuoteCall): Promise<ReadAnswer> {
    switch (request.protoId) {
      case CALLS.Qot_Sub.protoId:
        return this.#ownAnswer(await this.#subscribe(request))
      case CALLS.Qot_GetSubInfo.protoId:
        return this.#ownAnswer(await this.#subInfo(request))
      case CALLS.Trd_SubAccPush.protoId:
        return this.#setAccounts(request)
      default:
        return this.#read(request)
    }
  }

  /** Sets the accounts whose order and fill pushes a subscriber receives. Check the caller's access first. */
  async setAccounts(subscriber: Subscriber, accIds: readonly bigint[]): Promise<Failure | null> {
    const [first = null] = accIds
    if (first !== null) {
      // Also requests the pushes, unless that was done over this link.
      const known = await this.#deps.tradingAccounts(first)
      if ('code' in known) return known
      const unknown = accIds.find((accId) => !known.has(accId))
      if (unknown !== undefined) return { code: 'trade.unknown_account', accId: unknown.toString() }
    }
    return this.subscriptions.setAccounts(subscriber, accIds)
  }

  linkReady(): void {
    this.subscriptions.linkReady()
    // Order pushes are requested together with the account list, once on each link.
    if (this.subscriptions.wantsAccounts) void this.#deps.tradingAccounts(0n)
  }

  linkLost(): void {
    this.subscriptions.linkLost()
    this.reader.linkLost()
  }

  /** Runs due work. */
  runDue(): void {
    this.subscriptions.runDue().catch((error: unknown) => this.#deps.onError('subscriptions failed', error))
  }

  metrics(): readonly MetricSample[] {
    const { subscribers, heldUnits, subscribedUnits, lingeringUnits, waiting, quota } = this.subscriptions.counts
    const sources = Object.entries(this.reader.counts).map(([source, value]) => ({ labels: { source }, value }))
    return [
      { name: 'opend_edge_reads_total', type: 'counter', values: sources },
      gauge('opend_edge_subscribers', subscribers),
      gauge('opend_edge_subscriptions_held', heldUnits),
      gauge('opend_edge_subscriptions_upstream', subscribedUnits),
      gauge('opend_edge_subscriptions_lingering', lingeringUnits),
      gauge('opend_edge_subscription_changes_waiting', waiting),
      gauge('opend_edge_subscription_quota', quota?.total ?? null),
      gauge('opend_edge_subscription_quota_free', quota?.free ?? null),
    ]
  }

  async #subscribe({ body, caller, quotaShare }: QuoteCall): Promise<Result<Uint8Array>> {
    const request = decodeMessage('Qot_Sub.Request', body)
    if (!request.ok) throw new Error(`a subscription does not decode: ${request.detail}`)
    const failure = await this.subscriptions.subscribe(restSubscriber(caller), request.value.c2s, quotaShare)
    // Reads of the new units must not join calls that were sent before the subscription.
    this.reader.invalidateInFlight()
    return failure === null ? succeed(encodeMessage('Qot_Sub.Response', { retType: 0, s2c: {} })) : fail(failure)
  }

  async #subInfo({ body, caller }: QuoteCall): Promise<Result<Uint8Array>> {
    const request = decodeMessage('Qot_GetSubInfo.Request', body)
    if (!request.ok) throw new Error(`a query does not decode: ${request.detail}`)
    const { id } = restSubscriber(caller)
    return this.subscriptions.subInfo({ own: request.value.c2s.isReqAllConn === true ? 'all' : [id], self: id })
  }

  async #setAccounts({ body, caller }: QuoteCall): Promise<ReadAnswer> {
    const failure = await this.setAccounts(restSubscriber(caller), readPushAccounts(body) ?? [])
    const reply = encodeMessage('Trd_SubAccPush.Response', { retType: 0, s2c: {} })
    return this.#ownAnswer(failure === null ? succeed(reply) : fail(failure))
  }

  async #read(request: QuoteCall): Promise<ReadAnswer> {
    const needs = needsOf(request.protoId, request.body)
    if (needs !== null) {
      const { subType, secKeys } = needs
      const missing = this.subscriptions.missingFor(this.subscriptions.subscribersOf(request.caller), subType, secKeys)
      if (missing.length > 0) {
        const named = missing.map((secKey) => securityText(securityOf(secKey)) ?? secKey)
        return this.#ownAnswer(fail({ code: 'quote.not_subscribed', subType, missing: named }))
      }
      const failure = await this.subscriptions.whenLive(secKeys.map((secKey) => unitKeyOf(subType, secKey)))
      if (failure !== null) return this.#ownAnswer(fail(failure))
      const [secKey] = secKeys
      const unit = secKey === undefined ? null : unitKeyOf(subType, secKey)
      // Only reads of a single security have hours.
      const upstream = unit === null ? null : this.subscriptions.upstreamHours(unit)
      if (unit !== null && upstream !== null && upstream !== 'RTH') {
        const hours = this.subscriptions.hoursOfCaller(request.caller, unit)
        return { ...(await this.#readInHours(request, hours, upstream)), isPersonal: true }
      }
    }
    return this.reader.read(request)
  }

  /** Answers a read of a unit of which OpenD sends the hours `upstream`, with the part in `hours`. */
  async #readInHours(request: QuoteCall, hours: TradingHours, upstream: TradingHours): Promise<ReadAnswer> {
    const isWhole = wider(hours, upstream) === hours
    const narrow = isWhole ? null : narrowRead(request.protoId, request.body, hours)
    if (narrow === null) return this.reader.read(request)
    const answer = await this.reader.read({ ...request, body: narrow.body })
    const { outcome } = answer
    return outcome.ok ? { ...answer, outcome: { ...outcome, body: narrow.cut(outcome.body) } } : answer
  }

  /** An answer that was made without OpenD. */
  #ownAnswer(result: Result<Uint8Array>): ReadAnswer {
    const outcome = result.ok
      ? { ok: true as const, body: result.value }
      : { ok: false as const, failure: result.failure, sent: false }
    return { outcome, source: 'upstream', asOfMs: this.#deps.timers.nowMs() }
  }
}
