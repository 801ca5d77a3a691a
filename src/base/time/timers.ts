/** Cancels a timer. Does nothing after it has run. */
export type CancelTimer = () => void

/** The clock and the timers of the platform, or simulated ones in a test. */
export interface Timers {
  /** The wall clock, Unix ms. It may be set back. */
  nowMs(): number
  /** Calls `run` after that many ms; with 0 ms, after all events that have arrived are delivered. */
  after(delayMs: number, run: () => void): CancelTimer
}
