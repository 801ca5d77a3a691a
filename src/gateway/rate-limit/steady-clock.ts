/**
 * A clock that never runs backwards. The wall clock may be set back, and a restarted object may run on a machine whose
 * clock is behind the times of recorded calls. Because of that, windows must neither open too early nor stay closed for
 * as long as the clock was wrong. So time stands still for the step and then continues at its normal pace.
 */
export class SteadyClock {
  #latestMs = -Infinity
  /** The offset added to the wall clock. */
  #aheadMs = 0

  /** The latest time read. */
  get latestMs(): number {
    return this.#latestMs
  }

  /** The steady time for a time of the wall clock. */
  read(wallMs: number): number {
    this.#aheadMs = Math.max(this.#aheadMs, this.#latestMs - wallMs)
    this.#latestMs = wallMs + this.#aheadMs
    return this.#latestMs
  }

  /** The steady time of a past event. An event ahead of the clock moves the clock to its time. */
  past(wallMs: number): number {
    const atMs = wallMs + this.#aheadMs
    this.#latestMs = Math.max(this.#latestMs, atMs)
    return atMs
  }

  /** The wall-clock time of a steady time. */
  wallMs(atMs: number): number {
    return atMs - this.#aheadMs
  }
}
