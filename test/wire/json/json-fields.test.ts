import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../../../src/base/failure.ts'
import {
  ACCOUNT_ID,
  AMOUNT,
  checkFields,
  type FieldRules,
  FLAG,
  listOf,
  objectOf,
  oneOf,
  required,
  tableOf,
  TEXT,
  wholeNumber,
} from '../../../src/wire/json/json-fields.ts'
import { MAX_PROBLEMS } from '../../../src/wire/json/json-problem.ts'
import { isJsonObject, parseJsonText } from '../../../src/wire/json/json-text.ts'

function check(text: string, rules: FieldRules): ReturnType<typeof checkFields> {
  const parsed = parseJsonText(text)
  assert.ok(parsed.ok && isJsonObject(parsed.value))
  return checkFields(parsed.value, rules)
}

function refusal(text: string, rules: FieldRules): Failure {
  const checked = check(text, rules)
  if (checked.ok) assert.fail(`accepted: ${text}`)
  return checked.failure
}

const RULES = {
  side: required(oneOf(['buy', 'sell'])),
  ids: listOf(ACCOUNT_ID, 2),
  caps: tableOf(AMOUNT, 'a table of amounts', (name) => name.length === 3),
  inner: objectOf({ on: required(FLAG), count: wholeNumber(1) }),
}

test('what is given is read, what is not is null, and null is not given', () => {
  const text = '{"side":"sell","ids":[18446744073709551615,"7"],"caps":{"HKD":0.5},"inner":{"on":false,"count":null}}'
  assert.deepEqual(check(text, RULES), {
    ok: true,
    value: {
      side: 'sell',
      ids: ['18446744073709551615', '7'],
      caps: new Map([['HKD', 0.5]]),
      inner: { on: false, count: null },
    },
  })
  assert.deepEqual(check('{"side":"buy","inner":null}', RULES), {
    ok: true,
    value: { side: 'buy', ids: null, caps: null, inner: null },
  })
})

test('every problem has its path and what is expected', () => {
  const text = '{"ids":[1.5,"01"],"caps":{"HKD":-1},"inner":{"count":0,"oon":true},"Side":null}'
  const expected = 'an account id: a JSON integer or a decimal string'
  assert.deepEqual(refusal(text, RULES), {
    code: 'request.invalid_value',
    path: 'ids[0]',
    expected,
    others: [
      { code: 'request.invalid_value', path: 'ids[1]', expected },
      { code: 'request.invalid_value', path: 'caps.HKD', expected: 'a finite number, 0 or more' },
      { code: 'request.invalid_value', path: 'inner.count', expected: 'a whole number, 1 or more' },
      { code: 'request.unknown_field', path: 'inner.oon', nearest: 'on' },
      { code: 'request.missing_field', path: 'inner.on', expected: 'true or false' },
      { code: 'request.unknown_field', path: 'Side', nearest: 'side' },
      { code: 'request.missing_field', path: 'side', expected: 'one of buy, sell' },
    ],
  })
  assert.deepEqual(refusal('{"side":"buy","caps":{"HK":1}}', RULES), {
    code: 'request.invalid_value',
    path: 'caps',
    expected: 'a table of amounts',
  })
  assert.deepEqual(refusal('{"side":"buy","ids":[1,2,3]}', RULES), {
    code: 'request.invalid_value',
    path: 'ids',
    expected: `a list of at most 2, each element ${expected}`,
  })
})

test('names of the prototype are unknown fields', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    assert.deepEqual(refusal(`{${JSON.stringify(name)}:1}`, { text: TEXT }), {
      code: 'request.unknown_field',
      path: name,
      nearest: null,
      allowed: ['text'],
    })
  }
})

test('the list of problems is bounded, and an object after a full list is not taken for right', () => {
  const wrong = Array.from({ length: 50 }, () => '{"on":1}').join()
  const failure = refusal(`{"all":[${wrong}],"last":{}}`, {
    all: listOf(objectOf({ on: FLAG })),
    last: objectOf({ on: required(FLAG) }),
  })
  assert.ok('others' in failure)
  assert.equal(failure.others?.length, MAX_PROBLEMS - 1)
})

test('a name of another product, and a word in another form, are refused with the one that is meant', () => {
  const rules = { acc_id: ACCOUNT_ID, scope: oneOf(['account', 'all']) }
  assert.partialDeepStrictEqual(refusal('{"account":1}', rules), { code: 'request.unknown_field', nearest: 'acc_id' })
  assert.partialDeepStrictEqual(refusal('{"scope":"Account"}', rules), {
    path: 'scope',
    expected: 'one of account, all; did you mean account?',
  })
  assert.partialDeepStrictEqual(refusal('{"scope":"everything"}', rules), { expected: 'one of account, all' })
})
