import { decodeBase64 } from './json-base64.ts'
import { rangeOf } from '../field-range.ts'
import { enumNumber, suggestEnumValue } from './names/json-enum.ts'
import { describeElement } from './json-expectation.ts'
import { JsonProblem } from './json-problem.ts'
import type { JsonValue } from './json-text.ts'
import type { WireScalar } from './json-wire-value.ts'
import type { Field, ScalarKind } from '../schema.ts'
import { checkTime, isTimeField } from './time-text.ts'

const INT32_MIN = -(2 ** 31)
const INT32_MAX = 2 ** 31 - 1
const UINT32_MAX = 2 ** 32 - 1
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n

/** A decimal integer in its shortest form. The longest 64-bit ones have 20 digits, or 19 digits and a sign. */
const DECIMAL = /^-?(?:0|[1-9][0-9]{0,19})$/

/**
 * Converts a JSON value to the scalar of a field. For an invalid value, returns a `JsonProblem` with a hint if there is
 * one, otherwise null. Ambiguous values are invalid: a number in quotes (except for 64-bit integers), 0 or 1 for a
 * bool, a fraction for an integer. `1.0` is the integer 1, because JSON has one kind of number.
 */
export function checkScalar(field: Field, value: JsonValue): WireScalar | JsonProblem | null {
  if (field.enumName !== null) {
    return typeof value === 'number' || typeof value === 'string' ? checkEnum(field, field.enumName, value) : null
  }
  if (isTimeField(field)) return checkTime(value)
  if (field.kind === 'message') throw new Error(`${field.name} is a message, not a scalar`)
  return READERS[field.kind](value, field)
}

function checkEnum(field: Field, enumName: string, value: number | string): number | JsonProblem | null {
  const number = enumNumber(enumName, value)
  const meant = number === null && typeof value === 'string' ? suggestEnumValue(enumName, value) : null
  return meant === null ? number : JsonProblem.invalid(`${describeElement(field)}; did you mean ${meant}?`)
}

const READERS: Readonly<Record<ScalarKind, (value: JsonValue, field: Field) => WireScalar | null>> = {
  int32: (value, field) => inRange(integerBetween(value, INT32_MIN, INT32_MAX), field),
  uint32: (value) => integerBetween(value, 0, UINT32_MAX),
  int64: (value) => bigintBetween(value, INT64_MIN, INT64_MAX),
  uint64: readUint64,
  double: (value) => finite(value, (number) => number),
  float: (value) => finite(value, Math.fround),
  bool: (value) => (typeof value === 'boolean' ? value : null),
  // A lone surrogate has no UTF-8 encoding, which a proto string needs.
  string: (value) => (typeof value === 'string' && value.isWellFormed() ? value : null),
  bytes: (value) => (typeof value === 'string' ? decodeBase64(value) : null),
}

function integerBetween(value: JsonValue, min: number, max: number): number | null {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) return null
  // Adding 0 converts the -0 that JSON allows to 0.
  return value + 0
}

function inRange(number: number | null, field: Field): number | null {
  const range = number === null ? null : rangeOf(field)
  if (number === null || range === null) return number
  const [least, most] = range
  return number >= least && number <= (most ?? number) ? number : null
}

function bigintBetween(value: JsonValue, min: bigint, max: bigint): bigint | null {
  const integer = toBigint(value)
  return integer !== null && integer >= min && integer <= max ? integer : null
}

/** Reads an unsigned 64-bit integer from a JSON integer or a decimal string in its shortest form; otherwise null. */
export function readUint64(value: JsonValue): bigint | null {
  return bigintBetween(value, 0n, UINT64_MAX)
}

function toBigint(value: JsonValue): bigint | null {
  if (typeof value === 'bigint') return value
  // A double over 2^53 - 1 came from a text such as 1e17 or 12345678901234567.0 and may have lost digits.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null
  return typeof value === 'string' && DECIMAL.test(value) ? BigInt(value) : null
}

/** A number that is still finite after `round` has converted it to the field's width. */
function finite(value: JsonValue, round: (number: number) => number): number | null {
  if (typeof value !== 'number' && typeof value !== 'bigint') return null
  const number = Number(value)
  return Number.isFinite(round(number)) ? number : null
}
