import { fail, succeed, type Result } from '../base/result.ts'
import { shownName } from '../base/shown-text.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../wire/json-text.ts'
import { nearestName } from '../wire/nearest-name.ts'
import { readJsonBody } from './body.ts'

/**
 * One field of a body or a query that is no message of OpenD. The rules are those of messages: nothing is guessed or
 * converted, null is the same as leaving it out, unknown fields are refused, and a refusal names the path.
 */
export interface PlainField<Value> {
  /** Completes the words "expected ...". */
  readonly expected: string
  /** The value, or null when it is not one. */
  readonly read: (value: JsonValue) => Value | null
}

/** The fields of a body or query, by name. */
export type PlainFields = Readonly<Record<string, PlainField<unknown>>>

/** What was given; null for what was not. */
export type PlainValues<Fields extends PlainFields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends PlainField<infer Value> ? Value | null : never
}

/** true or false. */
export const FLAG: PlainField<boolean> = {
  expected: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : null),
}

const UINT64_MAX = 2n ** 64n - 1n

/** An account id in decimal digits. */
export const ACCOUNT_ID = decimalId('an account id')

/** An order id in decimal digits. */
export const ORDER_ID = decimalId('an order id')

/** An unsigned number of 64 bits. */
function decimalId(what: string): PlainField<string> {
  return { expected: `${what}: a JSON integer or a decimal string`, read: readDecimalId }
}

function readDecimalId(value: JsonValue): string | null {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
  if (!isInteger && !(typeof value === 'string' && /^\d{1,20}$/.test(value))) return null
  const id = BigInt(value)
  return id >= 0n && id <= UINT64_MAX ? id.toString() : null
}

/** A whole number between two bounds, both included. */
export function wholeNumber(min: number, max: number): PlainField<number> {
  const read = (value: JsonValue): number | null =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : null
  return { expected: `a whole number from ${min} to ${max}`, read }
}

/** One of a few words. */
export function oneOf<Word extends string>(words: readonly Word[]): PlainField<Word> {
  return { expected: `one of ${words.join(', ')}`, read: (value) => words.find((word) => word === value) ?? null }
}

/** A text of a certain form. */
export function textLike(form: RegExp, expected: string): PlainField<string> {
  return { expected, read: (value) => (typeof value === 'string' && form.test(value) ? value : null) }
}

/**
 * The body of a call that is no message of OpenD; no body counts as `{}`. The `required` fields must stand in it, be it
 * as null. Failures: every `request.*` about bodies.
 */
export async function readPlainBody<Fields extends PlainFields>(
  request: Request,
  fields: Fields,
  required: readonly (keyof Fields & string)[] = [],
): Promise<Result<PlainValues<Fields>>> {
  const body = await readJsonBody(request)
  if (!body.ok) return body
  const { value } = body
  if (!isJsonObject(value)) return fail({ code: 'request.invalid_value', path: 'body', expected: 'a JSON object' })
  const read = readPlain(value, fields, '')
  const missing = required.find((name) => !Object.hasOwn(value, name))
  if (!read.ok || missing === undefined) return read
  return fail({ code: 'request.missing_field', path: missing, expected: fields[missing]?.expected ?? '' })
}

/**
 * The parameters of a query. A number or a flag is written as in JSON; a parameter is given once. Failures:
 * `request.unknown_field` and `request.invalid_value`, the path starting with `?`.
 */
export function readQuery<Fields extends PlainFields>(request: Request, fields: Fields): Result<PlainValues<Fields>> {
  // Most requests have no query, and parsing a URL costs more than looking for its mark.
  if (!request.url.includes('?')) return readPlain({}, fields, '?')
  const given = new Map<string, JsonValue>()
  for (const [name, text] of new URL(request.url).searchParams) {
    if (given.has(name)) {
      return fail({ code: 'request.invalid_value', path: `?${shownName(name)}`, expected: 'this parameter once' })
    }
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    given.set(name, field === undefined || field.read(text) !== null ? text : literalOf(text))
  }
  return readPlain(Object.fromEntries(given), fields, '?')
}

/** What a text says where a flag or a number is wanted. */
function literalOf(text: string): JsonValue {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^(?:0|[1-9]\d{0,8})$/.test(text) ? Number(text) : text
}

function readPlain<Fields extends PlainFields>(
  object: JsonObject,
  fields: Fields,
  prefix: string,
): Result<PlainValues<Fields>> {
  const values = new Map<string, unknown>(Object.keys(fields).map((name) => [name, null]))
  for (const [name, value] of Object.entries(object)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    const path = `${prefix}${shownName(name)}`
    if (field === undefined) {
      const allowed = Object.keys(fields)
      return fail({ code: 'request.unknown_field', path, nearest: nearestName(name, allowed), allowed })
    }
    if (value === null) continue
    const read = field.read(value)
    if (read === null) return fail({ code: 'request.invalid_value', path, expected: field.expected })
    values.set(name, read)
  }
  // Every field has its value of its own type, which the type of a map cannot say.
  return succeed(Object.fromEntries(values) as PlainValues<Fields>)
}
