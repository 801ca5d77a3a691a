/** A limit of n calls in any span of time, with a least gap between two calls. */
export interface WindowRule {
  readonly calls: number
  /** Call 1 and call n + 1 are at least this far apart. */
  readonly windowMs: number
  readonly gapMs: number
}

/**
 * The latest calls under such a limit. Only the last n times matter: the next call is free when the n-th newest is one
 * window old. So nothing has to be thrown away as time passes, and the time of the next call is read off, not searched.
 */
export class SlidingWindow {
  readonly #rule: WindowRule
  /** Of the last n calls, oldest first. */
  readonly #times: number[]

  constructor(rule: WindowRule, times: readonly number[] = []) {
    this.#rule = rule
    this.#times = [...times]
  }

  /** Counts a call. It may be older than others that are counted already. */
  add(atMs: number): void {
    let index = this.#times.length
    while (index > 0 && (this.#times[index - 1] ?? 0) > atMs) index--
    this.#times.splice(index, 0, atMs)
    if (this.#times.length > this.#rule.calls) this.#times.shift()
  }

  /** From when on one more call may go, if `allowed` of the limit's calls may be used; `-Infinity` when nothing is in its way. */
  freeAtMs(allowed: number): number {
    const { windowMs, gapMs } = this.#rule
    const oldest = this.#times.at(-allowed)
    const latest = this.#times.at(-1)
    return Math.max(
      oldest === undefined ? -Infinity : oldest + windowMs,
      latest === undefined ? -Infinity : latest + gapMs,
    )
  }

  /** Calls that count at that time. */
  usedAt(nowMs: number): number {
    return this.#times.length - this.#firstCounting(nowMs)
  }

  /** In how many ms the oldest call that counts stops counting; 0 when none does. */
  nextReturnInMs(nowMs: number): number {
    const oldest = this.#times[this.#firstCounting(nowMs)]
    return oldest === undefined ? 0 : oldest + this.#rule.windowMs - nowMs
  }

  clone(): SlidingWindow {
    return new SlidingWindow(this.#rule, this.#times)
  }

  #firstCounting(nowMs: number): number {
    let index = 0
    while (index < this.#times.length && (this.#times[index] ?? 0) + this.#rule.windowMs <= nowMs) index++
    return index
  }
}
