import { MAX_ORDER_REGISTRY } from '../base/memory-budget.ts'
import { BoundedMap } from '../base/collections/bounded-map.ts'
import { RateWindow } from './rate-window.ts'

/** Limits how many events each caller may cause in any 60 s. */
export class CallerQuota {
  readonly #cap: number
  readonly #windows = new BoundedMap<string, RateWindow>(MAX_ORDER_REGISTRY)

  constructor(cap: number) {
    this.#cap = cap
  }

  /** Counts one event of that caller. Null when the quota allows it, else the time until it does, ms. */
  take(caller: string, id: string, nowMs: number): number | null {
    const window = this.#windows.getOrSet(caller, () => new RateWindow())
    if (window.count(nowMs) >= this.#cap) return window.waitMs(this.#cap, nowMs) ?? 0
    window.add(id, nowMs)
    return null
  }
}
