import type { Timers } from '../../base/timers.ts'

/**
 * Lets calls that come at nearly the same moment write in one turn of the event loop. The storage makes one transaction
 * of all that is written in a turn, and to make it durable takes as long for one order as for thirty: under load that is
 * most of what an order costs.
 */
export class GroupCommit {
  readonly #timers: Timers
  #waiting: (() => void)[] = []
  #members = 0

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** A call begins that will write. */
  enter(): void {
    this.#members++
  }

  /** It is over. */
  leave(): void {
    this.#members--
  }

  /** Resolves in the next turn, together with every call that asked since the last one; at once for a call that is alone. */
  async share(): Promise<void> {
    if (this.#members < 2) return
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) this.#timers.after(0, () => this.#begin())
    })
  }

  #begin(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
