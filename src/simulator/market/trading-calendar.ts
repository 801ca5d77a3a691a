import { epochDayOf } from '../../base/time/civil-date.ts'
import { cnHolidays } from './holidays-cn.ts'
import { hkHolidays } from './holidays-hk.ts'
import { jpHolidays } from './holidays-jp.ts'
import { usHolidays } from './holidays-us.ts'
import { isWeekend, type HolidayRule } from './holidays.ts'
import { FIRST_CALENDAR_YEAR, LAST_CALENDAR_YEAR } from './lunar-days.ts'

/**
 * The trading days of an exchange from 2000 to 2045, numbered from 0. All code that counts days (K-lines, the price
 * process, paging) uses these numbers, so it need not handle weekends and holidays.
 */
export class TradingCalendar {
  readonly #days: Int32Array
  readonly #halfDays: ReadonlySet<number>

  constructor(rule: HolidayRule | 'every day') {
    const days: number[] = []
    const halfDays = new Set<number>()
    for (let year = FIRST_CALENDAR_YEAR; year <= LAST_CALENDAR_YEAR; year++) {
      const holidays = rule === 'every day' ? null : rule(year)
      for (let day = epochDayOf(year, 1, 1); day < epochDayOf(year + 1, 1, 1); day++) {
        if (holidays !== null && (isWeekend(day) || holidays.closed.has(day))) continue
        if (holidays !== null && holidays.half.has(day)) halfDays.add(day)
        days.push(day)
      }
    }
    this.#days = Int32Array.from(days)
    this.#halfDays = halfDays
  }

  /** Number of trading days. */
  get length(): number {
    return this.#days.length
  }

  /** The epoch day of a trading day; for an index outside the calendar, its first or last day. */
  dayAt(index: number): number {
    const days = this.#days
    return days[index < 0 ? 0 : index >= days.length ? days.length - 1 : index] ?? 0
  }

  isHalfDay(index: number): boolean {
    return this.#halfDays.has(this.dayAt(index))
  }

  /** Index of the last trading day at or before that epoch day; -1 before the first. */
  indexAtOrBefore(epochDay: number): number {
    const days = this.#days
    let low = 0
    let high = days.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((days[middle] ?? 0) <= epochDay) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** Index of the first trading day at or after that epoch day; `length` after the last. */
  indexAtOrAfter(epochDay: number): number {
    return this.indexAtOrBefore(epochDay - 1) + 1
  }

  isTradingDay(epochDay: number): boolean {
    const index = this.indexAtOrBefore(epochDay)
    return index >= 0 && this.dayAt(index) === epochDay
  }
}

/** The names of the calendars. */
export type CalendarName = 'hk' | 'us' | 'cn' | 'jp' | 'sg futures' | 'every day'

/**
 * The derivatives market of the Singapore Exchange: every weekday but New Year's Day. Its products also rest on holidays of
 * their underlying markets, each on others, so these are not modelled.
 */
const sgFuturesHolidays: HolidayRule = (year) => ({ closed: new Set([epochDayOf(year, 1, 1)]), half: new Set() })

const RULES = {
  hk: hkHolidays,
  us: usHolidays,
  cn: cnHolidays,
  jp: jpHolidays,
  'sg futures': sgFuturesHolidays,
  'every day': 'every day',
} as const
const calendars = new Map<CalendarName, TradingCalendar>()

/** The calendar with that name, created at its first use (about a millisecond). */
export function tradingCalendar(name: CalendarName): TradingCalendar {
  let calendar = calendars.get(name)
  if (calendar === undefined) {
    calendar = new TradingCalendar(RULES[name])
    calendars.set(name, calendar)
  }
  return calendar
}
