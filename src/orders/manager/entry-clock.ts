import type { Ledger } from '../ledger.ts'

/** Entries whose times are looked at when the object starts: far more than are under way at once. */
const RECENT_ENTRIES = 200

/**
 * Times of entries that keep their order when the clock is set back: an entry never ends at a time before one that was
 * written down ahead of its end. Whoever looks for a lost cancel has nothing but these times to tell which orders were
 * there before it.
 */
export class EntryClock {
  #latestMadeMs: number

  constructor(ledger: Ledger) {
    const recent = ledger.page({ caller: null, state: null, accId: null, before: null, limit: RECENT_ENTRIES })
    this.#latestMadeMs = Math.max(0, ...recent.map(({ createdAtMs }) => createdAtMs))
  }

  /** An entry is written down at that time, Unix ms. */
  made(atMs: number): void {
    this.#latestMadeMs = Math.max(this.#latestMadeMs, atMs)
  }

  /** The time at which an entry is changed now. */
  changedAtMs(nowMs: number): number {
    return Math.max(nowMs, this.#latestMadeMs)
  }
}
