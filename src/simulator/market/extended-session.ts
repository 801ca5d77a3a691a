import type { Noise } from './hash.ts'
import { MIN_LOTS_PER_MINUTE, type SessionTotals } from './minute-walk.ts'
import type { DayBar, SessionName } from './price-series.ts'

/** Part of a day's volume that trades in each extended session. */
const VOLUME_SHARE = 0.02

/** Mean prints per minute in an extended session. */
export const EXTENDED_PRINTS_PER_MINUTE = 6

/**
 * The totals of an extended US session. Before the open the price moves from the last close to near the open; after the
 * close it moves randomly by a small amount.
 */
export function extendedTotals(
  day: DayBar,
  session: SessionName,
  minutes: number,
  lotSize: number,
  noise: Noise,
): SessionTotals {
  const [from, to] = session === 'pre-market' ? [day.reference, day.open] : [day.close, day.close]
  const width = Math.max(2, Math.round((day.high - day.low) / 4))
  const open = Math.max(1, from + Math.round(noise.triangle() * width * 0.3))
  const close = Math.max(1, to + Math.round(noise.triangle() * width * 0.5))
  const lots = Math.round((day.volume / lotSize) * VOLUME_SHARE)
  return {
    dayIndex: day.dayIndex,
    session,
    open,
    close,
    high: Math.max(open, close) + noise.below(width),
    low: Math.max(1, Math.min(open, close) - noise.below(width)),
    lots: Math.max(lots, minutes * MIN_LOTS_PER_MINUTE * 2),
  }
}
