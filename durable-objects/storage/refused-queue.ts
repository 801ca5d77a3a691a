import type { CancelTimer, Timers } from '../../src/base/time/timers.ts'
import type { LedgerEntry } from '../../src/orders/entry.ts'

/** How long a refused call may wait to be written. A write together with other writes costs less. */
const DELAY_MS = 1_000

/** Waiting refused calls of all callers together, about 200 kB. The queue is written when it has this many. */
const MAX_WAITING = 200

/** Refused calls that are not yet written. They may be lost, because a refused call had no effect. */
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
    if (this.#waiting.length >= MAX_WAITING) this.flush()
    else this.#cancelTimer ??= this.#timers.after(DELAY_MS, () => this.flush())
  }

  /** Writes the waiting calls. Never throws. */
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
