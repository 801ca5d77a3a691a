/** Cancels a timer. Does nothing after it has run. */
export type CancelTimer = () => void

/** The clock and the timers of the platform, or simulated ones in a test. */
export interface Timers {
  /** The wall clock, Unix ms. It may be set back. */
  nowMs(): number
  /** Calls `run` after that many ms; with 0 ms, after all events that have arrived are delivered. */
  after(delayMs: number, run: () => void): CancelTimer
}

/**
 * One timer for the earliest due time. The timer is only moved to an earlier time: request a later time again after it
 * has run. The object's alarm does the same after an eviction has removed the timer.
 */
export class WakeTimer {
  readonly #timers: Timers
  readonly #run: () => void
  #pending: { readonly cancel: CancelTimer; readonly atMs: number } | null = null

  constructor(timers: Timers, run: () => void) {
    this.#timers = timers
    this.#run = run
  }

  /** Requests a run at that time, Unix ms; it may come earlier if an earlier time was requested. Null does nothing. */
  by(atMs: number | null): void {
    if (atMs === null || (this.#pending !== null && this.#pending.atMs <= atMs)) return
    this.#pending?.cancel()
    const cancel = this.#timers.after(Math.max(0, atMs - this.#timers.nowMs()), () => {
      this.#pending = null
      this.#run()
    })
    this.#pending = { cancel, atMs }
  }
}
