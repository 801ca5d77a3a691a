import { type EntryState, isFinal, type LedgerEntry } from '../../../src/orders/entry.ts'
import type { Ledger, LedgerQuery, OrderIds, TradedAccount } from '../../../src/orders/ledger.ts'
import { type HaltScope, scopeName } from '../../../src/orders/kill-switch/halt-scope.ts'
import type { CancelTask, StoredHalt, SwitchStore } from '../../../src/orders/kill-switch/switch-store.ts'
import type { Stored, Volume } from './disk.ts'

/** Told of every entry that is written, with the one it replaces. */
export type OnEntry = (entry: LedgerEntry, before: LedgerEntry | null) => void

/** Whether something of this life may still happen; asked before everything that has an effect. */
export type MayAct = () => boolean

/** States of a call that never left. */
const UNSENT: ReadonlySet<EntryState> = new Set(['refused', 'not_sent'])

/** The ledger of one life of the object. */
export class StoredLedger implements Ledger {
  readonly #volume: Volume
  readonly #mayAct: MayAct
  readonly #onEntry: OnEntry

  constructor(volume: Volume, mayAct: MayAct, onEntry: OnEntry) {
    this.#volume = volume
    this.#mayAct = mayAct
    this.#onEntry = onEntry
  }

  insert(entry: LedgerEntry): boolean {
    if (this.byId(entry.id) !== null) return false
    this.#write(entry, null)
    return true
  }

  insertRefused(entry: LedgerEntry): void {
    this.insert(entry)
  }

  update(entry: LedgerEntry): void {
    const before = this.byId(entry.id)
    if (before === null) throw new Error(`entry ${entry.id} is not there`)
    this.#write(entry, before)
  }

  byId(id: string): LedgerEntry | null {
    return this.#volume.seen.entries.get(id) ?? null
  }

  byIdempotencyKey(caller: string, key: string, sinceMs: number): LedgerEntry | null {
    return (
      this.#newest(
        (one) =>
          one.caller === caller &&
          one.idempotencyKey === key &&
          (one.createdAtMs >= sinceMs || !isFinal(one.state)) &&
          one.state !== 'refused',
      )[0] ?? null
    )
  }

  unresolved(): readonly LedgerEntry[] {
    return this.#all().filter(({ state }) => state === 'reserved' || state === 'unknown')
  }

  reservedSince(caller: string, sinceMs: number): readonly LedgerEntry[] {
    return this.#all().filter((one) => one.caller === caller && one.createdAtMs >= sinceMs && one.reservation !== null)
  }

  ordersSince(caller: string | null, sinceMs: number): readonly LedgerEntry[] {
    return this.#newest(
      (one) =>
        (caller === null || one.caller === caller) &&
        one.createdAtMs >= sinceMs &&
        one.call.kind === 'place' &&
        one.state === 'accepted',
    )
  }

  latestFor(accId: string, limit: number): readonly LedgerEntry[] {
    return this.#newest(({ call, state }) => call.accId === accId && state !== 'refused').slice(0, limit)
  }

  latestSent(limit: number, sinceMs: number): readonly LedgerEntry[] {
    return this.#newest(() => true)
      .slice(0, limit)
      .filter(({ state, createdAtMs }) => createdAtMs >= sinceMs && state !== 'refused' && state !== 'not_sent')
  }

  byOrderId(accId: string, { orderId, orderIdEx }: OrderIds): LedgerEntry | null {
    const isNamed = (one: LedgerEntry): boolean =>
      (orderId !== null && one.orderId === orderId) || (orderIdEx !== null && one.orderIdEx === orderIdEx)
    return this.#newest((one) => one.call.accId === accId && one.call.kind === 'place' && isNamed(one))[0] ?? null
  }

  changesOf(accId: string, { orderId, orderIdEx }: OrderIds, limit: number): readonly LedgerEntry[] {
    const isNamed = ({ call }: LedgerEntry): boolean =>
      (orderId !== null && call.targetOrderId === orderId) || (orderIdEx !== null && call.targetOrderIdEx === orderIdEx)
    return this.#newest((one) => one.call.accId === accId && isNamed(one) && !UNSENT.has(one.state)).slice(0, limit)
  }

  placedSince(accId: string, sinceMs: number, limit: number): readonly LedgerEntry[] {
    return this.ordersSince(null, sinceMs)
      .filter(({ call }) => call.accId === accId)
      .slice(0, limit)
  }

  tradedAccounts(caller: string | null, accId: string | null): readonly TradedAccount[] {
    const placed = this.#all().filter(
      (one) =>
        one.call.kind === 'place' &&
        !UNSENT.has(one.state) &&
        (caller === null || one.caller === caller) &&
        (accId === null || one.call.accId === accId),
    )
    const byKey = new Map(placed.map(({ call }) => [`${call.accId}/${call.trdMarket}`, call]))
    return [...byKey.values()].map(({ accId: id, trdEnv, trdMarket }) => ({ accId: id, trdEnv, trdMarket }))
  }

  sequenceOf(id: string): number | null {
    const index = this.#all().findIndex((one) => one.id === id)
    return index === -1 ? null : index
  }

  countOf(caller: string): number {
    return this.#all().filter((one) => one.caller === caller).length
  }

  /** A schedule is over before anything is old. */
  forgetOld(): void {}

  page({ caller, state, accId, before, limit }: LedgerQuery): readonly LedgerEntry[] {
    const newest = this.#newest(
      (one) =>
        (caller === null || one.caller === caller) &&
        (state === null || one.state === state) &&
        (accId === null || one.call.accId === accId),
    )
    const from = before === null ? 0 : newest.findIndex(({ id }) => id === before) + 1
    return newest.slice(from, from + limit)
  }

  sync(): Promise<void> {
    return this.#mayAct() ? this.#volume.sync() : new Promise(() => undefined)
  }

  #write(entry: LedgerEntry, before: LedgerEntry | null): void {
    if (!this.#mayAct()) return
    this.#onEntry(entry, before)
    this.#volume.write(({ entries }) => entries.set(entry.id, entry))
  }

  #all(): readonly LedgerEntry[] {
    return [...this.#volume.seen.entries.values()]
  }

  #newest(isMeant: (entry: LedgerEntry) => boolean): readonly LedgerEntry[] {
    return this.#all().filter(isMeant).toReversed()
  }
}

/** The store of the switches of one life of the object. */
export class StoredSwitches implements SwitchStore {
  readonly #volume: Volume
  readonly #mayAct: MayAct

  constructor(volume: Volume, mayAct: MayAct) {
    this.#volume = volume
    this.#mayAct = mayAct
  }

  halts(): readonly StoredHalt[] {
    return [...this.#volume.seen.halts.values()]
  }

  putHalt(halt: StoredHalt): void {
    this.#write(({ halts }) => halts.set(scopeName(halt.scope), halt))
  }

  removeHalt(scope: HaltScope): void {
    this.#write(({ halts }) => halts.delete(scopeName(scope)))
  }

  cancelTasks(): readonly CancelTask[] {
    return [...this.#volume.seen.tasks.values()]
  }

  putCancelTask(task: CancelTask): void {
    this.#write(({ tasks }) => tasks.set(task.id, task))
  }

  removeCancelTask(id: string): void {
    this.#write(({ tasks }) => tasks.delete(id))
  }

  #write(change: (stored: Stored) => void): void {
    if (this.#mayAct()) this.#volume.write(change)
  }
}
