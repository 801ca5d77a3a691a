import { epochDayOf, weekdayOf } from '../../base/time/civil-date.ts'

/** The holidays and half days of one year at one exchange. */
export interface HolidayYear {
  /** Epoch days without trading. Weekends may be omitted. */
  readonly closed: ReadonlySet<number>
  /** Epoch days that end early (HK at noon, US at 13:00). */
  readonly half: ReadonlySet<number>
}

/** The holiday rules of one exchange, as a pure function of the year. */
export type HolidayRule = (year: number) => HolidayYear

/** Easter Sunday of the Gregorian calendar (the anonymous algorithm published in Nature, 1876). */
export function easterOf(year: number): number {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const yearOfCentury = year % 100
  const correction = Math.floor((century + 8) / 25)
  const epact = (19 * golden + century - Math.floor(century / 4) - Math.floor((century - correction + 1) / 3) + 15) % 30
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7
  const shift = Math.floor((golden + 11 * epact + 22 * weekday) / 451)
  const monthDay = epact + weekday - 7 * shift + 114
  return epochDayOf(year, Math.floor(monthDay / 31), (monthDay % 31) + 1)
}

/** The day of Qingming: 4 or 5 April in the years 2000 to 2099. */
export function qingmingOf(year: number): number {
  const yearOfCentury = year % 100
  return epochDayOf(year, 4, Math.floor(yearOfCentury * 0.2422 + 4.81) - Math.floor(yearOfCentury / 4))
}

/** The nth of a given weekday in a month. */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  const first = epochDayOf(year, month, 1)
  return first + ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7
}

/** A day written as month * 100 + day. */
export function monthDayOf(year: number, monthDay: number): number {
  return epochDayOf(year, Math.floor(monthDay / 100), monthDay % 100)
}

/** True on Saturdays and Sundays. */
export function isWeekend(epochDay: number): boolean {
  const weekday = weekdayOf(epochDay)
  return weekday === 0 || weekday === 6
}
