import { MAX_ORDER_REGISTRY } from '../../base/memory-budget.ts'
import { RateWindow } from '../../limits/rate-window.ts'

/** A number of things that each caller may cause in any 60 s. */
export class CallerQuota {
  readonly #cap: number
  readonly #windows = new Map<string, RateWindow>()

  constructor(cap: number) {
    this.#cap = cap
  }

  /** Takes one more for that caller. Null when there was room, else the time until there is, ms. */
  take(caller: string, id: string, nowMs: number): number | null {
    const window = this.#windows.get(caller) ?? this.#windowFor(caller)
    if (window.count(nowMs) >= this.#cap) return window.waitMs(this.#cap, nowMs) ?? 0
    window.add(id, nowMs)
    return null
  }

  #windowFor(caller: string): RateWindow {
    const [oldest] = this.#windows.keys()
    if (this.#windows.size >= MAX_ORDER_REGISTRY && oldest !== undefined) this.#windows.delete(oldest)
    const window = new RateWindow()
    this.#windows.set(caller, window)
    return window
  }
}
