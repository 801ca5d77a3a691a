import type { SimulatedOpenD } from '../../simulator/opend.ts'
import type { RecordChange } from '../../simulator/records/list-records.ts'
import { StateRecords } from '../../simulator/records/state-records.ts'
import { marketTimeMs, type MarketClock } from '../../simulator/session/market-clock.ts'
import type { StateFile, StoredRun } from './state-file.ts'

/** How much time of the session clock one stored mark of the market's clock covers. */
const MARK_MS = 1000

/**
 * Stores the state of a running OpenD. A driver calls `save` after each event and before the output of the event, so
 * what a client has received is stored. Only the records that have changed are written.
 *
 * The market's clock is stored as a mark ahead of the present: while the clock is below the mark, nothing has to be
 * written. The next run continues at the mark, so its clock is never behind a time that a client has received.
 */
export class StateKeeper {
  readonly #file: StateFile
  readonly #opend: SimulatedOpenD
  readonly #clock: MarketClock
  readonly #records = new StateRecords()
  #isClosed = false
  #revision: number | null = null
  /** The mark lasts until this time of the session clock. */
  #markedUntilMs = -Infinity

  constructor(file: StateFile, opend: SimulatedOpenD, clock: MarketClock) {
    this.#file = file
    this.#opend = opend
    this.#clock = clock
  }

  /** Stores what has changed. Throws if the file cannot be written. */
  save(nowMs: number): void {
    if (this.#isClosed) return
    const { revision } = this.#opend
    const isChanged = revision !== this.#revision
    if (!isChanged && (nowMs < this.#markedUntilMs || this.#clock.kind !== 'fast')) return
    const untilMs = nowMs + MARK_MS
    this.#file.save(isChanged ? this.#changes(nowMs) : [], marketTimeMs(this.#clock, untilMs))
    this.#revision = revision
    this.#markedUntilMs = untilMs
  }

  /** Stores the exact time and releases the file, once. */
  close(nowMs: number): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#file.save(this.#changes(nowMs), marketTimeMs(this.#clock, nowMs))
    this.#file.close()
  }

  /** A failed write loses them, and the process ends. */
  #changes(nowMs: number): readonly RecordChange[] {
    return this.#records.changes(this.#opend.liveState(nowMs))
  }
}

/** The clock of a run that continues an earlier one: a fast clock begins where the earlier run ended. */
export function continueClock(clock: MarketClock, stored: StoredRun | null): MarketClock {
  return stored === null || clock.kind !== 'fast' ? clock : { ...clock, fromMs: stored.marketMs }
}
