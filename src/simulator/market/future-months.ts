import { QotMarket } from '../../../proto/enums.ts'
import { civilDateOf, epochDayOf } from '../../base/time/civil-date.ts'
import type { FutureClass, MonthCycle } from './future-class.ts'
import { nthWeekday } from './holidays.ts'
import { secondLastTradingDay } from './option-expiry.ts'
import { tradingCalendar, type TradingCalendar } from './trading-calendar.ts'

/*
 * Contract months, as year * 12 + month - 1.
 */

/** Months listed at once, and the months of the year (from 0) in which contracts end. */
const CYCLES: Readonly<
  Record<Exclude<MonthCycle, 'hk'>, { readonly count: number; readonly months: readonly number[] }>
> = {
  quarterly: { count: 5, months: [2, 5, 8, 11] },
  monthly: { count: 6, months: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
  even: { count: 3, months: [1, 3, 5, 7, 9, 11] },
  odd: { count: 3, months: [2, 4, 6, 8, 11] },
}

/** Whether the class ever lists that month. */
export function hasMonth({ months }: FutureClass, month: number): boolean {
  return months === 'hk' || CYCLES[months].months.includes(month % 12)
}

/** Months listed on that day, nearest first. */
export function listedMonths(futureClass: FutureClass, epochDay: number): readonly number[] {
  const front = frontMonth(futureClass, epochDay)
  if (futureClass.months === 'hk') {
    const months = [front, front + 1]
    for (let month = front + 2; months.length < 4; month++) if (month % 3 === 2) months.push(month)
    return months
  }
  const months: number[] = []
  for (let month = front; months.length < CYCLES[futureClass.months].count; month++) {
    if (hasMonth(futureClass, month)) months.push(month)
  }
  return months
}

/** The month of the main contract on that day: the nearest month that still trades. */
export function frontMonth(futureClass: FutureClass, epochDay: number): number {
  const { year, month } = civilDateOf(epochDay)
  let candidate = year * 12 + month - 1
  while (!hasMonth(futureClass, candidate) || lastTradingDay(futureClass, candidate) < epochDay) candidate++
  return candidate
}

/** Last trading day of a month as epoch day. */
export function lastTradingDay(futureClass: FutureClass, month: number): number {
  const calendar = calendarOf(futureClass)
  const year = Math.floor(month / 12)
  const monthOfYear = (month % 12) + 1
  switch (futureClass.expiry) {
    case 'second last':
      return secondLastTradingDay(calendar, year, monthOfYear)
    case 'third friday':
      return calendar.dayAt(calendar.indexAtOrBefore(nthWeekday(year, monthOfYear, FRIDAY, 3)))
    case 'before the 25th': {
      // If the 25th is no business day, the count begins at the business day before it.
      const [yearBefore, monthBefore] = monthOfYear === 1 ? [year - 1, 12] : [year, monthOfYear - 1]
      return calendar.dayAt(calendar.indexAtOrBefore(epochDayOf(yearBefore, monthBefore, 25)) - 3)
    }
    case 'before the month':
      return calendar.dayAt(calendar.indexAtOrAfter(epochDayOf(year, monthOfYear, 1)) - 3)
    case 'third last': {
      const nextMonth = monthOfYear === 12 ? epochDayOf(year + 1, 1, 1) : epochDayOf(year, monthOfYear + 1, 1)
      return calendar.dayAt(calendar.indexAtOrBefore(nextMonth - 1) - 2)
    }
  }
}

const FRIDAY = 5

function calendarOf(futureClass: FutureClass): TradingCalendar {
  return tradingCalendar(futureClass.market === QotMarket.HK_Security ? 'hk' : 'us')
}
