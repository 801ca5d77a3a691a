import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBody } from '../../src/wire/json/json-check.ts'
import type { JsonObject } from '../../src/wire/json/json-text.ts'

const K_LINES = { symbol: 'HK.00700', rehab_type: 0, kl_type: 'K_DAY' }
const HISTORY = { ...K_LINES, begin_time: '2026-11-01', end_time: '2026-11-20' }
const WARRANTS = { begin: 0, num: 200, sort_field: 'CODE', ascend: true }
const FILTER = { begin: 0, num: 200, market: 'HK' }

for (const [messageName, body, name, taken, refused, expected] of [
  ['Qot_GetKL.C2S', K_LINES, 'req_num', [1, 1000], [0, -5, 1001, 10_000], 'an integer from 1 to 1000'],
  ['Qot_GetTicker.C2S', { symbol: 'HK.00700' }, 'max_ret_num', [1, 1000], [0, 1001], 'an integer from 1 to 1000'],
  ['Qot_GetOrderBook.C2S', { symbol: 'HK.00700' }, 'num', [1, 60, 10_000], [0, -1], 'an integer, 1 or more'],
  ['Qot_RequestHistoryKL.C2S', HISTORY, 'max_ack_kl_num', [1, 1000, 5000], [0, -1], 'an integer, 1 or more'],
  ['Qot_GetWarrant.C2S', WARRANTS, 'num', [0, 200], [-1, 201], 'an integer from 0 to 200'],
  ['Qot_GetWarrant.C2S', WARRANTS, 'begin', [0, 5000], [-1], 'an integer, 0 or more'],
  ['Qot_StockFilter.C2S', FILTER, 'num', [0, 200], [-1, 201], 'an integer from 0 to 200'],
  ['Qot_StockFilter.C2S', FILTER, 'begin', [0, 5000], [-1], 'an integer, 0 or more'],
] as const satisfies readonly (readonly [string, JsonObject, string, readonly number[], readonly number[], string])[]) {
  test(`${name} of ${messageName} is ${expected}`, () => {
    for (const number of taken) assert.ok(checkBody(messageName, { ...body, [name]: number }).ok, `${number}`)
    for (const value of [...refused, 1.5, '1']) {
      const checked = checkBody(messageName, { ...body, [name]: value })
      assert.ok(!checked.ok, `${value}`)
      assert.deepEqual(checked.failure, { code: 'request.invalid_value', path: name, expected })
    }
  })
}
