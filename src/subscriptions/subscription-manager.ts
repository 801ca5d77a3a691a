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
import { IDLE_MS } from './reclaim.ts'
import type { SecKey, StreamName, UnitKey } from './stream.ts'
import { type SubInfoQuery, subInfoResponse } from './sub-info.ts'
import {
  type SubscriptionRequest,
  MAX_UNITS_PER_SUBSCRIBER,
  readSubscription,
  subscriptionAfter,
} from './subscription-change.ts'
import type { SubscriptionDeps } from './subscription-deps.ts'
import { NO_OPTIONS, rehabOptions } from './subscription-options.ts'
import { UnitPool } from './unit-pool.ts'
import type { WaitingChange } from './waiting-change.ts'

/** Subscriptions that wait for OpenD. Each takes one call as a rule, so the end of this queue is some seconds away. */
export const MAX_WAITING_CHANGES = 256

/**
 * Shares one OpenD connection among many callers. Each sees a connection of its own: it holds what it subscribed, and
 * nobody else's subscriptions, refusals or ends change that. The book says who holds what, `UnitPool` makes OpenD
 * follow it.
 */
export class SubscriptionManager {
  readonly #deps: SubscriptionDeps
  readonly #registry: SubscriberRegistry
  readonly #pool: UnitPool

  /** Starts with the holders in the store. Nothing is subscribed before `linkReady`. */
  constructor(deps: SubscriptionDeps) {
    this.#deps = deps
    this.#registry = new SubscriberRegistry(deps.store, deps.nowMs(), deps.changed)
    this.#pool = new UnitPool(deps, this.#registry)
  }

  /**
   * Does one `Qot_Sub` for a holder, whole or not at all, and returns why not. `quotaShare`: most distinct units that the
   * caller's holders may have together; null without such a share.
   *
   * Failures: `request.invalid_value`; `quote.share_exceeded`; `quote.quota_exhausted`; `gateway.busy` when too much is
   * waiting or held; OpenD's refusal; what became of the link. After any of them the holder has what it had before.
   */
  async subscribe(
    subscriber: Subscriber,
    c2s: MessageTypes['Qot_Sub.C2S'],
    quotaShare: number | null,
  ): Promise<Failure | null> {
    const read = readSubscription(c2s)
    if (!read.ok) return read.failure
    const change = read.value
    if (change.kind !== 'subscribe') {
      this.#release(subscriber.id, change.kind === 'unsubscribe_all' ? null : change.units)
      return null
    }
    const { units, asked } = change
    const refusal = this.#shareRefusal(subscriber, units, quotaShare) ?? this.#roomRefusal(subscriber, units)
    if (refusal !== null) return refusal
    const waiting: WaitingChange = {
      subscriber,
      units: new Set(units),
      isVoid: false,
      optionsOf: (unit) => this.#subscriptionAfter(subscriber, unit, asked).options,
      commit: () => this.#hold(subscriber, waiting.units, asked),
    }
    if (this.#pool.isReady(waiting)) {
      waiting.commit()
      return null
    }
    return this.#pool.waitingCount >= MAX_WAITING_CHANGES
      ? busy(`${MAX_WAITING_CHANGES} subscriptions wait for OpenD already`)
      : this.#pool.change(waiting)
  }

  /**
   * Replaces the accounts whose order and fill pushes a holder wants. Who may see which account has been checked.
   * Failures: `request.invalid_value` for too many, `gateway.busy`.
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
    if (watched > MAX_WATCHED_ACCOUNTS) return busy(`${MAX_WATCHED_ACCOUNTS} accounts are watched already`)
    this.#registry.setAccounts(subscriber, accIds.map(String), this.#deps.nowMs())
    return null
  }

  /** A holder is gone; a change of it that waits comes to nothing. */
  dropSubscriber(id: SubscriberId): void {
    this.#pool.voidChangesOf(id)
    this.#registry.drop(id)
    this.#pool.schedule()
  }

  /** After an eviction: forgets the sockets that are not among these. */
  keepOnly(liveSocketIds: readonly SubscriberId[]): void {
    const live = new Set(liveSocketIds)
    for (const { id, kind } of [...this.#registry.subscribers()])
      if (kind === 'socket' && !live.has(id)) this.dropSubscriber(id)
  }

  /**
   * The link came up, and nothing is subscribed on it: everything that anyone holds is subscribed again. To be called
   * before calls that waited for the link are sent.
   */
  linkReady(): void {
    this.#pool.linkReady()
  }

  /** The link is gone. */
  linkLost(): void {
    this.#pool.linkLost()
  }

  /**
   * Whether OpenD pushes a unit over the present link, as far as it has said so. `rehabType` is that of a K-line, null
   * for everything else.
   */
  isLive(unit: UnitKey, rehabType: number | null = null): boolean {
    return this.#pool.isLive(unit, rehabType === null ? NO_OPTIONS : (rehabOptions([rehabType]) ?? NO_OPTIONS))
  }

  /**
   * Waits until held units are live again, after a reconnect. Failure: the link does not come up. A unit may still be
   * missing then, and OpenD will say so to whoever reads it.
   */
  async whenLive(units: readonly UnitKey[]): Promise<Failure | null> {
    return units.every((unit) => this.isLive(unit)) ? null : this.#pool.settled()
  }

  /** Whether anybody wants order and fill pushes. */
  get wantsAccounts(): boolean {
    return this.#registry.wantsAccounts
  }

  /** The holders of a caller that have anything: its reads may use what any of them has subscribed. */
  subscribersOf(caller: string): readonly SubscriberId[] {
    return this.#registry.subscribersOf(caller)
  }

  /** The securities that none of these holders has subscribed with that type. It counts as a use of the others. */
  missingFor(ids: readonly SubscriberId[], subType: number, secKeys: readonly SecKey[]): readonly SecKey[] {
    return this.#registry.missingFor(ids, subType, secKeys, this.#deps.nowMs())
  }

  /** What a holder wants to be sent, whether or not the link is up. */
  streamsOf(id: SubscriberId): ReadonlySet<StreamName> {
    return this.#registry.streamsOf(id)
  }

  /** Answers `Qot_GetSubInfo` with the encoded `Response`. Failures: OpenD cannot be asked for the totals, or refuses. */
  async subInfo(query: SubInfoQuery): Promise<Result<Uint8Array>> {
    const totals = await this.#pool.subInfo()
    return totals.ok ? succeed(subInfoResponse(this.#registry, query, totals.value)) : totals
  }

  /** Does what is due: drops what nobody holds any more, goes on with a restore. Resolves when OpenD has answered. */
  run(): Promise<void> {
    return this.#pool.run()
  }

  /** When `run` is next due, Unix ms; null when nothing is. */
  get nextWakeMs(): number | null {
    return this.#pool.nextWakeMs
  }

  /** Numbers for the metrics. */
  get counts() {
    const { size: subscribers, subscriptionCount: heldUnits } = this.#registry
    return { subscribers, heldUnits, ...this.#pool.counts }
  }

  #subscriptionAfter(subscriber: Subscriber, unit: UnitKey, asked: SubscriptionRequest) {
    return subscriptionAfter(
      this.#registry.subscription(subscriber.id, unit),
      asked,
      unit,
      subscriber,
      this.#deps.nowMs(),
    )
  }

  #hold(subscriber: Subscriber, units: ReadonlySet<UnitKey>, asked: SubscriptionRequest): void {
    if (units.size === 0) return
    const subscriptions = [...units].map((unit) => [unit, this.#subscriptionAfter(subscriber, unit, asked)] as const)
    this.#registry.hold(subscriber, subscriptions, this.#deps.nowMs())
  }

  /** Takes units from a holder, and from what it is waiting for: it asked for these first. */
  #release(id: SubscriberId, units: readonly UnitKey[] | null): void {
    this.#pool.withdraw(id, units)
    this.#registry.release(id, units ?? this.#registry.unitsOf(id))
    this.#pool.schedule()
  }

  #shareRefusal({ caller }: Subscriber, units: readonly UnitKey[], quotaShare: number | null): Failure | null {
    if (quotaShare === null) return null
    const held = this.#registry.unitsOfCaller(caller)
    // What is about to be held counts, or two calls at once could share one place.
    for (const unit of this.#pool.awaitedBy((waiting) => waiting.caller === caller)) held.add(unit)
    const needed = units.filter((unit) => !held.has(unit)).length
    if (needed === 0 || held.size + needed <= quotaShare) return null
    return { code: 'quote.share_exceeded', needed, held: held.size, share: quotaShare }
  }

  /** Keeps the bounds on what is remembered. A REST caller that has been idle gives way to a new holder. */
  #roomRefusal(subscriber: Subscriber, units: readonly UnitKey[]): Failure | null {
    const held = new Set(this.#registry.unitsOf(subscriber.id))
    for (const unit of this.#pool.awaitedBy(({ id }) => id === subscriber.id)) held.add(unit)
    const needed = units.filter((unit) => !held.has(unit)).length
    if (held.size + needed > MAX_UNITS_PER_SUBSCRIBER) {
      return { code: 'quote.share_exceeded', needed, held: held.size, share: MAX_UNITS_PER_SUBSCRIBER }
    }
    const all = this.#registry.subscriptionCount + this.#pool.awaitedBy(() => true).length
    if (all + needed > MAX_HELD_UNITS) return busy(`${MAX_HELD_UNITS} subscriptions are held already`)
    if (this.#registry.has(subscriber.id) || this.#registry.size < MAX_SUBSCRIBERS || this.#evictIdle()) return null
    return busy(`${MAX_SUBSCRIBERS} connections have subscriptions already`)
  }

  /** Forgets the REST caller that was idle longest. False when none was idle. */
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
