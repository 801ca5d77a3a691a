import {
  MAX_ACCOUNTS_PER_SUBSCRIBER,
  MAX_HELD_UNITS,
  MAX_SUBSCRIBERS,
  MAX_WATCHED_ACCOUNTS,
} from '../base/memory-budget.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { Failure } from '../base/failure.ts'
import { type Result, succeed } from '../base/result.ts'
import { SubscriberRegistry } from './subscriber-registry.ts'
import type { Subscriber, SubscriberId } from './subscriber.ts'
import { IDLE_MS } from './upstream/reclaim.ts'
import type { SecKey, StreamName, UnitKey } from './stream.ts'
import { type SubInfoQuery, subInfoResponse } from './sub-info.ts'
import {
  type SubscriptionRequest,
  MAX_UNITS_PER_SUBSCRIBER,
  readSubscriptionChange,
  subscriptionAfter,
} from './subscription-change.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'
import { NO_OPTIONS, rehabOptions } from './subscription-options.ts'
import { hasHours, hoursIn, type TradingHours, wider } from './trading-hours.ts'
import { UnitPool } from './upstream/unit-pool.ts'
import type { WaitingChange } from './waiting-change.ts'

/** Subscriptions that wait for OpenD. Each usually takes one call, so a full queue drains within seconds. */
export const MAX_WAITING_CHANGES = 256

/**
 * Shares one OpenD connection among many callers. Each caller has its own subscriptions, which the subscriptions,
 * refusals and disconnects of other callers do not change. `SubscriberRegistry` has the subscriptions of each caller,
 * and `UnitPool` applies them to OpenD.
 */
export class SubscriptionManager {
  readonly #deps: SubscriptionDeps
  readonly #registry: SubscriberRegistry
  readonly #pool: UnitPool

  /** Loads the stored subscribers. Nothing is subscribed at OpenD before `linkReady`. */
  constructor(deps: SubscriptionDeps) {
    this.#deps = deps
    this.#registry = new SubscriberRegistry(deps.store, deps.nowMs(), deps.changed)
    this.#pool = new UnitPool(deps, this.#registry)
  }

  /**
   * Applies one `Qot_Sub` of a subscriber completely, or returns the failure and changes nothing. `quotaShare` is the
   * most distinct units that all subscribers of the caller may have together; null without a share.
   *
   * Failures: `request.invalid_value`; `quote.share_exceeded`; `quote.quota_exhausted`; `gateway.busy` when too many
   * subscriptions wait or exist; OpenD's refusal; the failures of the link.
   */
  async subscribe(
    subscriber: Subscriber,
    c2s: MessageTypes['Qot_Sub.C2S'],
    quotaShare: number | null,
  ): Promise<Failure | null> {
    const read = readSubscriptionChange(c2s)
    if (!read.ok) return read.failure
    const change = read.value
    if (change.kind !== 'subscribe') {
      this.#release(subscriber.id, change.kind === 'unsubscribe_all' ? null : change.units)
      return null
    }
    const { units, request } = change
    const refusal = this.#shareRefusal(subscriber, units, quotaShare) ?? this.#roomRefusal(subscriber, units)
    if (refusal !== null) return refusal
    const waiting: WaitingChange = {
      subscriber,
      units: new Set(units),
      isVoid: false,
      optionsOf: (unit) => this.#subscriptionAfter(subscriber, unit, request).options,
      commit: () => this.#hold(subscriber, waiting.units, request),
    }
    if (this.#pool.isReady(waiting)) {
      waiting.commit()
      return null
    }
    return this.#pool.waitingCount >= MAX_WAITING_CHANGES
      ? busy(`${MAX_WAITING_CHANGES} subscriptions are already waiting for OpenD`)
      : this.#pool.change(waiting)
  }

  /**
   * Replaces the accounts whose order and fill pushes a subscriber receives. The caller's access to the accounts must
   * have been checked. Failures: `request.invalid_value` for too many accounts, `gateway.busy`.
   */
  setAccounts(subscriber: Subscriber, accIds: readonly bigint[]): Failure | null {
    if (accIds.length > MAX_ACCOUNTS_PER_SUBSCRIBER) {
      const expected = `at most ${MAX_ACCOUNTS_PER_SUBSCRIBER} accounts`
      return { code: 'request.invalid_value', path: 'acc_id_list', expected }
    }
    if (accIds.length === 0 && !this.#registry.has(subscriber.id)) return null
    const refusal = this.#roomRefusal(subscriber, [])
    if (refusal !== null) return refusal
    const watched = this.#registry.accountCount - this.#registry.accountCountOf(subscriber.id) + accIds.length
    if (watched > MAX_WATCHED_ACCOUNTS) return busy(`${MAX_WATCHED_ACCOUNTS} accounts are already watched`)
    this.#registry.setAccounts(subscriber, accIds.map(String), this.#deps.nowMs())
    return null
  }

  /** Removes a subscriber and cancels its pending changes. */
  dropSubscriber(id: SubscriberId): void {
    this.#pool.voidChangesOf(id)
    this.#registry.drop(id)
    this.#pool.schedule()
  }

  /** Removes the push sockets that are not in the list. Call it after an eviction. */
  keepOnly(liveSocketIds: readonly SubscriberId[]): void {
    const live = new Set(liveSocketIds)
    for (const { id, kind } of [...this.#registry.subscribers()])
      if (kind === 'socket' && !live.has(id)) this.dropSubscriber(id)
  }

  /**
   * A new link is up, without subscriptions: subscribes all units of all subscribers again. Call it before calls that
   * waited for the link are sent.
   */
  linkReady(): void {
    this.#pool.linkReady()
  }

  /** The link is lost. */
  linkLost(): void {
    this.#pool.linkLost()
  }

  /**
   * Whether OpenD has confirmed that it pushes a unit over the present link. `rehabType` is the adjustment of K-lines;
   * null for other types.
   */
  isLive(unit: UnitKey, rehabType: number | null = null): boolean {
    return this.#pool.isLive(unit, rehabType === null ? NO_OPTIONS : (rehabOptions([rehabType]) ?? NO_OPTIONS))
  }

  /**
   * Waits until the units are live again after a reconnect. Failure: the link does not come up. A unit may still be
   * missing afterwards; OpenD then refuses its reads.
   */
  async whenLive(units: readonly UnitKey[]): Promise<Failure | null> {
    return units.every((unit) => this.isLive(unit)) ? null : this.#pool.whenIdle()
  }

  /**
   * The hours that OpenD may send for a unit; null for a unit without hours. Callers with narrower hours get a part of
   * them.
   */
  upstreamHours(unit: UnitKey): TradingHours | null {
    return hasHours(unit) ? this.#pool.hoursOf(unit) : null
  }

  /** The hours for which a caller is subscribed to a unit, by any of its subscribers. */
  hoursOfCaller(caller: string, unit: UnitKey): TradingHours {
    const options = this.#registry
      .subscribersOf(caller)
      .map((id) => this.#registry.subscription(id, unit)?.options ?? NO_OPTIONS)
    return options.map(hoursIn).reduce(wider, 'RTH')
  }

  /** Whether any subscriber receives order and fill pushes. */
  get wantsAccounts(): boolean {
    return this.#registry.wantsAccounts
  }

  /** The subscribers of a caller. The caller's reads may use the subscriptions of all of them. */
  subscribersOf(caller: string): readonly SubscriberId[] {
    return this.#registry.subscribersOf(caller)
  }

  /** The securities not subscribed with that type by any of these subscribers. Counts as a use of the others. */
  missingFor(ids: readonly SubscriberId[], subType: number, secKeys: readonly SecKey[]): readonly SecKey[] {
    return this.#registry.missingFor(ids, subType, secKeys, this.#deps.nowMs())
  }

  /** The streams that a subscriber receives, whether or not the link is up. */
  streamsOf(id: SubscriberId): ReadonlySet<StreamName> {
    return this.#registry.streamsOf(id)
  }

  /** Answers `Qot_GetSubInfo` with the encoded `Response`. Fails when OpenD does not return the totals. */
  async subInfo(query: SubInfoQuery): Promise<Result<Uint8Array>> {
    const totals = await this.#pool.subInfo()
    return totals.ok ? succeed(subInfoResponse(this.#registry, query, totals.value)) : totals
  }

  /** Runs due work: unsubscribes unused units, continues a restore. Resolves when OpenD has answered. */
  runDue(): Promise<void> {
    return this.#pool.runDue()
  }

  /** When `runDue` is next due, Unix ms; null when no work is scheduled. */
  get nextWakeMs(): number | null {
    return this.#pool.nextWakeMs
  }

  /** Values for the metrics. */
  get counts() {
    const { size: subscribers, subscriptionCount: heldUnits } = this.#registry
    return { subscribers, heldUnits, ...this.#pool.counts }
  }

  #subscriptionAfter(subscriber: Subscriber, unit: UnitKey, request: SubscriptionRequest) {
    return subscriptionAfter(
      this.#registry.subscription(subscriber.id, unit),
      request,
      unit,
      subscriber,
      this.#deps.nowMs(),
    )
  }

  #hold(subscriber: Subscriber, units: ReadonlySet<UnitKey>, request: SubscriptionRequest): void {
    if (units.size === 0) return
    const subscriptions = [...units].map((unit) => [unit, this.#subscriptionAfter(subscriber, unit, request)] as const)
    this.#registry.hold(subscriber, subscriptions, this.#deps.nowMs())
  }

  /** Removes units from a subscriber and from its pending changes, which were requested earlier. */
  #release(id: SubscriberId, units: readonly UnitKey[] | null): void {
    this.#pool.withdraw(id, units)
    this.#registry.release(id, units ?? this.#registry.unitsOf(id))
    this.#pool.schedule()
  }

  /** The units that all subscribers of a caller have or wait for together. */
  unitsOfCaller(caller: string): ReadonlySet<UnitKey> {
    const held = this.#registry.unitsOfCaller(caller)
    // Pending units count, so that two concurrent calls cannot use the same share.
    for (const unit of this.#pool.awaitedBy((waiting) => waiting.caller === caller)) held.add(unit)
    return held
  }

  #shareRefusal({ caller }: Subscriber, units: readonly UnitKey[], quotaShare: number | null): Failure | null {
    if (quotaShare === null) return null
    const held = this.unitsOfCaller(caller)
    const needed = units.filter((unit) => !held.has(unit)).length
    if (needed === 0 || held.size + needed <= quotaShare) return null
    return { code: 'quote.share_exceeded', needed, held: held.size, share: quotaShare }
  }

  /** Enforces the bounds on stored subscriptions. An idle REST caller is evicted for a new subscriber. */
  #roomRefusal(subscriber: Subscriber, units: readonly UnitKey[]): Failure | null {
    const held = new Set(this.#registry.unitsOf(subscriber.id))
    for (const unit of this.#pool.awaitedBy(({ id }) => id === subscriber.id)) held.add(unit)
    const needed = units.filter((unit) => !held.has(unit)).length
    if (held.size + needed > MAX_UNITS_PER_SUBSCRIBER) {
      return { code: 'quote.share_exceeded', needed, held: held.size, share: MAX_UNITS_PER_SUBSCRIBER }
    }
    const all = this.#registry.subscriptionCount + this.#pool.awaitedBy(() => true).length
    if (all + needed > MAX_HELD_UNITS) return busy(`${MAX_HELD_UNITS} subscriptions already exist`)
    if (this.#registry.has(subscriber.id) || this.#registry.size < MAX_SUBSCRIBERS || this.#evictIdle()) return null
    return busy(`${MAX_SUBSCRIBERS} connections already have subscriptions`)
  }

  /** Removes the REST caller that has been idle longest. Returns false when no caller is idle. */
  #evictIdle(): boolean {
    const latestMs = this.#deps.nowMs() - IDLE_MS
    let idle: { readonly id: SubscriberId; readonly usedAtMs: number } | null = null
    for (const { id, kind } of this.#registry.subscribers()) {
      const usedAtMs = this.#registry.usedAtMs(id)
      if (kind !== 'rest' || usedAtMs > latestMs || this.#deps.isListening(id)) continue
      if (idle === null || usedAtMs < idle.usedAtMs) idle = { id, usedAtMs }
    }
    if (idle === null) return false
    const units = this.#registry.unitsOf(idle.id)
    this.#registry.drop(idle.id)
    this.#pool.schedule()
    this.#deps.lost(idle.id, units, { kind: 'reclaimed' })
    return true
  }
}

function busy(detail: string): Failure {
  return { code: 'gateway.busy', detail, retryInMs: null }
}
