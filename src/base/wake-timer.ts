import type { CancelTimer, Timers } from './timers.ts'

/**
 * One timer for the earliest thing due. It is only moved forward: a later time is asked for again when it has run. The
 * object's alarm does the same after an eviction took the timer away.
 */
export class WakeTimer {
  readonly #timers: Timers
  readonly #run: () => void
  #pending: { readonly cancel: CancelTimer; readonly atMs: number } | null = null

  constructor(timers: Timers, run: () => void) {
    this.#timers = timers
    this.#run = run
  }

  /** Runs at that time, Unix ms, or sooner when an earlier time was asked for. Null asks for nothing. */
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
