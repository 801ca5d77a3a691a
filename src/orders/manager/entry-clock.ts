import type { Ledger } from '../ledger.ts'

/** The number of entries whose times are read when the object starts: far more than are ever in flight at once. */
const RECENT_ENTRIES = 200

/**
 * Keeps the times of entries in order when the clock is set back: no entry ends at a time before the creation of an
 * entry that was created earlier. The reconciliation of a lost cancel uses only these times to determine which orders
 * existed before it.
 */
export class EntryClock {
  #latestCreatedMs: number

  constructor(ledger: Ledger) {
    const recent = ledger.page({ caller: null, state: null, accId: null, before: null, limit: RECENT_ENTRIES })
    this.#latestCreatedMs = Math.max(0, ...recent.map(({ createdAtMs }) => createdAtMs))
  }

  /** Records that an entry was created at that time, Unix ms. */
  recordCreated(atMs: number): void {
    this.#latestCreatedMs = Math.max(this.#latestCreatedMs, atMs)
  }

  /** The time to store for a change of an entry now. */
  changedAtMs(nowMs: number): number {
    return Math.max(nowMs, this.#latestCreatedMs)
  }
}
