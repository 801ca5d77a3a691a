/** Takes a timer back. Does nothing once it has run. */
export type CancelTimer = () => void

/** The clock and the timers of the platform, or those of a test that lets time pass as it likes. */
export interface Timers {
  /** The wall clock, Unix ms. It may be set back. */
  nowMs(): number
  /** Runs `run` after that many ms; with 0 ms, after everything that has arrived by now was delivered. */
  after(delayMs: number, run: () => void): CancelTimer
}
