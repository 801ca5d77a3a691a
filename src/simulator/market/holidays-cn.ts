import { epochDayOf, weekdayOf } from '../../base/time/civil-date.ts'
import { monthDayOf, qingmingOf, type HolidayYear } from './holidays.ts'
import { lunarDaysOf } from './lunar-days.ts'

/**
 * The statutory holidays of mainland China as observed by the exchanges. By a yearly notice the State Council also
 * moves single working days around each holiday. Those moves do not follow a rule, so they are not modelled.
 */
export function cnHolidays(year: number): HolidayYear {
  const lunar = lunarDaysOf(year)
  const closed = new Set<number>()
  addRun(closed, monthDayOf(year, lunar.newYear) - 1, 8)
  addRun(closed, epochDayOf(year, 10, 1), 7)
  // The Labour Day holiday has had five days since 2020.
  addRun(closed, epochDayOf(year, 5, 1), year >= 2020 ? 5 : 3)
  for (const day of [epochDayOf(year, 1, 1), qingmingOf(year), monthDayOf(year, lunar.dragonBoat)]) {
    closed.add(movedFromWeekend(day))
  }
  closed.add(movedFromWeekend(monthDayOf(year, lunar.midAutumn)))
  return { closed, half: new Set() }
}

function addRun(days: Set<number>, first: number, length: number): void {
  for (let day = first; day < first + length; day++) days.add(day)
}

function movedFromWeekend(day: number): number {
  const weekday = weekdayOf(day)
  if (weekday === 6) return day + 2
  return weekday === 0 ? day + 1 : day
}
