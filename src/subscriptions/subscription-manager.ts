import type { MessageTypes } from '../../proto/messages.ts'
import type { Failure } from '../base/failure.ts'
import { type Result, succeed } from '../base/result.ts'
import { HolderBook } from './subscriber-registry.ts'
import type { Holder, HolderId } from './subscriber.ts'
import { IDLE_MS } from './reclaim.ts'
import type { SecKey, StreamName, UnitKey } from './stream.ts'
import { type SubInfoQuery, subInfoResponse } from './sub-info.ts'
import { type Asked, MAX_UNITS_PER_HOLDER, readSubscription, wishAfter } from './subscription-change.ts'
import type { SubscriptionOutside } from './subscription-deps.ts'
import { PLAIN, rehabTerms } from './subscription-options.ts'
import { UnitPool } from './unit-pool.ts'
import type { WaitingChange } from './waiting-change.ts'

/**
 * Virtual connections with anything subscribed. Far more than one OpenD serves people, and at the bounds below they
 * and their units stay under a quarter of an isolate's memory.
 */
export const MAX_HOLDERS = 10_000

/** Units over all holders, each counted as often as it is held: about 100 bytes apiece in memory. */
export const MAX_HELD_UNITS = 200_000

/** Accounts one holder can want pushes of. A login has a handful. */
export const MAX_ACCOUNTS_PER_HOLDER = 256

/** Subscriptions that wait for OpenD. Each takes one call as a rule, so the end of this queue is some seconds away. */
export const MAX_WAITING_CHANGES = 256

/**
 * Shares one OpenD connection among many callers. Each sees a connection of its own: it holds what it subscribed, and
 * nobody else's subscriptions, refusals or ends change that. The book says who holds what, `UnitPool` makes OpenD
 * follow it.
 */
export class SubscriptionDesk {
  readonly #outside: SubscriptionOutside
  readonly #book: HolderBook
  readonly #pool: UnitPool

  /** Starts with the holders in the store. Nothing is subscribed before `linkReady`. */
  constructor(outside: SubscriptionOutside) {
    this.#outside = outside
    this.#book = new HolderBook(outside.store, outside.nowMs(), outside.changed)
    this.#pool = new UnitPool(outside, this.#book)
  }

  /**
   * Does one `Qot_Sub` for a holder, whole or not at all, and returns why not. `quotaShare`: most distinct units that the
   * caller's holders may have together; null without such a share.
   *
   * Failures: `request.invalid_value`; `quote.share_exceeded`; `quote.quota_exhausted`; `gateway.busy` when too much is
   * waiting or held; OpenD's refusal; what became of the link. After any of them the holder has what it had before.
   */
  async subscribe(
    holder: Holder,
    c2s: MessageTypes['Qot_Sub.C2S'],
    quotaShare: number | null,
  ): Promise<Failure | null> {
    const read = readSubscription(c2s)
    if (!read.ok) return read.failure
    const change = read.value
    if (change.kind !== 'subscribe') {
      this.#release(holder.id, change.kind === 'unsubscribe_all' ? null : change.units)
      return null
    }
    const { units, asked } = change
    const refusal = this.#shareRefusal(holder, units, quotaShare) ?? this.#roomRefusal(holder, units)
    if (refusal !== null) return refusal
    const waiting: WaitingChange = {
      holder,
      units: new Set(units),
      isVoid: false,
      termsOf: (unit) => this.#wishAfter(holder, unit, asked).terms,
      commit: () => this.#hold(holder, waiting.units, asked),
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
  setAccounts(holder: Holder, accIds: readonly bigint[]): Failure | null {
    if (accIds.length > MAX_ACCOUNTS_PER_HOLDER) {
      const expected = `at most ${MAX_ACCOUNTS_PER_HOLDER} accounts`
      return { code: 'request.invalid_value', path: 'acc_id_list', expected }
    }
    if (accIds.length === 0 && !this.#book.has(holder.id)) return null
    const refusal = this.#roomRefusal(holder, [])
    if (refusal !== null) return refusal
    this.#book.setAccounts(holder, accIds.map(String), this.#outside.nowMs())
    return null
  }

  /** A holder is gone; a change of it that waits comes to nothing. */
  dropHolder(id: HolderId): void {
    this.#pool.voidChangesOf(id)
    this.#book.drop(id)
    this.#pool.schedule()
  }

  /** After an eviction: forgets the sockets that are not among these. */
  keepOnly(liveSocketIds: readonly HolderId[]): void {
    const live = new Set(liveSocketIds)
    for (const { id, kind } of [...this.#book.holders()]) if (kind === 'socket' && !live.has(id)) this.dropHolder(id)
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
    return this.#pool.isLive(unit, rehabType === null ? PLAIN : (rehabTerms([rehabType]) ?? PLAIN))
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
    return this.#book.wantsAccounts
  }

  /** The holders of a caller that have anything: its reads may use what any of them has subscribed. */
  holdersOf(caller: string): readonly HolderId[] {
    return this.#book.holdersOf(caller)
  }

  /** The securities that none of these holders has subscribed with that type. It counts as a use of the others. */
  missingFor(ids: readonly HolderId[], subType: number, secKeys: readonly SecKey[]): readonly SecKey[] {
    return this.#book.missingFor(ids, subType, secKeys, this.#outside.nowMs())
  }

  /** What a holder wants to be sent, whether or not the link is up. */
  streamsOf(id: HolderId): ReadonlySet<StreamName> {
    return this.#book.streamsOf(id)
  }

  /** Answers `Qot_GetSubInfo` with the encoded `Response`. Failures: OpenD cannot be asked for the totals, or refuses. */
  async subInfo(query: SubInfoQuery): Promise<Result<Uint8Array>> {
    const totals = await this.#pool.subInfo()
    return totals.ok ? succeed(subInfoResponse(this.#book, query, totals.value)) : totals
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
    const { size: holders, wishCount: heldUnits } = this.#book
    return { holders, heldUnits, ...this.#pool.counts }
  }

  #wishAfter(holder: Holder, unit: UnitKey, asked: Asked) {
    return wishAfter(this.#book.wish(holder.id, unit), asked, unit, holder, this.#outside.nowMs())
  }

  #hold(holder: Holder, units: ReadonlySet<UnitKey>, asked: Asked): void {
    if (units.size === 0) return
    const wishes = [...units].map((unit) => [unit, this.#wishAfter(holder, unit, asked)] as const)
    this.#book.hold(holder, wishes, this.#outside.nowMs())
  }

  /** Takes units from a holder, and from what it is waiting for: it asked for these first. */
  #release(id: HolderId, units: readonly UnitKey[] | null): void {
    this.#pool.withdraw(id, units)
    this.#book.release(id, units ?? this.#book.unitsOf(id))
    this.#pool.schedule()
  }

  #shareRefusal({ caller }: Holder, units: readonly UnitKey[], quotaShare: number | null): Failure | null {
    if (quotaShare === null) return null
    const held = this.#book.unitsOfCaller(caller)
    // What is about to be held counts, or two calls at once could share one place.
    for (const unit of this.#pool.awaitedBy((waiting) => waiting.caller === caller)) held.add(unit)
    const needed = units.filter((unit) => !held.has(unit)).length
    if (needed === 0 || held.size + needed <= quotaShare) return null
    return { code: 'quote.share_exceeded', needed, held: held.size, share: quotaShare }
  }

  /** Keeps the bounds on what is remembered. A REST caller that has been idle gives way to a new holder. */
  #roomRefusal(holder: Holder, units: readonly UnitKey[]): Failure | null {
    const held = new Set(this.#book.unitsOf(holder.id))
    for (const unit of this.#pool.awaitedBy(({ id }) => id === holder.id)) held.add(unit)
    const needed = units.filter((unit) => !held.has(unit)).length
    if (held.size + needed > MAX_UNITS_PER_HOLDER) {
      return { code: 'quote.share_exceeded', needed, held: held.size, share: MAX_UNITS_PER_HOLDER }
    }
    const all = this.#book.wishCount + this.#pool.awaitedBy(() => true).length
    if (all + needed > MAX_HELD_UNITS) return busy(`${MAX_HELD_UNITS} subscriptions are held already`)
    if (this.#book.has(holder.id) || this.#book.size < MAX_HOLDERS || this.#evictIdle()) return null
    return busy(`${MAX_HOLDERS} connections have subscriptions already`)
  }

  /** Forgets the REST caller that was idle longest. False when none was idle. */
  #evictIdle(): boolean {
    const latestMs = this.#outside.nowMs() - IDLE_MS
    let idle: { readonly id: HolderId; readonly usedAtMs: number } | null = null
    for (const { id, kind } of this.#book.holders()) {
      const usedAtMs = this.#book.usedAtMs(id)
      if (kind !== 'rest' || usedAtMs > latestMs || this.#outside.isListening(id)) continue
      if (idle === null || usedAtMs < idle.usedAtMs) idle = { id, usedAtMs }
    }
    if (idle === null) return false
    const units = this.#book.unitsOf(idle.id)
    this.#book.drop(idle.id)
    this.#pool.schedule()
    this.#outside.lost(idle.id, units, { kind: 'reclaimed' })
    return true
  }
}

function busy(detail: string): Failure {
  return { code: 'gateway.busy', detail, retryInMs: null }
}
