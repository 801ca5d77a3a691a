import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBody } from '../../../src/wire/json/json-check.ts'
import type { JsonValue } from '../../../src/wire/json/json-text.ts'
import { TIME_EXPECTATION } from '../../../src/wire/json/time-text.ts'

function checked(time: JsonValue) {
  return checkBody('Trd_GetOrderList.C2S', {
    header: { trd_env: 0, acc_id: 1, trd_market: 1 },
    filter_conditions: { begin_time: time },
  })
}

for (const text of [
  '2026-11-01',
  '2024-02-29',
  '2026-11-01 09:30:00',
  '2026-11-01 09:30:00.123',
  '2026-11-01T00:00:00Z',
  '2026-11-01T00:00:00.250+08:00',
  '',
]) {
  test(`the time "${text}" goes through`, () => {
    const result = checked(text)
    assert.ok(result.ok)
    assert.partialDeepStrictEqual(result.value, { filterConditions: { beginTime: text } })
  })
}

for (const [given, hint] of [
  ['2026/11/01', '; did you mean "2026-11-01"?'],
  ['2026.11.1', '; did you mean "2026-11-01"?'],
  ['2026-11-1', '; did you mean "2026-11-01"?'],
  ['2026/11/01 9:30', '; did you mean "2026-11-01 09:30:00"?'],
  ['2026-11-01T09:30:00', '; did you mean "2026-11-01 09:30:00"?'],
  ['2026-11-01 09:30', '; did you mean "2026-11-01 09:30:00"?'],
  ['20261101', '; did you mean "2026-11-01"?'],
  [20261101, '; did you mean "2026-11-01"?'],
  [1793491200000, '; did you mean "2026-11-01T00:00:00Z"?'],
  ['1793491200000', '; did you mean "2026-11-01T00:00:00Z"?'],
  [1793491200, '; did you mean "2026-11-01T00:00:00Z"?'],
  ['2026-02-30', '; 2026-02-30 is not a date'],
  ['2026-02-30 10:00:00', '; 2026-02-30 is not a date'],
  ['2026-02-30T00:00:00Z', '; 2026-02-30 is not a date'],
  ['2026-13-01', '; 2026-13-01 is not a date'],
  ['2026-11-01 25:00:00', ''],
  ['01/11/2026', ''],
  ['yesterday', ''],
  [true, ''],
  [1, ''],
] as const) {
  test(`the time ${JSON.stringify(given)} is refused here${hint}`, () => {
    const result = checked(given)
    assert.ok(!result.ok)
    assert.deepEqual(result.failure, {
      code: 'request.invalid_value',
      path: 'filter_conditions.begin_time',
      expected: `${TIME_EXPECTATION}${hint}`,
    })
  })
}
