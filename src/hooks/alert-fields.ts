import { parseTimestamp } from '../base/time/civil-date.ts'
import { fail, type Failed } from '../base/result.ts'
import type { FieldRule } from '../wire/json/json-fields.ts'
import type { JsonValue } from '../wire/json/json-text.ts'
import { visibleText } from '../wire/json/security-text.ts'

/**
 * Values of alert bodies. Templates of alert services put every value into quotes, so numbers are accepted as text. A
 * placeholder that was not filled in, or filled in with nothing, is refused, because the order would not be the one
 * that the sender meant.
 */

/** Longest text of a field that has a meaning here. TradingView cuts a message at 4,096 characters. */
const MAX_TEXT_CHARS = 200

/** Digits with or without separators of thousands: `1,234.5` is 1234.5, and `1.234,5` is refused. */
const NUMBER_TEXT = /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,12})?$/

/** 10 digits are Unix seconds until the year 2286, 13 digits are Unix ms. */
const EPOCH = /^(?:\d{10}|\d{13})$/

const PLACEHOLDER = /\{\{|\}\}/

/** A text of 1 to 200 characters. */
export const ALERT_TEXT = textRule('a text of 1 to 200 characters', (text) =>
  text.length <= MAX_TEXT_CHARS ? text : null,
)

/** A number of either sign. */
export const SIGNED = numberRule('a number such as 100, -100 or "1,000.5"', () => true)

/** A number of 0 or more. */
export const UNSIGNED = numberRule('a number of 0 or more, such as 100 or "1,000.5"', (value) => value >= 0)

/** A number over 0. */
export const POSITIVE = numberRule('a number over 0, such as 100 or "1,000.5"', (value) => value > 0)

/** A time as Unix ms. */
export const ALERT_TIME: FieldRule<number> = {
  expected: 'a time such as {{timenow}}, "2026-11-27T02:00:00Z", or Unix seconds or milliseconds',
  read: (value) => {
    if (typeof value === 'number') return epochMs(String(value))
    return typeof value === 'string' ? (parseTimestamp(value.trim()) ?? epochMs(value.trim())) : null
  },
}

/** true or false, also as text. */
export const ALERT_FLAG: FieldRule<boolean> = {
  expected: 'true or false',
  read: (value) => {
    const word = typeof value === 'string' ? value.trim().toLowerCase() : value
    if (word === true || word === 'true') return true
    // A refused value is null; false is a value.
    return word === false || word === 'false' ? false : null
  },
}

/** Any value: the field is known and has no effect. */
export const IGNORED: FieldRule<true> = { expected: 'any value', read: () => true }

/** A field that the sender's product has and this one does not carry out. Ignoring it would change the order. */
export function unsupported(what: string): FieldRule<never> {
  return { expected: `nothing: ${what}`, read: () => null }
}

/** One of the words, in any letter case, with its meaning. */
export function words<const Meaning>(meanings: Readonly<Record<string, Meaning>>): FieldRule<Meaning> {
  return textRule(`one of ${Object.keys(meanings).join(', ')}`, (text) => {
    const word = text.toLowerCase()
    return Object.hasOwn(meanings, word) ? (meanings[word] ?? null) : null
  })
}

/** A number over 0 and up to 100, with or without a per cent sign. */
export const PERCENT: FieldRule<number> = {
  expected: 'per cent over 0 and up to 100, such as 25 or "25%"',
  read: (value) => {
    const number = numberOf(typeof value === 'string' ? value.trim().replace(/\s*%$/, '') : value)
    return number !== null && number > 0 && number <= 100 ? number : null
  },
}

/** The number that a value of an alert means; null if it is none. */
export function numberOf(value: JsonValue): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string') return null
  const text = visibleText(value)
  return NUMBER_TEXT.test(text) ? Number(text.replaceAll(',', '')) : null
}

/** Refuses a value that is valid by itself and does not fit the others. `expected` completes "expected ...". */
export function misfit(path: string, expected: string): Failed {
  return fail({ code: 'request.invalid_value', path, expected })
}

/** Refuses a body without a field that is needed because of another one. */
export function missing(path: string, expected: string): Failed {
  return fail({ code: 'request.missing_field', path, expected })
}

function numberRule(expected: string, isValid: (value: number) => boolean): FieldRule<number> {
  return {
    expected,
    read: (value) => {
      const number = numberOf(value)
      return number !== null && isValid(number) ? number : null
    },
  }
}

function textRule<Value>(expected: string, parse: (text: string) => Value | null): FieldRule<Value> {
  return {
    expected: `${expected}, with every placeholder filled in`,
    read: (value) => {
      const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
      if (typeof text !== 'string' || PLACEHOLDER.test(text)) return null
      const visible = visibleText(text)
      return visible === '' ? null : parse(visible)
    },
  }
}

function epochMs(text: string): number | null {
  if (!EPOCH.test(text)) return null
  return text.length === 10 ? Number(text) * 1_000 : Number(text)
}
