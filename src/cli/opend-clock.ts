import type { Timekeeper } from '../simulator/driver.ts'
import type { MarketClock } from '../simulator/session/market-clock.ts'

/** The time of this machine, and Node's timers. */
export const timeOfDay: Timekeeper = {
  nowMs: () => Date.now(),
  after: (delayMs, wake) => {
    const timer = setTimeout(wake, delayMs)
    return () => clearTimeout(timer)
  },
}

/** A year of market time in a minute; faster than that nothing could be computed. */
const MOST_FACTOR = 500_000

/**
 * Reads a clock from the command line: `real`; `frozen:2026-11-20T02:00:00Z`; `fast:60`, sixty times as fast from now
 * on; `fast:1@2026-11-20T02:00:00Z`, from that moment on. Null when it is none of them.
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
 * When a run with this clock began, for ids above those of earlier runs; null for a clock that shows the same times in
 * each run, where the same seed and input give the same bytes.
 */
export function startOfRun(clock: MarketClock, nowMs: number): number | null {
  const isOfToday = clock.kind === 'real' || (clock.kind === 'fast' && clock.fromMs === clock.sinceMs)
  return isOfToday ? nowMs : null
}
