import { KLType } from '../../../proto/enums.ts'
import { civilDateOf, epochDayOf, weekdayOf } from '../../base/time/civil-date.ts'

/** The period of a K-line bar: some trading minutes of one day, or the days of one calendar span. */
export type BarPeriod = MinutePeriod | DayPeriod

/** Some trading minutes of one day. */
export interface MinutePeriod {
  readonly unit: 'minute'
  /** Trading minutes in a bar. The last bar of a day may have fewer. */
  readonly minutes: number
}

/** The trading days of one calendar span. */
export interface DayPeriod {
  readonly unit: 'day'
  /** First epoch day of the span that contains a day. It labels the bar. */
  spanStart(epochDay: number): number
}

const DAY: DayPeriod = { unit: 'day', spanStart: (epochDay) => epochDay }
/** Weeks begin on Monday. */
const WEEK: DayPeriod = { unit: 'day', spanStart: (epochDay) => epochDay - ((weekdayOf(epochDay) + 6) % 7) }
const MONTH: DayPeriod = { unit: 'day', spanStart: (epochDay) => monthStart(epochDay, 1) }
const QUARTER: DayPeriod = { unit: 'day', spanStart: (epochDay) => monthStart(epochDay, 3) }
const YEAR: DayPeriod = { unit: 'day', spanStart: (epochDay) => monthStart(epochDay, 12) }

const PERIODS: ReadonlyMap<number, BarPeriod> = new Map<number, BarPeriod>([
  [KLType._1Min, minutes(1)],
  [KLType._3Min, minutes(3)],
  [KLType._5Min, minutes(5)],
  [KLType._10Min, minutes(10)],
  [KLType._15Min, minutes(15)],
  [KLType._30Min, minutes(30)],
  [KLType._60Min, minutes(60)],
  [KLType._120Min, minutes(120)],
  [KLType._180Min, minutes(180)],
  [KLType._240Min, minutes(240)],
  [KLType.Day, DAY],
  [KLType.Week, WEEK],
  [KLType.Month, MONTH],
  [KLType.Quarter, QUARTER],
  [KLType.Year, YEAR],
])

/** The period of a `Qot_Common.KLType`; null for an unknown number. */
export function barPeriodOf(klType: number): BarPeriod | null {
  return PERIODS.get(klType) ?? null
}

function minutes(count: number): MinutePeriod {
  return { unit: 'minute', minutes: count }
}

function monthStart(epochDay: number, monthsPerSpan: number): number {
  const { year, month } = civilDateOf(epochDay)
  return epochDayOf(year, month - ((month - 1) % monthsPerSpan), 1)
}
