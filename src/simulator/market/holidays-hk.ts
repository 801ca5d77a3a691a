import { epochDayOf, weekdayOf } from '../../base/time/civil-date.ts'
import { easterOf, isWeekend, monthDayOf, qingmingOf, type HolidayYear } from './holidays.ts'
import { lunarDaysOf } from './lunar-days.ts'

/**
 * The general holidays of Hong Kong (General Holidays Ordinance, Cap. 149), which are also HKEX's holidays. A holiday
 * on a Sunday, or on another holiday, moves to the next day that is neither. The eves of Christmas, New Year and the
 * Lunar New Year have a morning session only.
 */
export function hkHolidays(year: number): HolidayYear {
  const lunar = lunarDaysOf(year)
  const easter = easterOf(year)
  const lunarNewYear = monthDayOf(year, lunar.newYear)
  const closed = new Set<number>()
  for (const day of [
    epochDayOf(year, 1, 1),
    lunarNewYear,
    lunarNewYear + 1,
    lunarNewYear + 2,
    easter - 2,
    easter - 1,
    easter + 1,
    qingmingOf(year),
    epochDayOf(year, 5, 1),
    monthDayOf(year, lunar.buddhasBirthday),
    monthDayOf(year, lunar.dragonBoat),
    epochDayOf(year, 7, 1),
    monthDayOf(year, lunar.midAutumn) + 1,
    epochDayOf(year, 10, 1),
    monthDayOf(year, lunar.chungYeung),
    epochDayOf(year, 12, 25),
    epochDayOf(year, 12, 26),
  ]) {
    let substitute = day
    while (weekdayOf(substitute) === 0 || closed.has(substitute)) substitute++
    closed.add(substitute)
  }
  const eves = [lunarNewYear - 1, epochDayOf(year, 12, 24), epochDayOf(year, 12, 31)]
  return { closed, half: new Set(eves.filter((day) => !isWeekend(day) && !closed.has(day))) }
}
