/** A limit of n calls in any span of time, with a least gap between two calls. */
export interface WindowRule {
  readonly calls: number
  /** Call 1 and call n + 1 are at least this far apart. */
  readonly windowMs: number
  readonly gapMs: number
}

/**
 * The latest calls under such a limit. Only the last n times matter: the next call is free when the n-th newest is one
 * window old. So old times need no clean-up, and the time of the next call is a lookup.
 */
export class SlidingWindow {
  readonly #rule: WindowRule
  /** Times of the last n calls, oldest first. */
  readonly #times: number[]
  /** The caller of each of them. */
  readonly #callers: string[]
  /** From when the least gap is counted: the latest call, or what `startGap` says. */
  #gapFromMs = -Infinity

  constructor(rule: WindowRule, times: readonly number[] = [], callers: readonly string[] = times.map(() => '')) {
    this.#rule = rule
    this.#times = [...times]
    this.#callers = [...callers]
    this.#gapFromMs = times.at(-1) ?? -Infinity
  }

  /** Counts a call. It may be older than calls that are already counted. */
  add(atMs: number, caller = ''): void {
    let index = this.#times.length
    while (index > 0 && (this.#times[index - 1] ?? 0) > atMs) index--
    this.#times.splice(index, 0, atMs)
    this.#callers.splice(index, 0, caller)
    this.#gapFromMs = Math.max(this.#gapFromMs, atMs)
    if (this.#times.length <= this.#rule.calls) return
    this.#times.shift()
    this.#callers.shift()
  }

  /** Counts the least gap from that time instead of from the latest call. */
  startGap(fromMs: number): void {
    this.#gapFromMs = fromMs
  }

  /** When the least gap ends; `-Infinity` without calls. */
  get gapEndMs(): number {
    return this.#gapFromMs + this.#rule.gapMs
  }

  /** When one more call may be sent, if `allowed` of the limit's calls may be used; `-Infinity` for an empty window. */
  freeAtMs(allowed: number): number {
    const { windowMs } = this.#rule
    const oldest = this.#times.at(-allowed)
    return Math.max(oldest === undefined ? -Infinity : oldest + windowMs, this.gapEndMs)
  }

  /**
   * When the caller may send one more call, if that depends on its own calls in the window and on all calls in it.
   * `allows` must return true for an empty window, and must not change to false when calls leave the window.
   */
  freeForMs(caller: string, allows: (own: number, used: number) => boolean): number {
    let atMs = this.gapEndMs
    let own = this.#ownFrom(0, caller)
    for (const [index, time] of this.#times.entries()) {
      if (allows(own, this.#times.length - index)) break
      atMs = Math.max(atMs, time + this.#rule.windowMs)
      if (this.#callers[index] === caller) own--
    }
    return atMs
  }

  /** Calls of each caller that count at that time, only callers with calls. */
  usesAt(nowMs: number): ReadonlyMap<string, number> {
    const uses = new Map<string, number>()
    for (let index = this.#firstCounting(nowMs); index < this.#callers.length; index++) {
      const caller = this.#callers[index] ?? ''
      uses.set(caller, (uses.get(caller) ?? 0) + 1)
    }
    return uses
  }

  /** Calls of the caller that count at that time. */
  ownAt(caller: string, nowMs: number): number {
    return this.#ownFrom(this.#firstCounting(nowMs), caller)
  }

  /** Calls that count at that time. */
  usedAt(nowMs: number): number {
    return this.#times.length - this.#firstCounting(nowMs)
  }

  /** Time until the oldest counted call leaves the window, ms; 0 when no call counts. */
  nextReturnInMs(nowMs: number): number {
    const oldest = this.#times[this.#firstCounting(nowMs)]
    return oldest === undefined ? 0 : oldest + this.#rule.windowMs - nowMs
  }

  clone(): SlidingWindow {
    const copy = new SlidingWindow(this.#rule, this.#times, this.#callers)
    copy.startGap(this.#gapFromMs)
    return copy
  }

  #ownFrom(first: number, caller: string): number {
    let own = 0
    for (let index = first; index < this.#callers.length; index++) if (this.#callers[index] === caller) own++
    return own
  }

  #firstCounting(nowMs: number): number {
    let index = 0
    while (index < this.#times.length && (this.#times[index] ?? 0) + this.#rule.windowMs <= nowMs) index++
    return index
  }
}
