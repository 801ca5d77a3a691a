import type { Noise } from './hash.ts'
import { MIN_LOTS_PER_MINUTE, type SessionTotals } from './minute-walk.ts'
import type { DayBar, SessionName } from './price-series.ts'

/** The US sessions outside of regular hours. */
export type ExtendedSession = Exclude<SessionName, 'regular'>

/** Part of a day's volume that trades in each extended session. */
const VOLUME_SHARE: Readonly<Record<ExtendedSession, number>> = {
  overnight: 0.004,
  'pre-market': 0.02,
  'after-market': 0.02,
}

/** Mean prints per minute in an extended session. */
export const EXTENDED_PRINTS_PER_MINUTE = 6

/**
 * The totals of an extended US session. The price moves from the last close, overnight to about half of the way to the
 * open, before the open to near it. After the close it moves randomly by a small amount.
 */
export function extendedTotals(
  day: DayBar,
  session: ExtendedSession,
  minutes: number,
  lotSize: number,
  noise: Noise,
): SessionTotals {
  const [from, to] = endsOf(day, session)
  const width = Math.max(2, Math.round((day.high - day.low) / 4))
  const open = Math.max(1, from + Math.round(noise.triangle() * width * 0.3))
  const close = Math.max(1, to + Math.round(noise.triangle() * width * 0.5))
  const lots = Math.round((day.volume / lotSize) * VOLUME_SHARE[session])
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

/** The prices near which a session begins and ends. */
function endsOf({ reference, open, close }: DayBar, session: ExtendedSession): readonly [number, number] {
  const halfway = Math.round((reference + open) / 2)
  switch (session) {
    case 'overnight':
      return [reference, halfway]
    case 'pre-market':
      return [halfway, open]
    case 'after-market':
      return [close, close]
  }
}
