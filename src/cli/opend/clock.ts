import type { Timekeeper } from '../../simulator/driver.ts'
import type { MarketClock } from '../../simulator/session/market-clock.ts'

/** This machine's clock and Node's timers. */
export const timeOfDay: Timekeeper = {
  nowMs: () => Date.now(),
  after: (delayMs, wake) => {
    const timer = setTimeout(wake, delayMs)
    return () => clearTimeout(timer)
  },
}

/** A year of market time in a minute, which is about as fast as the simulator can compute. */
const MOST_FACTOR = 500_000

/**
 * Parses the clock option: `real`; `frozen:2026-11-20T02:00:00Z`; `fast:60`, sixty times as fast from now on;
 * `fast:1@2026-11-20T02:00:00Z`, starting at that time. Returns null for any other text.
 */
export function parseClock(text: string, nowMs: number): MarketClock | null {
  if (text === 'real') return { kind: 'real' }
  const [, frozenAt] = /^frozen:(.+)$/.exec(text) ?? []
  if (frozenAt !== undefined) {
    const atMs = Date.parse(frozenAt)
    return Number.isNaN(atMs) ? null : { kind: 'frozen', atMs }
  }
  const [, factorText, fromText] = /^fast:(\d+(?:\.\d+)?)(?:@(.+))?$/.exec(text) ?? []
  const factor = Number(factorText)
  const fromMs = fromText === undefined ? nowMs : Date.parse(fromText)
  if (!(factor > 0 && factor <= MOST_FACTOR) || Number.isNaN(fromMs)) return null
  return { kind: 'fast', factor, fromMs, sinceMs: nowMs }
}

/**
 * Start time of a run with this clock, from which ids continue above those of earlier runs. Null for a clock that shows
 * the same times in each run: there the same seed and input give the same bytes.
 */
export function startOfRun(clock: MarketClock, nowMs: number): number | null {
  const isOfToday = clock.kind === 'real' || (clock.kind === 'fast' && clock.fromMs === clock.sinceMs)
  return isOfToday ? nowMs : null
}
