import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkFailure, opendFailure } from '../../src/base/failure.ts'
import { readAccountList } from '../../src/accounts/trading-accounts.ts'
import { encodeMessage } from '../../src/wire/encode.ts'

const LONG = `no\n${'x'.repeat(1_000_000)}`
const SHOWN = `no ${'x'.repeat(497)}...`

test('a failure is kept for as long as it lasts, so the text in it is cut when it is made', () => {
  assert.deepEqual(linkFailure('gateway.init_rejected', LONG, 7), {
    code: 'gateway.init_rejected',
    detail: SHOWN,
    retryInMs: 7,
  })
  const refusal = { code: 'opend.refused', retType: -1, retMsg: SHOWN, errCode: 5 }
  assert.deepEqual(opendFailure('opend.refused', { retType: -1, retMsg: LONG, errCode: 5 }), refusal)
  const list = readAccountList(encodeMessage('Trd_GetAccList.Response', { retType: -1, retMsg: LONG }))
  assert.ok('code' in list && list.code === 'opend.failed')
  assert.equal(list.retMsg, SHOWN)
})
