/** First and last year of the trading calendars. Outside of them every market is closed. */
export const FIRST_CALENDAR_YEAR = 2000
export const LAST_CALENDAR_YEAR = 2045

/** The days of the Chinese calendar that close exchanges, as month * 100 + day of the Gregorian year. */
export interface LunarDays {
  /** First day of the first month. */
  readonly newYear: number
  /** Eighth day of the fourth month: Buddha's birthday. */
  readonly buddhasBirthday: number
  /** Fifth day of the fifth month: Dragon Boat (Tuen Ng). */
  readonly dragonBoat: number
  /** Fifteenth day of the eighth month: Mid-Autumn. */
  readonly midAutumn: number
  /** Ninth day of the ninth month: Chung Yeung. */
  readonly chungYeung: number
}

/** The days of a year. Throws outside the calendar's span. */
export function lunarDaysOf(year: number): LunarDays {
  const row = ROWS[year - FIRST_CALENDAR_YEAR]
  if (row === undefined) throw new Error(`no lunar days for ${year}`)
  const [newYear, buddhasBirthday, dragonBoat, midAutumn, chungYeung] = row
  return { newYear, buddhasBirthday, dragonBoat, midAutumn, chungYeung }
}

/** From the Unicode CLDR `chinese` calendar (time zone Asia/Shanghai), one row per year from 2000. */
// oxfmt-ignore
const ROWS: readonly (readonly [number, number, number, number, number])[] = [
  [205, 511, 606, 912, 1006], [124, 430, 625, 1001, 1025], [212, 519, 615, 921, 1014],
  [201, 508, 604, 911, 1004], [122, 526, 622, 928, 1022], [209, 515, 611, 918, 1011],
  [129, 505, 531, 1006, 1030], [218, 524, 619, 925, 1019], [207, 512, 608, 914, 1007],
  [126, 502, 528, 1003, 1026], [214, 521, 616, 922, 1016], [203, 510, 606, 912, 1005],
  [123, 428, 623, 930, 1023], [210, 517, 612, 919, 1013], [131, 506, 602, 908, 1002],
  [219, 525, 620, 927, 1021], [208, 514, 609, 915, 1009], [128, 503, 530, 1004, 1028],
  [216, 522, 618, 924, 1017], [205, 512, 607, 913, 1007], [125, 430, 625, 1001, 1025],
  [212, 519, 614, 921, 1014], [201, 508, 603, 910, 1004], [122, 526, 622, 929, 1023],
  [210, 515, 610, 917, 1011], [129, 505, 531, 1006, 1029], [217, 524, 619, 925, 1018],
  [207, 513, 609, 915, 1008], [126, 502, 528, 1003, 1026], [213, 520, 616, 922, 1016],
  [202, 509, 605, 912, 1005], [123, 528, 624, 1001, 1024], [211, 516, 612, 919, 1012],
  [131, 506, 601, 908, 1001], [219, 525, 620, 927, 1020], [208, 515, 610, 916, 1009],
  [128, 503, 530, 1004, 1027], [215, 522, 618, 924, 1017], [204, 511, 607, 913, 1007],
  [124, 430, 527, 1002, 1026], [212, 518, 614, 920, 1014], [201, 507, 603, 910, 1003],
  [122, 526, 622, 928, 1022], [210, 516, 611, 917, 1011], [130, 505, 531, 1005, 1029],
  [217, 524, 619, 925, 1018],
]
