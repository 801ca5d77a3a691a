import { isCalendarDate, parseTimestamp } from '../base/timestamp.ts'
import { Problem } from './json-problem.ts'
import type { JsonValue } from './json-text.ts'
import type { Field } from './schema.ts'

/** Fields of requests that hold a time, by proto name. The schema has them as strings. */
const TIME_FIELDS = new Set(['beginTime', 'endTime', 'maturityTimeMin', 'maturityTimeMax', 'expireTime'])

/** What such a field takes. */
export const TIME_EXPECTATION =
  'a time on the clock of the market, as "2026-11-01" or "2026-11-01 09:30:00", or one with its zone, as "2026-11-01T09:30:00Z"'

/** The forms that OpenD takes. */
const ON_MARKET_CLOCK = /^\d{4}-\d\d-\d\d(?: (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?)?$/

const LOOSE = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d\d)(?::(\d\d))?)?$/
const DIGITS = /^(\d{4})(\d\d)(\d\d)$/
const EPOCH = /^(?:\d{10}|\d{13})$/

/** Whether a field holds a time of a request. */
export function isTimeField({ name, kind }: Field): boolean {
  return kind === 'string' && TIME_FIELDS.has(name)
}

/**
 * The text of a time: one of OpenD's forms, or RFC 3339 with a zone, which `withMarketTimes` turns into OpenD's. An empty
 * text is no time, as OpenD has it. The problem says which text is probably meant: a date with slashes, digits without
 * separators and epochs are refused, as their readers differ.
 */
export function checkTime(value: JsonValue): string | Problem {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') return Problem.invalid(TIME_EXPECTATION)
  const [date] = /^\d{4}-\d\d-\d\d/.exec(text) ?? []
  if (date !== undefined && !isCalendarDate(date)) return Problem.invalid(`${TIME_EXPECTATION}; ${date} is no date`)
  if (typeof value === 'string' && (value === '' || ON_MARKET_CLOCK.test(value) || parseTimestamp(value) !== null))
    return value
  const meant = suggestTime(text)
  return Problem.invalid(meant === null ? TIME_EXPECTATION : `${TIME_EXPECTATION}; did you mean "${meant}"?`)
}

function suggestTime(text: string): string | null {
  if (EPOCH.test(text)) return new Date(Number(text.padEnd(13, '0'))).toISOString().replace('.000Z', 'Z')
  const [, year = '', , month = '', day = '', hour = '', minute = '', second = '00'] = LOOSE.exec(text) ?? []
  const [, digitYear = year, digitMonth = month, digitDay = day] = DIGITS.exec(text) ?? []
  const date = `${digitYear}-${digitMonth.padStart(2, '0')}-${digitDay.padStart(2, '0')}`
  const meant = hour === '' ? date : `${date} ${hour.padStart(2, '0')}:${minute}:${second}`
  return ON_MARKET_CLOCK.test(meant) && isCalendarDate(date) ? meant : null
}
