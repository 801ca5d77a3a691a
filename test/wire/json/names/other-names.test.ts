import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API_ENDPOINTS } from '../../../../src/endpoints.ts'
import { checkBody } from '../../../../src/wire/json/json-check.ts'
import { enumNumber } from '../../../../src/wire/json/names/json-enum.ts'
import { namesOf } from '../../../../src/wire/json/names/json-names.ts'
import { OTHER_FIELDS, OTHER_VALUES } from '../../../../src/wire/json/names/other-names.ts'

function problemOf(message: string, body: Readonly<Record<string, string | number>>) {
  const checked = checkBody(message, body)
  assert.ok(!checked.ok, `${JSON.stringify(body)} was accepted`)
  return checked.failure
}

test('names of other products are refused, and the name of this one is suggested', () => {
  for (const [given, meant] of [
    ['quantity', 'qty'],
    ['orderSide', 'trd_side'],
    ['account_id', 'acc_id'],
    ['tif', 'time_in_force'],
    ['stop_price', 'aux_price'],
  ] as const) {
    const failure = problemOf('Trd_PlaceOrder.C2S', { [given]: 1 })
    assert.ok(failure.code === 'request.unknown_field' && failure.path === given)
    assert.equal(failure.nearest, meant)
  }
  const autype = problemOf('Qot_GetKL.C2S', { autype: 'qfq' })
  assert.ok(autype.code === 'request.unknown_field' && autype.nearest === 'rehab_type')
})

test('values of other products are refused, and the value of this one is suggested', () => {
  for (const [field, given, meant] of [
    ['order_type', 'LIMIT', 'NORMAL (a limit order)'],
    ['trd_side', 'short', 'SELL_SHORT, or SELL, which OpenD turns into a short sale'],
    ['time_in_force', 'good-till-cancelled', 'GTC'],
  ] as const) {
    const failure = problemOf('Trd_PlaceOrder.C2S', { [field]: given })
    assert.ok(failure.code === 'request.invalid_value' && failure.path === field)
    assert.ok(failure.expected.endsWith(`; did you mean ${meant}?`), failure.expected)
  }
})

test('every suggestion is a name that is accepted, and no suggested-for name is itself one', () => {
  const protocols = API_ENDPOINTS.map(({ protocol }) => protocol)
  const fields = new Set(protocols.flatMap((name) => [...namesOf(`${name}.C2S`).slots.keys()]))
  for (const name of Object.values(OTHER_FIELDS).flat()) assert.ok(fields.has(name), name)
  for (const [enumName, values] of Object.entries(OTHER_VALUES)) {
    for (const [given, meant] of Object.entries(values)) {
      assert.equal(enumNumber(enumName, given), null, `${given} is a name of ${enumName}`)
      assert.notEqual(enumNumber(enumName, meant.split(/[ ,]/)[0] ?? ''), null, meant)
    }
  }
})
