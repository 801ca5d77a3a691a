import { epochDayOf, weekdayOf } from '../../base/time/civil-date.ts'
import { monthDayOf, nthWeekday, type HolidayYear } from './holidays.ts'

const SUNDAY = 0
const MONDAY = 1

/**
 * The holidays of the Japan Exchange Group: the national holidays (Act on National Holidays, with its changes) and 31
 * December to 3 January. A holiday on a Sunday moves to the next day that is none, and a day between two holidays is one
 * as well. Trading of derivatives on holidays belongs to the next business day, so its days are no trading days here.
 */
export function jpHolidays(year: number): HolidayYear {
  const national = new Set<number>(nationalHolidays(year))
  for (const day of nationalHolidays(year)) {
    if (weekdayOf(day) !== SUNDAY) continue
    let substitute = day + 1
    while (national.has(substitute)) substitute++
    national.add(substitute)
  }
  for (const day of nationalHolidays(year))
    if (national.has(day + 2) && weekdayOf(day + 1) !== SUNDAY) national.add(day + 1)
  const newYear = [epochDayOf(year, 1, 2), epochDayOf(year, 1, 3), epochDayOf(year, 12, 31)]
  return { closed: new Set([...national, ...newYear]), half: new Set() }
}

function nationalHolidays(year: number): readonly number[] {
  return [
    epochDayOf(year, 1, 1),
    nthWeekday(year, 1, MONDAY, 2),
    epochDayOf(year, 2, 11),
    epochDayOf(year, 3, vernalEquinoxOf(year)),
    epochDayOf(year, 4, 29),
    epochDayOf(year, 5, 3),
    // Earlier it was a holiday as the day between two others, which a Sunday did not move.
    ...(year >= 2007 ? [epochDayOf(year, 5, 4)] : []),
    epochDayOf(year, 5, 5),
    ...marineDay(year),
    ...mountainDay(year),
    year >= 2003 ? nthWeekday(year, 9, MONDAY, 3) : epochDayOf(year, 9, 15),
    epochDayOf(year, 9, autumnalEquinoxOf(year)),
    ...sportsDay(year),
    epochDayOf(year, 11, 3),
    epochDayOf(year, 11, 23),
    ...emperorsDays(year),
  ]
}

/** In 2020 and 2021 the holidays around the Olympic Games had days of their own. */
function marineDay(year: number): readonly number[] {
  if (year === 2020) return [epochDayOf(year, 7, 23)]
  if (year === 2021) return [epochDayOf(year, 7, 22)]
  return [year >= 2003 ? nthWeekday(year, 7, MONDAY, 3) : epochDayOf(year, 7, 20)]
}

function mountainDay(year: number): readonly number[] {
  if (year < 2016) return []
  return [monthDayOf(year, MOUNTAIN_DAYS[year] ?? 811)]
}

const MOUNTAIN_DAYS: Readonly<Record<number, number>> = { 2020: 810, 2021: 808 }

function sportsDay(year: number): readonly number[] {
  if (year === 2020) return [epochDayOf(year, 7, 24)]
  if (year === 2021) return [epochDayOf(year, 7, 23)]
  return [nthWeekday(year, 10, MONDAY, 2)]
}

/** The Emperor's birthday, and the days of the succession in 2019. */
function emperorsDays(year: number): readonly number[] {
  if (year <= 2018) return [epochDayOf(year, 12, 23)]
  if (year >= 2020) return [epochDayOf(year, 2, 23)]
  return [430, 501, 502, 1022].map((monthDay) => monthDayOf(year, monthDay))
}

/** Days of the equinoxes in Japan, by the usual formula for 1980 to 2099. */
function vernalEquinoxOf(year: number): number {
  return equinoxOf(year, 20.8431)
}

function autumnalEquinoxOf(year: number): number {
  return equinoxOf(year, 23.2488)
}

function equinoxOf(year: number, dayIn1980: number): number {
  const years = year - 1980
  return Math.floor(dayIn1980 + 0.242194 * years - Math.floor(years / 4))
}
