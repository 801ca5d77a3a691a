import { dateText, parseLocalTime } from '../../base/time/civil-date.ts'
import type { Security } from '../market/security.ts'
import { timeText, utcMsOf, type TimeZone } from '../../base/time/time-zone.ts'

/** Quote messages contain every time twice: as local time of the market, and as Unix seconds. */
export interface MarketTime {
  readonly text: string
  readonly timestamp: number
}

/** A time in both forms. */
export function marketTime(security: Security, timeMs: number): MarketTime {
  return { text: timeText(security.clock.plan.zone, timeMs), timestamp: timeMs / 1000 }
}

/** A day: `YYYY-MM-DD` and its midnight. */
export function marketDay(zone: TimeZone, epochDay: number): MarketTime {
  return { text: dateText(epochDay), timestamp: utcMsOf(zone, epochDay, 0) / 1000 }
}

/** Refusals of times in calls. */
export const BAD_TIME = 'begin_time and end_time must be yyyy-MM-dd or yyyy-MM-dd HH:mm:ss'
export const BAD_SPAN = 'begin_time must not be after end_time'

/** A requested span of time in Unix ms, both ends inclusive. */
export interface TimeSpan {
  readonly fromMs: number
  readonly toMs: number
}

/** Parses a span in local time of the market. A date without a time means its whole day. Null if either is invalid. */
export function readSpan(zone: TimeZone, begin: string, end: string): TimeSpan | null {
  const from = parseLocalTime(begin)
  const to = parseLocalTime(end)
  if (from === null || to === null) return null
  return {
    fromMs: utcMsOf(zone, from.epochDay, (from.secondOfDay ?? 0) * 1000),
    toMs:
      to.secondOfDay === null
        ? utcMsOf(zone, to.epochDay + 1, 0) - 1
        : utcMsOf(zone, to.epochDay, to.secondOfDay * 1000 + 999),
  }
}
