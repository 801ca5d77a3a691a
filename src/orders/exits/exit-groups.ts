import type { StorageHealth } from '../../base/storage-health.ts'
import type { LedgerEntry } from '../entry.ts'
import { type ExitGroup, type ExitStore, type Leg, legOfKey, newTracked, type TrackedOrder } from './exit-group.ts'

/**
 * Waiting groups of one caller: each order list and snapshot serves all of them, but each may need three orders and
 * their cancels, and OpenD accepts 15 orders in 30 s for an account.
 */
export const MOST_WAITING_OF_CALLER = 100

/** An order of a group; `leg` is null for the parent. */
export interface Tracked {
  readonly group: ExitGroup
  readonly leg: Leg | null
  readonly order: TrackedOrder
}

/** The groups that are not done, in memory and in the store. A write that fails is made again later. */
export class ExitGroups {
  readonly #store: ExitStore
  readonly #storage: StorageHealth
  readonly #nowMs: () => number
  readonly #active = new Map<string, ExitGroup>()
  readonly #unwritten = new Set<ExitGroup>()

  constructor(store: ExitStore, storage: StorageHealth, nowMs: () => number) {
    this.#store = store
    this.#storage = storage
    this.#nowMs = nowMs
    for (const group of store.active()) this.#active.set(group.id, group)
  }

  get all(): readonly ExitGroup[] {
    return [...this.#active.values()]
  }

  get size(): number {
    return this.#active.size
  }

  countOf(caller: string): number {
    return this.all.filter((group) => group.caller === caller).length
  }

  /** A group, also one that is done; null without one. */
  byId(id: string): ExitGroup | null {
    return this.#active.get(id) ?? this.#store.byId(id)
  }

  /** The order with that ledger entry in a group that is not done; null without one. */
  ofEntry(intentId: string): Tracked | null {
    const parent = this.#active.get(intentId)
    if (parent !== undefined) return { group: parent, leg: null, order: parent.parent }
    for (const group of this.#active.values()) {
      for (const leg of group.legs) {
        const order = leg.orders.find((one) => one.intentId === intentId)
        if (order !== undefined) return { group, leg, order }
      }
    }
    return null
  }

  /** The order of a group that was done, when it appears after it was called absent or rejected. */
  returned(entry: LedgerEntry): Tracked | null {
    if (entry.state !== 'accepted') return null
    const exit = legOfKey(entry.idempotencyKey)
    const group = this.byId(exit?.parentId ?? entry.id)
    if (group === null) return null
    group.isDone = false
    if (exit === null) return { group, leg: null, order: group.parent }
    const leg = group.legs.find(({ kind }) => kind === exit.kind)
    if (leg === undefined) return null
    const known = leg.orders.find(({ intentId }) => intentId === entry.id)
    // The leg forgets orders that were over for long.
    const order = known ?? newTracked(entry.idempotencyKey, entry.call.qty ?? 0, entry.id)
    if (known === undefined) leg.orders.push(order)
    return { group, leg, order }
  }

  /** Writes a group after a change. Returns false when the storage fails; the group then stays in memory. */
  save(group: ExitGroup): boolean {
    group.updatedAtMs = this.#nowMs()
    if (group.isDone) this.#active.delete(group.id)
    else this.#active.set(group.id, group)
    try {
      this.#store.put(group)
      this.#unwritten.delete(group)
      return true
    } catch (error) {
      this.#storage.failed(error)
      this.#unwritten.add(group)
      return false
    }
  }

  /** Makes the writes that failed again. */
  writeAgain(): void {
    for (const group of [...this.#unwritten]) this.save(group)
  }
}
