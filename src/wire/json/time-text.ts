import { isCalendarDate, parseTimestamp } from '../../base/time/civil-date.ts'
import { JsonProblem } from './json-problem.ts'
import type { JsonValue } from './json-text.ts'
import type { Field } from '../schema.ts'

/** Request fields that contain a time, by proto name. They are strings in the schema. */
const TIME_FIELDS = new Set(['beginTime', 'endTime', 'maturityTimeMin', 'maturityTimeMax', 'expireTime'])

/** The expected value of such a field. */
export const TIME_EXPECTATION =
  'a time in the time zone of the market, such as "2026-11-01" or "2026-11-01 09:30:00", or a time with a zone, such as "2026-11-01T09:30:00Z"'

/** The forms that OpenD accepts. */
const MARKET_TIME = /^\d{4}-\d\d-\d\d(?: (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?)?$/

const LOOSE = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d\d)(?::(\d\d))?)?$/
const DIGITS = /^(\d{4})(\d\d)(\d\d)$/
const EPOCH = /^(?:\d{10}|\d{13})$/

/** Whether a request field contains a time. */
export function isTimeField({ name, kind }: Field): boolean {
  return kind === 'string' && TIME_FIELDS.has(name)
}

/**
 * Checks the text of a time: one of OpenD's forms, or RFC 3339 with a zone, which `withMarketTimes` converts to OpenD's
 * form. An empty text means no time, as in OpenD. Dates with slashes, digits without separators and epochs are refused,
 * because they are ambiguous; the problem then suggests a text.
 */
export function checkTime(value: JsonValue): string | JsonProblem {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') return JsonProblem.invalid(TIME_EXPECTATION)
  const [date] = /^\d{4}-\d\d-\d\d/.exec(text) ?? []
  if (date !== undefined && !isCalendarDate(date))
    return JsonProblem.invalid(`${TIME_EXPECTATION}; ${date} is not a date`)
  if (typeof value === 'string' && (value === '' || MARKET_TIME.test(value) || parseTimestamp(value) !== null))
    return value
  const meant = suggestTime(text)
  return JsonProblem.invalid(meant === null ? TIME_EXPECTATION : `${TIME_EXPECTATION}; did you mean "${meant}"?`)
}

function suggestTime(text: string): string | null {
  if (EPOCH.test(text)) return new Date(Number(text.padEnd(13, '0'))).toISOString().replace('.000Z', 'Z')
  const [, year = '', , month = '', day = '', hour = '', minute = '', second = '00'] = LOOSE.exec(text) ?? []
  const [, digitYear = year, digitMonth = month, digitDay = day] = DIGITS.exec(text) ?? []
  const date = `${digitYear}-${digitMonth.padStart(2, '0')}-${digitDay.padStart(2, '0')}`
  const meant = hour === '' ? date : `${date} ${hour.padStart(2, '0')}:${minute}:${second}`
  return MARKET_TIME.test(meant) && isCalendarDate(date) ? meant : null
}
