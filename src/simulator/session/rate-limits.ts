import { RATE_RULES, type CallFields, type RateRule } from './rate-rules.ts'
import { calledTooSoon, rateExceeded } from './texts.ts'

/** The span of every published limit. */
export const RATE_WINDOW_MS = 30_000

/** Most accounts with a window per rule. A simulator has a few dozen; the bound limits requests with invented ids. */
const MAX_WINDOWS = 1000

/**
 * OpenD's sliding limits: of any n + 1 calls, the first and the last must be more than 30 s apart. Refused calls do
 * not count. All connections share the windows, because the limits apply to the logged-in user.
 */
export class RateLimits {
  /** Times of the admitted calls of the last 30 s, oldest first, by counter and account. Unix ms, session clock. */
  readonly #windows = new Map<string, number[]>()

  /** Admits a call and counts it, or returns a text of refusal that names the limit that was reached. */
  admit(protoId: number, c2s: CallFields, nowMs: number): string | null {
    const rule = RATE_RULES.get(protoId)
    if (rule === undefined || rule.counts?.(c2s) === false) return null
    const window = this.#window(rule, c2s)
    while (window[0] !== undefined && nowMs - window[0] > RATE_WINDOW_MS) window.shift()
    const latest = window.at(-1)
    if (window.length >= rule.limit) return rateExceeded(rule.name, rule.limit)
    const gapMs = rule.leastGapMs ?? 0
    if (latest !== undefined && nowMs - latest < gapMs) return calledTooSoon(rule.name, gapMs)
    window.push(nowMs)
    return null
  }

  #window(rule: RateRule, c2s: CallFields): number[] {
    const account = rule.perAccount ? `/${String(c2s.header?.accID)}` : ''
    const key = rule.counter + account
    let window = this.#windows.get(key)
    if (window === undefined) {
      if (this.#windows.size >= MAX_WINDOWS) this.#windows.clear()
      window = []
      this.#windows.set(key, window)
    }
    return window
  }
}
