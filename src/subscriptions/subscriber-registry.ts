import {
  type Subscriber,
  type SubscriberId,
  STORED_USE_MS,
  type StoredSubscriber,
  type SubscriptionStore,
  type Subscription,
} from './subscriber.ts'
import { quoteStreamOf, type SecKey, type StreamName, type UnitKey, unitKeyOf, unitOf } from './stream.ts'
import { hasHours, hoursIn, streamInHours } from './trading-hours.ts'
import { isKLine, NO_OPTIONS, rehabTypesIn, type SubscriptionOptions } from './subscription-options.ts'

/** The state of one subscriber. */
interface Row {
  readonly subscriber: Subscriber
  /** In the order in which they were subscribed. */
  readonly subscriptions: Map<UnitKey, Subscription>
  accIds: readonly string[]
  usedAtMs: number
  storedUsedAtMs: number
  /** The streams that the subscriber receives, cached because every push reads them. */
  streams: ReadonlySet<StreamName>
}

/** One subscriber of a unit with its subscription. */
export interface Holding {
  readonly subscriber: Subscriber
  readonly subscription: Subscription
}

const NOTHING: ReadonlySet<StreamName> = new Set()

/**
 * The subscribers with their units and accounts, in memory and in the store. A subscriber without units and accounts
 * has no row. `SubscriptionManager` bounds the registry.
 */
export class SubscriberRegistry {
  readonly #store: SubscriptionStore
  readonly #changed: (id: SubscriberId) => void
  readonly #rows = new Map<SubscriberId, Row>()
  readonly #subscribersOf = new Map<UnitKey, Set<SubscriberId>>()
  readonly #ofCaller = new Map<string, Set<SubscriberId>>()
  #subscriptionCount = 0
  #accountCount = 0

  /** Loads the stored subscribers. `changed` is called whenever the streams of a subscriber have changed. */
  constructor(store: SubscriptionStore, nowMs: number, changed: (id: SubscriberId) => void) {
    this.#store = store
    this.#changed = changed
    for (const stored of store.all()) this.#load(stored, nowMs)
  }

  /** The number of subscribers. */
  get size(): number {
    return this.#rows.size
  }

  /** Subscriptions of all subscribers. A unit counts once for each of its subscribers. */
  get subscriptionCount(): number {
    return this.#subscriptionCount
  }

  /** Watched accounts of all subscribers. An account counts once for each subscriber that watches it. */
  get accountCount(): number {
    return this.#accountCount
  }

  /** The number of accounts that a subscriber watches. */
  accountCountOf(id: SubscriberId): number {
    return this.#rows.get(id)?.accIds.length ?? 0
  }

  /** Whether any subscriber watches an account. */
  get wantsAccounts(): boolean {
    return this.#rows.values().some(({ accIds }) => accIds.length > 0)
  }

  has(id: SubscriberId): boolean {
    return this.#rows.has(id)
  }

  subscribers(): Iterable<Subscriber> {
    return this.#rows.values().map(({ subscriber }) => subscriber)
  }

  /** The subscribers of a caller. */
  subscribersOf(caller: string): readonly SubscriberId[] {
    return [...(this.#ofCaller.get(caller) ?? [])]
  }

  /** Every unit with at least one subscriber. */
  heldUnits(): Iterable<UnitKey> {
    return this.#subscribersOf.keys()
  }

  isHeld(unit: UnitKey): boolean {
    return this.#subscribersOf.has(unit)
  }

  subscription(id: SubscriberId, unit: UnitKey): Subscription | null {
    return this.#rows.get(id)?.subscriptions.get(unit) ?? null
  }

  /** The units of a subscriber, in the order in which they were subscribed. */
  unitsOf(id: SubscriberId): readonly UnitKey[] {
    return [...(this.#rows.get(id)?.subscriptions.keys() ?? [])]
  }

  /** The distinct units of all subscribers of a caller. */
  unitsOfCaller(caller: string): Set<UnitKey> {
    const units = new Set<UnitKey>()
    for (const id of this.#ofCaller.get(caller) ?? []) {
      for (const unit of this.#rows.get(id)?.subscriptions.keys() ?? []) units.add(unit)
    }
    return units
  }

  /** The subscribers of a unit with their subscriptions. */
  holdingsOf(unit: UnitKey): readonly Holding[] {
    return [...(this.#subscribersOf.get(unit) ?? [])].flatMap((id) => {
      const row = this.#rows.get(id)
      const subscription = row?.subscriptions.get(unit)
      return row === undefined || subscription === undefined ? [] : [{ subscriber: row.subscriber, subscription }]
    })
  }

  /** The joined options of all subscribers of a unit. */
  optionsOf(unit: UnitKey): SubscriptionOptions {
    return this.holdingsOf(unit).reduce((options, { subscription }) => options | subscription.options, NO_OPTIONS)
  }

  /** When a subscriber last subscribed or read, Unix ms. */
  usedAtMs(id: SubscriberId): number {
    return this.#rows.get(id)?.usedAtMs ?? -Infinity
  }

  streamsOf(id: SubscriberId): ReadonlySet<StreamName> {
    return this.#rows.get(id)?.streams ?? NOTHING
  }

  /** Adds these subscriptions to a subscriber, or replaces existing ones. */
  hold(subscriber: Subscriber, subscriptions: Iterable<readonly [UnitKey, Subscription]>, nowMs: number): void {
    const row = this.#row(subscriber)
    row.usedAtMs = nowMs
    for (const [unit, subscription] of subscriptions) {
      if (!row.subscriptions.has(unit)) this.#count(unit, subscriber.id)
      row.subscriptions.set(unit, subscription)
    }
    this.#changedRow(row)
  }

  /** Removes units from a subscriber. Units that it does not have are skipped. */
  release(id: SubscriberId, units: Iterable<UnitKey>): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    const before = row.subscriptions.size
    for (const unit of units) if (row.subscriptions.delete(unit)) this.#uncount(unit, id)
    if (row.subscriptions.size !== before) this.#changedRow(row)
  }

  /** Replaces the accounts that a subscriber watches. */
  setAccounts(subscriber: Subscriber, accIds: readonly string[], nowMs: number): void {
    const row = this.#row(subscriber)
    row.usedAtMs = nowMs
    this.#watch(row, [...new Set(accIds)])
    this.#changedRow(row)
  }

  /** Removes a subscriber. */
  drop(id: SubscriberId): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    for (const unit of row.subscriptions.keys()) this.#uncount(unit, id)
    row.subscriptions.clear()
    this.#watch(row, [])
    this.#changedRow(row)
  }

  /**
   * The securities that are not subscribed with that type by any of these subscribers. Counts as a use of the others.
   * A use by a REST caller is stored every `STORED_USE_MS`, so that an eviction does not make the caller look idle.
   */
  missingFor(
    ids: readonly SubscriberId[],
    subType: number,
    secKeys: readonly SecKey[],
    nowMs: number,
  ): readonly SecKey[] {
    const rows = ids.map((id) => this.#rows.get(id)).filter((row) => row !== undefined)
    const missing = secKeys.filter((secKey) => {
      const unit = unitKeyOf(subType, secKey)
      const subscriptions = rows
        .map((row) => row.subscriptions.get(unit))
        .filter((subscription) => subscription !== undefined)
      for (const subscription of subscriptions) subscription.usedAtMs = nowMs
      return subscriptions.length === 0
    })
    for (const row of rows) this.#recordUse(row, nowMs)
    return missing
  }

  #recordUse(row: Row, nowMs: number): void {
    row.usedAtMs = nowMs
    if (row.subscriber.kind === 'rest' && nowMs - row.storedUsedAtMs >= STORED_USE_MS) this.#put(row)
  }

  #row(subscriber: Subscriber): Row {
    let row = this.#rows.get(subscriber.id)
    if (row === undefined) {
      const empty = { subscriptions: new Map(), accIds: [], usedAtMs: 0, storedUsedAtMs: 0, streams: NOTHING }
      row = { subscriber, ...empty }
      this.#rows.set(subscriber.id, row)
      const siblings = this.#ofCaller.get(subscriber.caller)
      if (siblings === undefined) this.#ofCaller.set(subscriber.caller, new Set([subscriber.id]))
      else siblings.add(subscriber.id)
    }
    return row
  }

  #watch(row: Row, accIds: readonly string[]): void {
    this.#accountCount += accIds.length - row.accIds.length
    row.accIds = accIds
  }

  #load({ id, kind, caller, units, accIds, usedAtMs }: StoredSubscriber, nowMs: number): void {
    const row = this.#row({ id, kind, caller })
    // The real last use may be up to STORED_USE_MS later than the stored one; assume the latest, so that an active
    // caller does not look idle.
    row.usedAtMs = Math.min(nowMs, usedAtMs + STORED_USE_MS)
    row.storedUsedAtMs = usedAtMs
    this.#watch(row, accIds)
    for (const [unit, options, isPushed] of units) {
      row.subscriptions.set(unit, { options, isPushed, usedAtMs: row.usedAtMs })
      this.#count(unit, id)
    }
    row.streams = streamsIn(row)
  }

  /** Stores a changed row, or removes an empty one, and calls `changed` when its streams differ. */
  #changedRow(row: Row): void {
    const { id, caller } = row.subscriber
    if (row.subscriptions.size === 0 && row.accIds.length === 0) {
      this.#rows.delete(id)
      const siblings = this.#ofCaller.get(caller)
      siblings?.delete(id)
      if (siblings?.size === 0) this.#ofCaller.delete(caller)
      this.#store.remove(id)
    } else {
      this.#put(row)
    }
    const before = row.streams
    row.streams = streamsIn(row)
    if (before.symmetricDifference(row.streams).size > 0) this.#changed(id)
  }

  #put(row: Row): void {
    row.storedUsedAtMs = row.usedAtMs
    const units = [...row.subscriptions].map(([unit, { options, isPushed }]) => [unit, options, isPushed] as const)
    this.#store.put({ ...row.subscriber, units, accIds: row.accIds, usedAtMs: row.usedAtMs })
  }

  #count(unit: UnitKey, id: SubscriberId): void {
    this.#subscriptionCount++
    const subscribers = this.#subscribersOf.get(unit)
    if (subscribers === undefined) this.#subscribersOf.set(unit, new Set([id]))
    else subscribers.add(id)
  }

  #uncount(unit: UnitKey, id: SubscriberId): void {
    this.#subscriptionCount--
    const subscribers = this.#subscribersOf.get(unit)
    subscribers?.delete(id)
    if (subscribers?.size === 0) this.#subscribersOf.delete(unit)
  }
}

/** The streams of a row: its pushed units, K-lines once for each rehab type, and two streams for each account. */
function streamsIn({ subscriptions, accIds }: Pick<Row, 'subscriptions' | 'accIds'>): ReadonlySet<StreamName> {
  const streams = new Set<StreamName>()
  for (const [unit, { options, isPushed }] of subscriptions) {
    if (!isPushed) continue
    const { subType, secKey } = unitOf(unit)
    const rehabTypes = isKLine(subType) ? rehabTypesIn(options) : [null]
    const hours = hasHours(unit) ? hoursIn(options) : 'RTH'
    for (const rehabType of rehabTypes) streams.add(streamInHours(quoteStreamOf(subType, secKey, rehabType), hours))
  }
  for (const accId of accIds) streams.add(`orders:${accId}`).add(`fills:${accId}`)
  return streams
}
