import { dayOfText, isCalendarDate } from '../../base/time/civil-date.ts'
import { dayIn } from '../../base/time/time-zone.ts'
import { zoneClock } from '../../base/time/zone-clock.ts'
import { timeZoneOf } from './trade-venue.ts'

/** Class, last day, call or put, and the strike in thousandths: `SOFI251121C31000`, `TCH261127P400000`, `SPXW...`. */
const OPTION_CODE = /^\.?[A-Z]{1,6}\d?(\d\d)(\d\d)(\d\d)[CP]\d{1,9}$/

/**
 * The last day of the option with this code, as `YYYY-MM-DD` on the clock of its market; null for any other code. OpenD
 * drops an option after that day, and then reports an unknown stock.
 */
export function lastDayOfOption(code: string): string | null {
  const [, year, month, day] = OPTION_CODE.exec(code) ?? []
  if (year === undefined || month === undefined || day === undefined) return null
  const date = `20${year}-${month}-${day}`
  return isCalendarDate(date) ? date : null
}

/** The last day of an expired option, on the clock of its market; null for every other code. */
export function expiredOn(prefixes: readonly string[], code: string, nowMs: number): string | null {
  const lastDay = lastDayOfOption(code)
  if (lastDay === null) return null
  const zone = timeZoneOf(prefixes)
  const today = dayIn(zone === null ? null : zoneClock(zone), nowMs, 'first')
  return dayOfText(lastDay) < today ? lastDay : null
}
