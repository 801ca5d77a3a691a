import { RateWindow } from '../../limits/rate-window.ts'

/**
 * Refused calls of one caller that are written down in any 60 s. A person who looks for the reason finds it among them;
 * a program that runs away must not fill the storage.
 */
export const MOST_REFUSED_PER_MINUTE = 60

/** Callers whose refusals are counted. Keys are few; the bound is for JWT subjects, and one that is dropped starts anew. */
const MOST_CALLERS = 1_000

/** Says which refused calls are written down. The others are only counted. */
export class RefusedCallQuota {
  readonly #windows = new Map<string, RateWindow>()

  /** Whether there is room for one more of that caller, which is then taken. */
  take(caller: string, id: string, nowMs: number): boolean {
    const window = this.#windows.get(caller) ?? this.#windowFor(caller)
    if (window.count(nowMs) >= MOST_REFUSED_PER_MINUTE) return false
    window.add(id, nowMs)
    return true
  }

  #windowFor(caller: string): RateWindow {
    const [oldest] = this.#windows.keys()
    if (this.#windows.size >= MOST_CALLERS && oldest !== undefined) this.#windows.delete(oldest)
    const window = new RateWindow()
    this.#windows.set(caller, window)
    return window
  }
}
