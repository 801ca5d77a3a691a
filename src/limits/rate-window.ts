/** Orders are counted over any 60 seconds, as in futu-opend-rs. */
export const RATE_WINDOW_MS = 60_000

/**
 * Most entries of one key, about 10 MB at worst. OpenD allows 30 orders a minute for an account, so a cap of this size
 * has no effect. A higher cap is lowered to this one.
 */
export const MOST_ORDERS_PER_WINDOW = 100_000

/** Entries that have left the window are removed in batches, so that the average cost is small. */
const LEAST_CUT = 1_024

/**
 * The orders of the last 60 seconds: at `t` those in (t - 60 s, t]. Two orders exactly 60 s apart do not count
 * together. If each order is added while fewer than the cap are counted, no span of 60 s has more orders than the cap.
 *
 * After a clock was set back, entries can be later than now. They happened before now, so they are moved to now and
 * leave the window in 60 s. A clock that was wrong by an hour therefore does not lock the key for an hour.
 */
export class RateWindow {
  /** Ascending; `#ids` has the ids at the same indexes. Entries before `#head` have left the window. */
  #times: number[] = []
  #ids: string[] = []
  #head = 0

  /** Rebuilds the window from recorded entries in any order. Only the latest entries up to the bound are used. */
  static from(entries: Iterable<{ readonly id: string; readonly atMs: number }>, nowMs: number): RateWindow {
    const recent = [...entries].filter(({ atMs }) => atMs > nowMs - RATE_WINDOW_MS)
    recent.sort((a, b) => a.atMs - b.atMs)
    const window = new RateWindow()
    for (const { id, atMs } of recent.slice(-MOST_ORDERS_PER_WINDOW)) {
      window.#times.push(Math.min(atMs, nowMs))
      window.#ids.push(id)
    }
    return window
  }

  /** The number of orders in the window at `nowMs`. */
  count(nowMs: number): number {
    this.#advance(nowMs)
    return this.#times.length - this.#head
  }

  /**
   * Adds an order of time `atMs`, now or in the past. Throws when the window is full, because the cap must be checked
   * first.
   */
  add(id: string, atMs: number, nowMs: number = atMs): void {
    if (this.count(nowMs) >= MOST_ORDERS_PER_WINDOW) throw new Error('order added to a full rate window')
    let index = this.#times.length
    while (index > this.#head && (this.#times[index - 1] ?? 0) > atMs) index--
    this.#times.splice(index, 0, Math.min(atMs, nowMs))
    this.#ids.splice(index, 0, id)
  }

  /** Removes an order. Does nothing for an order that is not in the window. */
  remove(id: string): void {
    const index = this.#ids.lastIndexOf(id)
    if (index < this.#head) return
    this.#times.splice(index, 1)
    this.#ids.splice(index, 1)
  }

  /** Time until fewer than `cap` orders count: 0 if now, null if never. */
  waitMs(cap: number, nowMs: number): number | null {
    if (cap <= 0) return null
    const over = this.count(nowMs) - cap
    const leaving = this.#times[this.#head + over]
    return over < 0 || leaving === undefined ? 0 : leaving + RATE_WINDOW_MS - nowMs
  }

  #advance(nowMs: number): void {
    const times = this.#times
    for (let index = times.length - 1; index >= this.#head && (times[index] ?? 0) > nowMs; index--) {
      times[index] = nowMs
    }
    while (this.#head < times.length && (times[this.#head] ?? 0) <= nowMs - RATE_WINDOW_MS) this.#head++
    if (this.#head < LEAST_CUT || this.#head * 2 < times.length) return
    times.splice(0, this.#head)
    this.#ids.splice(0, this.#head)
    this.#head = 0
  }
}
