import { ExpirationCycle, QotMarket } from '../../../proto/enums.ts'
import { civilDateOf, epochDayOf, weekdayOf } from '../../base/time/civil-date.ts'
import { nthWeekday } from './holidays.ts'
import type { OptionClass } from './option-class.ts'
import type { TradingCalendar } from './trading-calendar.ts'

/** One expiry of an option class. */
export interface OptionExpiry {
  /** Epoch day of the last trading day. */
  readonly expiryDay: number
  /** Epoch day on which its options are first listed. */
  readonly listedOn: number
  /** `Qot_Common.ExpirationCycle`. */
  readonly cycle: number
  /** Strikes reach this far from the price on the listing day, as a fraction. */
  readonly strikeReach: number
}

const FRIDAY = 5

/** Days of a listing and the range of its strikes: weeklies, monthlies, and the quarterly months. */
const WEEKLY = { listedDays: 42, strikeReach: 0.15 } as const
const MONTHLY = { listedDays: 125, strikeReach: 0.3 } as const
const QUARTERLY = { listedDays: 370, strikeReach: 0.45 } as const

/** The expiries listed on that day, nearest first, including one on that day. */
export function listedExpiries(
  optionClass: OptionClass,
  calendar: TradingCalendar,
  epochDay: number,
): readonly OptionExpiry[] {
  const { year, month } = civilDateOf(epochDay)
  const found: OptionExpiry[] = []
  for (let ahead = 0; ahead <= 13; ahead++) {
    const monthOfYear = ((month - 1 + ahead) % 12) + 1
    const yearOfMonth = year + Math.floor((month - 1 + ahead) / 12)
    for (const expiry of expiriesOf(optionClass, calendar, yearOfMonth, monthOfYear)) {
      if (expiry.expiryDay >= epochDay && expiry.listedOn <= epochDay) found.push(expiry)
    }
  }
  return found
}

/** The expiry on exactly that day; null if the class has no expiry then. */
export function expiryOn(optionClass: OptionClass, calendar: TradingCalendar, expiryDay: number): OptionExpiry | null {
  const { year, month } = civilDateOf(expiryDay)
  return expiriesOf(optionClass, calendar, year, month).find((one) => one.expiryDay === expiryDay) ?? null
}

/** All expiries of one month, in order. */
function expiriesOf(
  optionClass: OptionClass,
  calendar: TradingCalendar,
  year: number,
  month: number,
): readonly OptionExpiry[] {
  const monthly = monthlyExpiry(optionClass, calendar, year, month)
  const isQuarter = month % 3 === 0
  const rule = isQuarter ? QUARTERLY : MONTHLY
  const expiries: OptionExpiry[] = [
    {
      expiryDay: monthly,
      listedOn: monthly - rule.listedDays,
      cycle: ExpirationCycle.Month,
      strikeReach: rule.strikeReach,
    },
  ]
  if (optionClass.hasWeeklies) {
    for (const friday of fridaysOf(year, month)) {
      // The week of the monthly expiry has no weekly expiry.
      const expiryDay = lastTradingDayBy(calendar, friday)
      if (Math.abs(expiryDay - monthly) < 4 || civilDateOf(expiryDay).month !== month) continue
      expiries.push({
        expiryDay,
        listedOn: expiryDay - WEEKLY.listedDays,
        cycle: ExpirationCycle.Week,
        strikeReach: WEEKLY.strikeReach,
      })
    }
  }
  return expiries.toSorted((one, other) => one.expiryDay - other.expiryDay)
}

/** HKEX: the business day before the month's last one. US: the third Friday, or the trading day before it. */
function monthlyExpiry(optionClass: OptionClass, calendar: TradingCalendar, year: number, month: number): number {
  if (optionClass.market === QotMarket.HK_Security) return secondLastTradingDay(calendar, year, month)
  return lastTradingDayBy(calendar, nthWeekday(year, month, FRIDAY, 3))
}

/** The trading day before the last trading day of a month: HKEX's last trading day of futures and options. */
export function secondLastTradingDay(calendar: TradingCalendar, year: number, month: number): number {
  const nextMonth = month === 12 ? epochDayOf(year + 1, 1, 1) : epochDayOf(year, month + 1, 1)
  return calendar.dayAt(calendar.indexAtOrBefore(nextMonth - 1) - 1)
}

function lastTradingDayBy(calendar: TradingCalendar, epochDay: number): number {
  return calendar.dayAt(calendar.indexAtOrBefore(epochDay))
}

function fridaysOf(year: number, month: number): readonly number[] {
  const first = nthWeekday(year, month, FRIDAY, 1)
  return [0, 1, 2, 3, 4]
    .map((week) => first + 7 * week)
    .filter((day) => civilDateOf(day).month === month && weekdayOf(day) === FRIDAY)
}
