import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { epochDayOf, weekdayOf } from '../../base/time/civil-date.ts'
import type { TimeZone } from '../../base/time/time-zone.ts'

const MS_PER_DAY = 86_400_000

/*
 * The time zones of the exchanges. Their rules are implemented here because `Intl` is slow and its zone data differs
 * between runtimes, and the same time must always give the same bytes.
 */

/** Hong Kong: UTC+8, no daylight saving since 1979. */
export const HONG_KONG: TimeZone = { name: 'Asia/Hong_Kong', offsetMsAt: () => 8 * 3_600_000 }

/** China: UTC+8, no daylight saving since 1991. */
export const SHANGHAI: TimeZone = { name: 'Asia/Shanghai', offsetMsAt: () => 8 * 3_600_000 }

/** Tokyo: UTC+9, no daylight saving since 1951. */
export const TOKYO: TimeZone = { name: 'Asia/Tokyo', offsetMsAt: () => 9 * 3_600_000 }

/** Singapore: UTC+8 since 1982. */
export const SINGAPORE: TimeZone = { name: 'Asia/Singapore', offsetMsAt: () => 8 * 3_600_000 }

/** New York: UTC-5, UTC-4 in daylight saving time (Energy Policy Act of 2005; the rule of 1986 before 2007). */
export const NEW_YORK: TimeZone = { name: 'America/New_York', offsetMsAt: newYorkOffsetMs }

interface DaylightSaving {
  readonly startMs: number
  readonly endMs: number
}

/** One entry per year, more than the years of the calendar. */
const daylightSavingByYear = new BoundedMap<number, DaylightSaving>(200)

function newYorkOffsetMs(utcMs: number): number {
  // The year in New York's winter time is exact enough, because the changes are far from New Year.
  const year = yearOf(utcMs - 5 * 3_600_000)
  let saving = daylightSavingByYear.get(year)
  if (saving === undefined) {
    saving = daylightSavingOf(year)
    daylightSavingByYear.set(year, saving)
  }
  return utcMs >= saving.startMs && utcMs < saving.endMs ? -4 * 3_600_000 : -5 * 3_600_000
}

/** The changes are at 2:00 local time: 7:00 UTC in spring and 6:00 UTC in autumn. */
function daylightSavingOf(year: number): DaylightSaving {
  const startDay = year >= 2007 ? nthSunday(year, 3, 2) : nthSunday(year, 4, 1)
  const endDay = year >= 2007 ? nthSunday(year, 11, 1) : lastSunday(year, 10, 31)
  return { startMs: startDay * MS_PER_DAY + 7 * 3_600_000, endMs: endDay * MS_PER_DAY + 6 * 3_600_000 }
}

function nthSunday(year: number, month: number, nth: number): number {
  const first = epochDayOf(year, month, 1)
  return first + ((7 - weekdayOf(first)) % 7) + (nth - 1) * 7
}

function lastSunday(year: number, month: number, lastDay: number): number {
  const last = epochDayOf(year, month, lastDay)
  return last - weekdayOf(last)
}

function yearOf(ms: number): number {
  const guess = 1970 + Math.floor(ms / (365.2425 * MS_PER_DAY))
  if (ms < epochDayOf(guess, 1, 1) * MS_PER_DAY) return guess - 1
  return ms >= epochDayOf(guess + 1, 1, 1) * MS_PER_DAY ? guess + 1 : guess
}
