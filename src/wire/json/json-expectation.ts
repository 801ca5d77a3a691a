import { describeRange, rangeOf } from '../field-range.ts'
import { describeEnum } from './names/json-enum.ts'
import { TRADE_HEADER } from './names/json-names.ts'
import { SECURITY_PREFIXES } from '../market-prefix.ts'
import type { Field, ScalarKind } from '../schema.ts'
import { SECURITY } from './security-text.ts'
import { isTimeField, TIME_EXPECTATION } from './time-text.ts'

const TRD_ENV = 'Trd_Common.TrdEnv'

/** The expected form of a security. */
export const SECURITY_EXPECTATION = `an object with market and code, or a string such as "HK.00700" (prefixes ${SECURITY_PREFIXES.join(', ')})`

/** The expected value of a field, completing "expected ...": `a finite number`, `one of Buy=1, Sell=2, ...`. */
export function describeExpectation(field: Field): string {
  return field.rule === 'repeated' ? `a list, each element ${describeElement(field)}` : describeElement(field)
}

/** The expected value of one element of a repeated field; for other fields the same as `describeExpectation`. */
export function describeElement(field: Field): string {
  // Many documents list 1 = simulate and 2 = real. With only "0 or 1", their readers would send 1 for simulate.
  if (field.enumName === TRD_ENV) {
    return '0 (simulate) or 1 (real); documents with 1 = simulate and 2 = real are wrong'
  }
  if (field.enumName !== null) return describeEnum(field.enumName)
  if (isTimeField(field)) return TIME_EXPECTATION
  const range = rangeOf(field)
  if (range !== null) return describeRange(range)
  if (field.kind !== 'message') return SCALAR_WORDS[field.kind]
  if (field.messageName === SECURITY) return SECURITY_EXPECTATION
  if (field.messageName === TRADE_HEADER) {
    return 'an object with trd_env, acc_id and trd_market, or these three fields next to the other fields'
  }
  return 'an object'
}

const SCALAR_WORDS: Readonly<Record<ScalarKind, string>> = {
  int32: 'an integer from -2147483648 to 2147483647',
  uint32: 'an integer from 0 to 4294967295',
  int64: 'a signed 64-bit integer (a JSON integer or a decimal string)',
  uint64: 'an unsigned 64-bit integer (a JSON integer or a decimal string)',
  double: 'a finite number',
  float: 'a finite number that fits 32 bits',
  bool: 'true or false',
  string: 'a string of valid Unicode',
  bytes: 'a base64 string with padding',
}
