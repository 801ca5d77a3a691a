import { epochDayOf, weekdayOf } from '../../base/time/civil-date.ts'
import { easterOf, isWeekend, nthWeekday, type HolidayYear } from './holidays.ts'

const SUNDAY = 0
const MONDAY = 1
const THURSDAY = 4
const SATURDAY = 6

/** NYSE Rule 7.2: the ten holidays with their substitutes, and the early closes at 13:00. */
export function usHolidays(year: number): HolidayYear {
  const thanksgiving = nthWeekday(year, 11, THURSDAY, 4)
  const closed = new Set<number>([
    nthWeekday(year, 1, MONDAY, 3),
    nthWeekday(year, 2, MONDAY, 3),
    easterOf(year) - 2,
    lastMonday(year, 5),
    observed(epochDayOf(year, 7, 4)),
    nthWeekday(year, 9, MONDAY, 1),
    thanksgiving,
    observed(epochDayOf(year, 12, 25)),
    ...extraordinaryClosings(year),
  ])
  // New Year's Day on a Saturday is not observed: the Friday before closes the accounting year.
  const newYear = epochDayOf(year, 1, 1)
  closed.add(weekdayOf(newYear) === SUNDAY ? newYear + 1 : newYear)
  // Juneteenth has been an exchange holiday since 2022.
  if (year >= 2022) closed.add(observed(epochDayOf(year, 6, 19)))
  const half = [thanksgiving + 1, epochDayOf(year, 12, 24), epochDayOf(year, 7, 3)]
  return { closed, half: new Set(half.filter((day) => !isWeekend(day) && !closed.has(day))) }
}

function observed(day: number): number {
  const weekday = weekdayOf(day)
  if (weekday === SATURDAY) return day - 1
  return weekday === SUNDAY ? day + 1 : day
}

function lastMonday(year: number, month: number): number {
  const last = epochDayOf(year, month, 31)
  return last - ((weekdayOf(last) - MONDAY + 7) % 7)
}

/** Attacks, storms and days of mourning, as month * 100 + day. */
const EXTRAORDINARY: Readonly<Record<number, readonly number[]>> = {
  2001: [911, 912, 913, 914],
  2004: [611],
  2007: [102],
  2012: [1029, 1030],
  2018: [1205],
  2025: [109],
}

function extraordinaryClosings(year: number): readonly number[] {
  return (EXTRAORDINARY[year] ?? []).map((monthDay) => epochDayOf(year, Math.floor(monthDay / 100), monthDay % 100))
}
