/** Most effects of a fault script that wait at once. A script that delays every call of a busy client makes a thousand. */
const MAX_HELD = 100_000

/**
 * Most bytes of requests and replies that these effects keep in memory, for up to a day: two of the largest frames, or
 * tens of thousands of orders.
 */
export const MAX_HELD_BYTES = 16 * 1024 * 1024

interface Waiting {
  readonly atMs: number
  /** Takes the time of the `runDue`. */
  readonly run: (nowMs: number) => void
  /** What it keeps in memory; null for an effect that its owner bounds. */
  readonly heldBytes: number | null
}

/** Effects that are due later. Effects with the same due time run in the order they were added. */
export class Schedule {
  /** In order of time. */
  readonly #waiting: Waiting[] = []
  #held = 0
  #heldBytes = 0

  /** Runs `run` at the first `runDue` at or after `atMs`. The caller bounds the number of its effects. */
  add(atMs: number, run: (nowMs: number) => void): void {
    this.#insert({ atMs, run, heldBytes: null })
  }

  /**
   * The same for an effect that keeps `bytes` of a request or reply, of which there may be any number. Above the bounds
   * the earliest such effects run at `nowMs`, before their time.
   */
  hold(effect: Omit<Waiting, 'heldBytes'> & { readonly bytes: number }, nowMs: number): void {
    this.#insert({ atMs: effect.atMs, run: effect.run, heldBytes: effect.bytes })
    this.#held++
    this.#heldBytes += effect.bytes
    while (this.#held > MAX_HELD || this.#heldBytes > MAX_HELD_BYTES) {
      this.#run(
        this.#waiting.findIndex(({ heldBytes }) => heldBytes !== null),
        nowMs,
      )
    }
  }

  runDue(nowMs: number): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].atMs <= nowMs) this.#run(0, nowMs)
  }

  /** When the next effect is due; null without effects. */
  get nextMs(): number | null {
    return this.#waiting[0]?.atMs ?? null
  }

  #insert(waiting: Waiting): void {
    const place = this.#waiting.findLastIndex((other) => other.atMs <= waiting.atMs) + 1
    this.#waiting.splice(place, 0, waiting)
  }

  #run(index: number, nowMs: number): void {
    const due = index === 0 ? this.#waiting.shift() : this.#waiting.splice(index, 1)[0]
    if (due === undefined) return
    if (due.heldBytes !== null) {
      this.#held--
      this.#heldBytes -= due.heldBytes
    }
    due.run(nowMs)
  }
}
