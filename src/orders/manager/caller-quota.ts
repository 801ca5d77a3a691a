import { BoundedMap } from '../../base/bounded-map.ts'
import { RateWindow } from '../../limits/rate-window.ts'

/** Callers that are counted. Keys are few; the bound is for JWT subjects, and one that is dropped starts anew. */
const MOST_CALLERS = 1_000

/** A number of things that each caller may cause in any 60 s. */
export class CallerQuota {
  readonly #cap: number
  readonly #windows = new BoundedMap<string, RateWindow>(MOST_CALLERS)

  constructor(cap: number) {
    this.#cap = cap
  }

  /** Takes one more for that caller. Null when there was room, else the time until there is, ms. */
  take(caller: string, id: string, nowMs: number): number | null {
    const window = this.#windows.getOrSet(caller, () => new RateWindow())
    if (window.count(nowMs) >= this.#cap) return window.waitMs(this.#cap, nowMs) ?? 0
    window.add(id, nowMs)
    return null
  }
}
