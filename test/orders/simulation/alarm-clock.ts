import type { CancelTimer, Timers } from '../../../src/base/time/timers.ts'

/** The alarm of an object: it fires once, at the earliest time requested since it last fired. */
export class AlarmClock {
  readonly #timers: Timers
  readonly #ring: () => void
  #set: { readonly atMs: number; readonly cancel: CancelTimer } | null = null

  constructor(timers: Timers, ring: () => void) {
    this.#timers = timers
    this.#ring = ring
  }

  by(atMs: number): void {
    if (this.#set !== null && this.#set.atMs <= atMs) return
    this.#set?.cancel()
    const cancel = this.#timers.after(atMs - this.#timers.nowMs(), () => {
      this.#set = null
      this.#ring()
    })
    this.#set = { atMs, cancel }
  }
}
