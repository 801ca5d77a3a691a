/**
 * The caller's clock, kept from running back. The wall clock is set, and a restarted object may run on another machine
 * whose clock is behind that of the calls it remembers. Windows and deadlines must neither open too early for that nor
 * stay closed for as long as the clock was wrong: time stands still for the step, then goes on at its pace.
 */
export class SteadyClock {
  #latestMs = -Infinity
  /** What is added to the wall clock. */
  #aheadMs = 0

  /** The latest time read. */
  get latestMs(): number {
    return this.#latestMs
  }

  /** The time in the governor's own count, for that time of the wall clock. */
  read(wallMs: number): number {
    this.#aheadMs = Math.max(this.#aheadMs, this.#latestMs - wallMs)
    this.#latestMs = wallMs + this.#aheadMs
    return this.#latestMs
  }

  /** The time of something that already happened. What seems to lie ahead of the clock happened now. */
  past(wallMs: number): number {
    const atMs = wallMs + this.#aheadMs
    this.#latestMs = Math.max(this.#latestMs, atMs)
    return atMs
  }

  /** The wall clock at a time of the governor's count. */
  wallMs(atMs: number): number {
    return atMs - this.#aheadMs
  }
}
