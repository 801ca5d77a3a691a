import type { CancelTimer, Timers } from '../../src/base/timers.ts'
import type { LedgerEntry } from '../../src/orders/entry.ts'

/** How long a refused call may wait to be written: many at once, or one beside something else, cost less. */
const DELAY_MS = 1_000

/** Refused calls that wait, of all callers together: about 200 kB. So many are written at once. */
const MOST_WAITING = 200

/** Refused calls on their way into the storage. They may be lost: a call that was refused had no effect. */
export class RefusedQueue {
  readonly #timers: Timers
  readonly #write: (entries: readonly LedgerEntry[]) => void
  readonly #onFailure: (what: string, error: unknown) => void
  #waiting: LedgerEntry[] = []
  #cancelTimer: CancelTimer | null = null

  /** `write` writes all entries or throws; entries that it could not write are dropped and reported. */
  constructor(
    timers: Timers,
    write: (entries: readonly LedgerEntry[]) => void,
    onFailure: (what: string, error: unknown) => void,
  ) {
    this.#timers = timers
    this.#write = write
    this.#onFailure = onFailure
  }

  add(entry: LedgerEntry): void {
    this.#waiting.push(entry)
    if (this.#waiting.length >= MOST_WAITING) this.flush()
    else this.#cancelTimer ??= this.#timers.after(DELAY_MS, () => this.flush())
  }

  /** Writes what waits. Never throws. */
  flush(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    const entries = this.#waiting.splice(0)
    if (entries.length === 0) return
    try {
      this.#write(entries)
    } catch (error) {
      this.#onFailure(`${entries.length} refused calls could not be written`, error)
    }
  }
}
