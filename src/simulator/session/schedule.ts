/** Most delayed effects at once: two of each connection, and those of a fault script. Far above real use. */
const MAX_WAITING = 100_000

interface Waiting {
  readonly atMs: number
  /** Takes the time of the `runDue`. */
  readonly run: (nowMs: number) => void
}

/** Effects that are due later. Effects with the same due time run in the order they were added. */
export class Schedule {
  /** In order of time. */
  readonly #waiting: Waiting[] = []

  /** Runs `run` at the first `runDue` at or after `atMs`; at once, as if it were that time, if too many are waiting. */
  add(atMs: number, run: (nowMs: number) => void): void {
    if (this.#waiting.length >= MAX_WAITING) {
      run(atMs)
      return
    }
    const place = this.#waiting.findLastIndex((other) => other.atMs <= atMs) + 1
    this.#waiting.splice(place, 0, { atMs, run })
  }

  runDue(nowMs: number): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].atMs <= nowMs) this.#waiting.shift()?.run(nowMs)
  }

  /** When the next effect is due; null without effects. */
  get nextMs(): number | null {
    return this.#waiting[0]?.atMs ?? null
  }
}
