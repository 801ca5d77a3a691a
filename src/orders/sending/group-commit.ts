import type { Timers } from '../../base/time/timers.ts'

/**
 * Makes concurrent calls write in one turn of the event loop. The storage forms one transaction of all writes of a
 * turn, and making it durable takes as long for one order as for thirty: under load, this dominates the cost of an
 * order.
 */
export class GroupCommit {
  readonly #timers: Timers
  #waiting: (() => void)[] = []
  #members = 0

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Registers a call that will write. */
  enter(): void {
    this.#members++
  }

  /** Unregisters a call that has ended. */
  leave(): void {
    this.#members--
  }

  /** Resolves in the next turn, together with all waiting calls; resolves at once when only one call is registered. */
  async share(): Promise<void> {
    if (this.#members < 2) return
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) this.#timers.after(0, () => this.#resolveAll())
    })
  }

  #resolveAll(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
