import { LEDGER_BOUNDS, type LedgerBounds } from '../../durable-objects/storage/schema.ts'
import { type EntryState, isFinal, type LedgerEntry } from '../../src/orders/entry.ts'
import type { Ledger, LedgerQuery, OrderIds, ReservedEntry, TradedAccount } from '../../src/orders/ledger.ts'

/** States of a call that never left. */
const UNSENT: ReadonlySet<EntryState> = new Set(['refused', 'not_sent'])

/** How often old entries are deleted. */
const FORGET_INTERVAL_MS = 600_000

/** What a ledger in memory holds. */
export interface LedgerTables {
  /** By id, in the order in which they were inserted. */
  readonly entries: Map<string, LedgerEntry>
  /** By a name for each. */
  readonly traded: Map<string, TradedAccount & { readonly caller: string }>
}

type Test = (entry: LedgerEntry) => boolean

/**
 * The meaning of `Ledger` in the plainest code: lists that are filtered. `SqlLedger` answers the same, which the contract
 * test shows, so that other tests may use this one.
 */
export class MemoryLedger implements Ledger {
  readonly #tables: LedgerTables
  readonly #nowMs: () => number
  readonly #bounds: LedgerBounds
  #forgotAtMs = 0

  constructor(tables: LedgerTables, nowMs: () => number, bounds: LedgerBounds = LEDGER_BOUNDS) {
    this.#tables = tables
    this.#nowMs = nowMs
    this.#bounds = bounds
  }

  insert(entry: LedgerEntry): boolean {
    if (this.byId(entry.id) !== null) return false
    this.write(entry, null)
    this.#trim(entry.caller, this.#nowMs())
    return true
  }

  insertRefused(entry: LedgerEntry): void {
    this.insert(entry)
  }

  update(entry: LedgerEntry): void {
    const before = this.byId(entry.id)
    if (before === null) return
    this.write(entry, before)
    if (UNSENT.has(entry.state)) this.#trimUnsent(entry.caller)
  }

  byId(id: string): LedgerEntry | null {
    return this.#tables.entries.get(id) ?? null
  }

  byIdempotencyKey(caller: string, key: string, sinceMs: number): LedgerEntry | null {
    const isMeant: Test = (one) =>
      one.caller === caller &&
      one.idempotencyKey === key &&
      (one.createdAtMs >= sinceMs || !isFinal(one.state)) &&
      one.state !== 'refused'
    return this.#newest(isMeant)[0] ?? null
  }

  unresolved(): readonly LedgerEntry[] {
    return this.#all().filter(({ state }) => !isFinal(state))
  }

  reservedSince(caller: string, sinceMs: number): readonly ReservedEntry[] {
    const reserved = this.#all().filter(
      (one) =>
        (one.caller === caller || one.payers.includes(caller)) &&
        one.createdAtMs >= sinceMs &&
        one.reservation !== null &&
        one.state !== 'refused',
    )
    return reserved.map(({ id, state, reservation, holds, sentAtMs }) => ({ id, state, reservation, holds, sentAtMs }))
  }

  latestFor(accId: string, limit: number): readonly LedgerEntry[] {
    return this.#newest(({ call, state }) => call.accId === accId && state !== 'refused').slice(0, limit)
  }

  latestSent(limit: number, sinceMs: number): readonly LedgerEntry[] {
    const latest = this.#newest(() => true).slice(0, limit)
    return latest.filter(({ state, createdAtMs }) => createdAtMs >= sinceMs && !UNSENT.has(state))
  }

  byOrderId(accId: string, { orderId, orderIdEx }: OrderIds): LedgerEntry | null {
    const isNamed: Test = (one) =>
      (orderId !== null && one.orderId === orderId) || (orderIdEx !== null && one.orderIdEx === orderIdEx)
    return this.#newest((one) => one.call.accId === accId && one.call.kind === 'place' && isNamed(one))[0] ?? null
  }

  changesOf(accId: string, { orderId, orderIdEx }: OrderIds, limit: number): readonly LedgerEntry[] {
    const isNamed: Test = ({ call }) =>
      (orderId !== null && call.targetOrderId === orderId) || (orderIdEx !== null && call.targetOrderIdEx === orderIdEx)
    return this.#newest((one) => one.call.accId === accId && isNamed(one) && !UNSENT.has(one.state)).slice(0, limit)
  }

  placedSince(accId: string, sinceMs: number, limit: number): readonly LedgerEntry[] {
    const isMeant: Test = ({ call, createdAtMs, state }) =>
      call.accId === accId && call.kind === 'place' && state === 'accepted' && createdAtMs >= sinceMs
    // The sort is stable: of entries made at one time, the one inserted last comes first.
    const placed = this.#newest(isMeant).toSorted((one, other) => other.createdAtMs - one.createdAtMs)
    return placed.slice(0, limit)
  }

  tradedAccounts(caller: string | null, accId: string | null): readonly TradedAccount[] {
    const found = [...this.#tables.traded.values()].filter(
      (one) =>
        (caller === null || [caller, caller.split('~')[0]].includes(one.caller)) &&
        (accId === null || one.accId === accId),
    )
    const byName = new Map(found.map((one) => [`${one.accId}/${one.trdEnv}/${one.trdMarket}`, one]))
    return [...byName.values()].map(({ accId: id, trdEnv, trdMarket }) => ({ accId: id, trdEnv, trdMarket }))
  }

  sequenceOf(id: string): number | null {
    const index = this.#all().findIndex((one) => one.id === id)
    return index === -1 ? null : index
  }

  countOf(caller: string): number {
    return this.#all().filter((one) => one.caller === caller).length
  }

  forgetOld(nowMs: number): void {
    if (Math.abs(nowMs - this.#forgotAtMs) < FORGET_INTERVAL_MS) return
    this.#forgotAtMs = nowMs
    const { unsentRetentionMs, retentionMs } = this.#bounds
    this.#delete(
      this.#all().filter(
        ({ state, createdAtMs }) =>
          isFinal(state) &&
          createdAtMs < nowMs - (UNSENT.has(state) ? Math.min(unsentRetentionMs, retentionMs) : retentionMs),
      ),
    )
    for (const caller of new Set(this.#all().map((one) => one.caller))) this.#trim(caller, nowMs)
  }

  page({ caller, state, accId, before, limit }: LedgerQuery): readonly LedgerEntry[] {
    const newest = this.#newest(() => true)
    const from = before === null ? 0 : newest.findIndex(({ id }) => id === before) + 1
    if (before !== null && from === 0) return []
    const isMeant: Test = (one) =>
      (caller === null || one.caller === caller) &&
      (state === null || one.state === state) &&
      (accId === null || one.call.accId === accId)
    return newest.slice(from).filter(isMeant).slice(0, limit)
  }

  sync(): Promise<void> {
    return Promise.resolve()
  }

  /** Writes an entry in place of the one of that id, which is null for a new one. */
  protected write(entry: LedgerEntry, before: LedgerEntry | null): void {
    this.change(({ entries, traded }) => {
      entries.set(entry.id, entry)
      if (before === null) addTraded(traded, entry)
    })
  }

  /** Changes what is stored. */
  protected change(change: (tables: LedgerTables) => void): void {
    change(this.#tables)
  }

  #trim(caller: string, nowMs: number): void {
    this.#trimUnsent(caller)
    if (this.countOf(caller) < this.#bounds.entriesOfCaller) return
    this.#delete(
      this.#all().filter(
        (one) => one.caller === caller && isFinal(one.state) && one.createdAtMs < nowMs - this.#bounds.trimmedAfterMs,
      ),
    )
  }

  #trimUnsent(caller: string): void {
    const unsent = this.#newest((one) => one.caller === caller && UNSENT.has(one.state))
    this.#delete(unsent.slice(this.#bounds.unsentOfCaller))
  }

  #delete(old: readonly LedgerEntry[]): void {
    if (old.length === 0) return
    this.change(({ entries }) => {
      for (const { id } of old) entries.delete(id)
    })
  }

  #all(): readonly LedgerEntry[] {
    return [...this.#tables.entries.values()]
  }

  #newest(isMeant: Test): readonly LedgerEntry[] {
    return this.#all().filter(isMeant).toReversed()
  }
}

function addTraded(traded: LedgerTables['traded'], { caller: placer, payers, call, state }: LedgerEntry): void {
  const caller = payers.at(-1) ?? placer
  if (call.kind !== 'place' || state === 'refused') return
  const { accId, trdEnv, trdMarket } = call
  traded.set(`${caller}/${accId}/${trdEnv}/${trdMarket}`, { caller, accId, trdEnv, trdMarket })
}
