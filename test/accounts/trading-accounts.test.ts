import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  admitOrder,
  environmentsOf,
  readAccountList,
  type TradingAccounts,
} from '../../src/accounts/trading-accounts.ts'
import { encodeMessage } from '../../src/wire/encode.ts'

const REAL = 281_756_455_988_247_916n
const PAPER = 9_007_199_254_740_993n
const NEIGHBOUR = 9_007_199_254_740_992n

function accounts(): TradingAccounts {
  const accList = [
    { trdEnv: 1, accID: REAL },
    { trdEnv: 0, accID: PAPER },
  ]
  const read = readAccountList(encodeMessage('Trd_GetAccList.Response', { retType: 0, s2c: { accList } }))
  assert.ok(!('code' in read))
  return environmentsOf(read)
}

const both = { simulate: true, real: true }
const paperOnly = { simulate: true, real: false }

test('a token for simulated trading reaches no real account, whatever environment the body claims', () => {
  for (const trdEnv of [0, 1, 2, -1]) {
    assert.notEqual(admitOrder({ trdEnv, accID: REAL }, accounts(), paperOnly), null)
  }
  const refusal = admitOrder({ trdEnv: 1, accID: REAL }, accounts(), paperOnly)
  assert.equal(refusal?.code, 'auth.insufficient_scope')
})

test('a body that disagrees with its account is refused, in both directions', () => {
  assert.equal(admitOrder({ trdEnv: 0, accID: REAL }, accounts(), both)?.code, 'trade.environment_mismatch')
  assert.equal(admitOrder({ trdEnv: 1, accID: PAPER }, accounts(), both)?.code, 'trade.environment_mismatch')
  assert.equal(admitOrder({ trdEnv: 0, accID: PAPER }, accounts(), paperOnly), null)
  assert.equal(admitOrder({ trdEnv: 1, accID: REAL }, accounts(), both), null)
})

test('ids above 2^53 are told apart', () => {
  assert.equal(admitOrder({ trdEnv: 0, accID: NEIGHBOUR }, accounts(), both)?.code, 'trade.unknown_account')
})

test('an account list that OpenD refuses is a failure, not an empty list', () => {
  const refused = encodeMessage('Trd_GetAccList.Response', { retType: -1, retMsg: 'not logged in' })
  const read = readAccountList(refused)
  assert.ok('code' in read && read.code === 'opend.failed')
})
