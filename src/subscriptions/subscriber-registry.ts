import {
  type Holder,
  type HolderId,
  STORED_USE_MS,
  type StoredHolder,
  type SubscriptionStore,
  type Wish,
} from './subscriber.ts'
import { quoteStreamOf, type SecKey, type StreamName, type UnitKey, unitKeyOf, unitOf } from './stream.ts'
import { isKLine, PLAIN, rehabTypesIn, type Terms } from './subscription-options.ts'

/** What a holder has. */
interface Row {
  readonly holder: Holder
  /** In the order of subscribing. */
  readonly wishes: Map<UnitKey, Wish>
  accIds: readonly string[]
  usedAtMs: number
  storedUsedAtMs: number
  /** What it wants to be sent, kept because every push asks for it. */
  streams: ReadonlySet<StreamName>
}

/** A unit as one of its holders holds it. */
export interface Holding {
  readonly holder: Holder
  readonly wish: Wish
}

const NOTHING: ReadonlySet<StreamName> = new Set()

/**
 * Who holds what: plain counts, in memory and in the store. A holder without units and accounts has no row. Its bounds
 * are the desk's.
 */
export class HolderBook {
  readonly #store: SubscriptionStore
  readonly #changed: (id: HolderId) => void
  readonly #rows = new Map<HolderId, Row>()
  readonly #holdersOf = new Map<UnitKey, Set<HolderId>>()
  readonly #ofCaller = new Map<string, Set<HolderId>>()
  #wishCount = 0

  /** Loads what the store has. `changed` is called whenever the streams of a holder have changed. */
  constructor(store: SubscriptionStore, nowMs: number, changed: (id: HolderId) => void) {
    this.#store = store
    this.#changed = changed
    for (const stored of store.all()) this.#load(stored, nowMs)
  }

  /** Holders with anything at all. */
  get size(): number {
    return this.#rows.size
  }

  /** Units over all holders, each counted as often as it is held. */
  get wishCount(): number {
    return this.#wishCount
  }

  /** Whether any holder wants the pushes of an account. */
  get wantsAccounts(): boolean {
    return this.#rows.values().some(({ accIds }) => accIds.length > 0)
  }

  has(id: HolderId): boolean {
    return this.#rows.has(id)
  }

  holders(): Iterable<Holder> {
    return this.#rows.values().map(({ holder }) => holder)
  }

  /** The holders of a caller. */
  holdersOf(caller: string): readonly HolderId[] {
    return [...(this.#ofCaller.get(caller) ?? [])]
  }

  /** Every unit that anyone holds. */
  heldUnits(): Iterable<UnitKey> {
    return this.#holdersOf.keys()
  }

  isHeld(unit: UnitKey): boolean {
    return this.#holdersOf.has(unit)
  }

  wish(id: HolderId, unit: UnitKey): Wish | null {
    return this.#rows.get(id)?.wishes.get(unit) ?? null
  }

  /** The units of a holder, in the order of subscribing. */
  unitsOf(id: HolderId): readonly UnitKey[] {
    return [...(this.#rows.get(id)?.wishes.keys() ?? [])]
  }

  /** The units that a caller's holders have together, each once. */
  unitsOfCaller(caller: string): Set<UnitKey> {
    const units = new Set<UnitKey>()
    for (const id of this.#ofCaller.get(caller) ?? []) {
      for (const unit of this.#rows.get(id)?.wishes.keys() ?? []) units.add(unit)
    }
    return units
  }

  /** Everybody who holds a unit. */
  holdingsOf(unit: UnitKey): readonly Holding[] {
    return [...(this.#holdersOf.get(unit) ?? [])].flatMap((id) => {
      const row = this.#rows.get(id)
      const wish = row?.wishes.get(unit)
      return row === undefined || wish === undefined ? [] : [{ holder: row.holder, wish }]
    })
  }

  /** What the holders of a unit ask for together. */
  termsOf(unit: UnitKey): Terms {
    return this.holdingsOf(unit).reduce((terms, { wish }) => terms | wish.terms, PLAIN)
  }

  /** When a holder last subscribed or read, Unix ms. */
  usedAtMs(id: HolderId): number {
    return this.#rows.get(id)?.usedAtMs ?? -Infinity
  }

  streamsOf(id: HolderId): ReadonlySet<StreamName> {
    return this.#rows.get(id)?.streams ?? NOTHING
  }

  /** Gives a holder these units, or changes how it holds them. */
  hold(holder: Holder, wishes: Iterable<readonly [UnitKey, Wish]>, nowMs: number): void {
    const row = this.#row(holder)
    row.usedAtMs = nowMs
    for (const [unit, wish] of wishes) {
      if (!row.wishes.has(unit)) this.#count(unit, holder.id)
      row.wishes.set(unit, wish)
    }
    this.#changedRow(row)
  }

  /** Takes units from a holder. Those it does not hold are skipped. */
  release(id: HolderId, units: Iterable<UnitKey>): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    const before = row.wishes.size
    for (const unit of units) if (row.wishes.delete(unit)) this.#uncount(unit, id)
    if (row.wishes.size !== before) this.#changedRow(row)
  }

  /** Replaces the accounts whose pushes a holder wants. */
  setAccounts(holder: Holder, accIds: readonly string[], nowMs: number): void {
    const row = this.#row(holder)
    row.usedAtMs = nowMs
    row.accIds = [...new Set(accIds)]
    this.#changedRow(row)
  }

  /** Forgets a holder. */
  drop(id: HolderId): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    for (const unit of row.wishes.keys()) this.#uncount(unit, id)
    row.wishes.clear()
    row.accIds = []
    this.#changedRow(row)
  }

  /**
   * The securities that none of these holders holds with that type. It is a use of those that are held; a use of a REST
   * caller is stored now and then, so that an eviction does not make it look idle.
   */
  missingFor(ids: readonly HolderId[], subType: number, secKeys: readonly SecKey[], nowMs: number): readonly SecKey[] {
    const rows = ids.map((id) => this.#rows.get(id)).filter((row) => row !== undefined)
    const missing = secKeys.filter((secKey) => {
      const unit = unitKeyOf(subType, secKey)
      const wishes = rows.map((row) => row.wishes.get(unit)).filter((wish) => wish !== undefined)
      for (const wish of wishes) wish.usedAtMs = nowMs
      return wishes.length === 0
    })
    for (const row of rows) this.#noteUse(row, nowMs)
    return missing
  }

  #noteUse(row: Row, nowMs: number): void {
    row.usedAtMs = nowMs
    if (row.holder.kind === 'rest' && nowMs - row.storedUsedAtMs >= STORED_USE_MS) this.#put(row)
  }

  #row(holder: Holder): Row {
    let row = this.#rows.get(holder.id)
    if (row === undefined) {
      const empty = { wishes: new Map(), accIds: [], usedAtMs: 0, storedUsedAtMs: 0, streams: NOTHING }
      row = { holder, ...empty }
      this.#rows.set(holder.id, row)
      const siblings = this.#ofCaller.get(holder.caller)
      if (siblings === undefined) this.#ofCaller.set(holder.caller, new Set([holder.id]))
      else siblings.add(holder.id)
    }
    return row
  }

  #load({ id, kind, caller, units, accIds, usedAtMs }: StoredHolder, nowMs: number): void {
    const row = this.#row({ id, kind, caller })
    // What is stored may be older than the last use by as much; nobody may look idle before the time.
    row.usedAtMs = Math.min(nowMs, usedAtMs + STORED_USE_MS)
    row.storedUsedAtMs = usedAtMs
    row.accIds = accIds
    for (const [unit, terms, isPushed] of units) {
      row.wishes.set(unit, { terms, isPushed, usedAtMs: row.usedAtMs })
      this.#count(unit, id)
    }
    row.streams = streamsIn(row)
  }

  /** Stores a row that has changed, or forgets it when it is empty, and tells when its streams are others now. */
  #changedRow(row: Row): void {
    const { id, caller } = row.holder
    if (row.wishes.size === 0 && row.accIds.length === 0) {
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
    const units = [...row.wishes].map(([unit, { terms, isPushed }]) => [unit, terms, isPushed] as const)
    this.#store.put({ ...row.holder, units, accIds: row.accIds, usedAtMs: row.usedAtMs })
  }

  #count(unit: UnitKey, id: HolderId): void {
    this.#wishCount++
    const holders = this.#holdersOf.get(unit)
    if (holders === undefined) this.#holdersOf.set(unit, new Set([id]))
    else holders.add(id)
  }

  #uncount(unit: UnitKey, id: HolderId): void {
    this.#wishCount--
    const holders = this.#holdersOf.get(unit)
    holders?.delete(id)
    if (holders?.size === 0) this.#holdersOf.delete(unit)
  }
}

/** The streams a row asks for: its pushed units, K-lines once for each rehab type, and two of each account. */
function streamsIn({ wishes, accIds }: Pick<Row, 'wishes' | 'accIds'>): ReadonlySet<StreamName> {
  const streams = new Set<StreamName>()
  for (const [unit, { terms, isPushed }] of wishes) {
    if (!isPushed) continue
    const { subType, secKey } = unitOf(unit)
    const rehabTypes = isKLine(subType) ? rehabTypesIn(terms) : [null]
    for (const rehabType of rehabTypes) streams.add(quoteStreamOf(subType, secKey, rehabType))
  }
  for (const accId of accIds) streams.add(`orders:${accId}`).add(`fills:${accId}`)
  return streams
}
