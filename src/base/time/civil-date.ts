/**
 * Calendar dates without a time zone, as days since 1970-01-01 ("epoch days"), in the proleptic Gregorian calendar.
 * The arithmetic uses 400-year cycles of 146,097 days that start on 1 March, so that the leap day is the last day.
 */
export interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

const DAYS_PER_CYCLE = 146_097
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_SHIFT_DAYS = 719_468

/** The epoch day of a date. A day past the end of its month is in the next month. */
export function epochDayOf(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year
  const cycle = Math.floor(shiftedYear / 400)
  const yearOfCycle = shiftedYear - cycle * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear
  return cycle * DAYS_PER_CYCLE + dayOfCycle - EPOCH_SHIFT_DAYS
}

/** The date of an epoch day. */
export function civilDateOf(epochDay: number): CivilDate {
  const shifted = epochDay + EPOCH_SHIFT_DAYS
  const cycle = Math.floor(shifted / DAYS_PER_CYCLE)
  const dayOfCycle = shifted - cycle * DAYS_PER_CYCLE
  const yearOfCycle = Math.floor(
    (dayOfCycle - Math.floor(dayOfCycle / 1460) + Math.floor(dayOfCycle / 36_524) - Math.floor(dayOfCycle / 146_096)) /
      365,
  )
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return {
    year: yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  }
}

/** 0 Sunday to 6 Saturday; 1970-01-01 was a Thursday. */
export function weekdayOf(epochDay: number): number {
  return (((epochDay + 4) % 7) + 7) % 7
}

/** `YYYY-MM-DD`. */
export function dateText(epochDay: number): string {
  const { year, month, day } = civilDateOf(epochDay)
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`
}

/** The epoch day of a text that begins with `YYYY-MM-DD`. */
export function dayOfText(text: string): number {
  return Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / 86_400_000
}

/** `HH:MM:SS` of a second of the day. */
export function clockText(secondOfDay: number): string {
  const hour = Math.floor(secondOfDay / 3600)
  const minute = Math.floor(secondOfDay / 60) % 60
  return `${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(secondOfDay % 60)}`
}

/** A date with a second of the day, from a caller's text. */
export interface LocalTime {
  readonly epochDay: number
  /** Null when only a date was given. */
  readonly secondOfDay: number | null
}

/** Reads `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS` (a fraction of a second is ignored); null for any other text. */
export function parseLocalTime(text: string): LocalTime | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?)?$/.exec(text.trim())
  if (match === null) return null
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const epochDay = epochDayOf(year, month, day)
  const read = civilDateOf(epochDay)
  if (read.year !== year || read.month !== month || read.day !== day) return null
  if (match[4] === undefined) return { epochDay, secondOfDay: null }
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])]
  if (hour > 23 || minute > 59 || second > 59) return null
  return { epochDay, secondOfDay: hour * 3600 + minute * 60 + second }
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/**
 * Unix time in ms of an RFC 3339 timestamp; null for any other text. `Date.parse` alone would read 30 February as
 * 2 March, which would change an expiry without an error.
 */
export function parseTimestamp(text: string): number | null {
  const [, date, time, fraction = '', zone] = RFC3339.exec(text) ?? []
  if (date === undefined || time === undefined || zone === undefined) return null
  if (!isCalendarDate(date)) return null
  const ms = Date.parse(`${date}T${time}${fraction}${zone.toUpperCase()}`)
  return Number.isNaN(ms) ? null : ms
}

/** Whether a `YYYY-MM-DD` date exists: `Date` converts one that does not exist to another date. */
export function isCalendarDate(date: string): boolean {
  const midnightMs = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(midnightMs) && new Date(midnightMs).toISOString().startsWith(date)
}
