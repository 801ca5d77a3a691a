/** The rate is counted over any 60 seconds, as in futu-opend-rs. */
export const RATE_WINDOW_MS = 60_000

/**
 * Entries kept for one key, about 10 MB at worst. OpenD takes 30 orders a minute for an account, so no cap near it
 * means anything; a higher cap is read as this one.
 */
export const MOST_ORDERS_PER_WINDOW = 100_000

/** Entries that have left the window are cut off in batches, so that each costs next to nothing. */
const LEAST_CUT = 1_024

/**
 * The orders of the last 60 seconds: at `t` those in (t - 60 s, t]. So two orders exactly 60 s apart never count
 * together, and no 60 s hold more than the cap if each was added while fewer than the cap were counted.
 *
 * A clock that went back: entries later than now did happen before now, so they are moved to now. They leave 60 s
 * from here, and a clock that was wrong by an hour does not lock the key for an hour.
 */
export class RateWindow {
  /** Ascending, with the ids beside them; what stands before `#head` has left. */
  #times: number[] = []
  #ids: string[] = []
  #head = 0

  /** Rebuilds the window from what was recorded, in any order. Only the latest entries up to the bound are kept. */
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

  /** Orders that count at `nowMs`. */
  count(nowMs: number): number {
    this.#advance(nowMs)
    return this.#times.length - this.#head
  }

  /**
   * Adds an order of that time, which is now unless it lies in the past. Throws when the window is full: the cap must be
   * checked first.
   */
  add(id: string, atMs: number, nowMs: number = atMs): void {
    if (this.count(nowMs) >= MOST_ORDERS_PER_WINDOW) throw new Error('order added to a full rate window')
    let index = this.#times.length
    while (index > this.#head && (this.#times[index - 1] ?? 0) > atMs) index--
    this.#times.splice(index, 0, Math.min(atMs, nowMs))
    this.#ids.splice(index, 0, id)
  }

  /** Takes an order out. One that has left already, or never was there, changes nothing. */
  remove(id: string): void {
    const index = this.#ids.lastIndexOf(id)
    if (index < this.#head) return
    this.#times.splice(index, 1)
    this.#ids.splice(index, 1)
  }

  /** How long until fewer than `cap` orders count: 0 when that is so now, null when it never will be. */
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
