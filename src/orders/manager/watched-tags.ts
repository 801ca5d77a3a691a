import { MAX_ORDER_REGISTRY } from '../../base/memory-budget.ts'
import type { LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'

/** The number of newest entries of each state that are read at the start. */
const MOST_READ = 500

/**
 * The tags of new orders whose callers received `absent` or `rejected`, so that an order that appears later is
 * detected. They are in memory, because every order push is checked against them.
 */
export class WatchedTags {
  readonly #tags = new Set<string>()

  constructor(ledger: Pick<Ledger, 'page'>) {
    const pages = (['absent', 'rejected'] as const).map((state) =>
      ledger.page({ caller: null, state, accId: null, before: null, limit: MOST_READ }),
    )
    const oldestFirst = pages.flat().toSorted((one, other) => one.updatedAtMs - other.updatedAtMs)
    for (const entry of oldestFirst) this.update(entry)
  }

  get size(): number {
    return this.#tags.size
  }

  has(tag: string): boolean {
    return this.#tags.has(tag)
  }

  /** Adds or removes the tag of an entry after a change of its state. */
  update({ tag, state }: LedgerEntry): void {
    if (tag === null) return
    this.#tags.delete(tag)
    if (state !== 'absent' && state !== 'rejected') return
    this.#tags.add(tag)
    const [oldest] = this.#tags
    if (this.#tags.size > MAX_ORDER_REGISTRY && oldest !== undefined) this.#tags.delete(oldest)
  }
}
