import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBody, type CheckOptions } from '../../../src/wire/json/json-check.ts'
import { MAX_PROBLEMS } from '../../../src/wire/json/json-problem.ts'
import type { JsonValue } from '../../../src/wire/json/json-text.ts'

/** All problems of a refused body, each as `code path`. */
function problemsOf(messageName: string, body: JsonValue, options?: CheckOptions): readonly string[] {
  const checked = checkBody(messageName, body, options)
  if (checked.ok) assert.fail(`accepted: ${JSON.stringify(body)}`)
  const { failure } = checked
  assert.ok('path' in failure && 'others' in failure && failure.others !== undefined)
  return [failure, ...failure.others].map(({ code, path }) => `${code.replace('request.', '')} ${path}`)
}

const ORDER: CheckOptions = { optionalFields: ['packetID'] }

test('what is wrong comes in the order of the body, what is missing after it', () => {
  assert.deepEqual(problemsOf('Trd_PlaceOrder.C2S', { qty: '100', trd_env: 7, prise: 1, code: 5 }, ORDER), [
    'invalid_value qty',
    'invalid_value trd_env',
    'unknown_field prise',
    'invalid_value code',
    'missing_field acc_id',
    'missing_field trd_market',
    'missing_field trd_side',
    'missing_field order_type',
  ])
})

test('a body without anything lacks every required field, the header as one', () => {
  assert.deepEqual(problemsOf('Trd_PlaceOrder.C2S', { c2s: {} }, ORDER), [
    'missing_field c2s.header',
    'missing_field c2s.trd_side',
    'missing_field c2s.order_type',
    'missing_field c2s.code',
    'missing_field c2s.qty',
  ])
})

test('a field with a wrong value is not missing too, in the header neither', () => {
  const rest = { trd_side: 1, order_type: 1, code: '00700' }
  assert.deepEqual(problemsOf('Trd_PlaceOrder.C2S', { ...rest, header: 'real', qty: null, price: 'x' }, ORDER), [
    'invalid_value header',
    'invalid_value price',
    'missing_field qty',
  ])
  assert.deepEqual(problemsOf('Trd_PlaceOrder.C2S', { ...rest, qty: 1, header: { trd_env: 2, acc_id: -1 } }, ORDER), [
    'invalid_value header.trd_env',
    'invalid_value header.acc_id',
    'missing_field header.trd_market',
  ])
})

test('elements are named by their index, and members beside c2s with what is wrong inside it', () => {
  assert.deepEqual(problemsOf('Qot_GetBasicQot.C2S', { symbols: ['HK.00700', 'nonsense', { market: 1 }, 7] }), [
    'invalid_value symbols[1]',
    'missing_field symbols[2].code',
    'invalid_value symbols[3]',
  ])
  assert.deepEqual(problemsOf('Qot_GetRT.C2S', { symbol: 1, c2s: { symbols: 2 } }), [
    'invalid_value symbol',
    'unknown_field c2s.symbols',
    'missing_field c2s.security',
  ])
})

test('a field that the endpoint does not take is unknown, and one of several must be given', () => {
  const needs = { needsOneOf: ['securityList', 'isUnsubAll'], refusedFields: new Set(['session']) }
  const body = { is_sub_or_un_sub: true, sub_type_list: [1], security_list: [], session: 1 }
  assert.deepEqual(problemsOf('Qot_Sub.C2S', body, needs), ['unknown_field session', 'missing_field security_list'])
})

test('the list is bounded, whatever the body is made of', () => {
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`f${index}`, index]))
  const wrong = { symbols: Array.from({ length: 100 }, () => 'nonsense') }
  assert.equal(problemsOf('Qot_GetBasicQot.C2S', unknown).length, MAX_PROBLEMS)
  assert.equal(problemsOf('Qot_GetBasicQot.C2S', wrong).length, MAX_PROBLEMS)
  assert.equal(problemsOf('Qot_GetBasicQot.C2S', { ...unknown, c2s: unknown }).length, MAX_PROBLEMS)
})
