import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowedAccounts, needsAccountList } from '../../src/accounts/allowed-accounts.ts'
import { cardsOf } from '../../src/accounts/trading-accounts.ts'
import type { KeyRecord } from '../../src/auth/key-record.ts'
import { NO_LIMITS } from '../../src/limits/key-limits.ts'

const ACCOUNTS = cardsOf([
  { trdEnv: 1, accID: 11n, cardNum: '1001000011112222', uniCardNum: '1007000011118888' },
  { trdEnv: 1, accID: 12n, cardNum: '1001000011113333', uniCardNum: '1007000011118888' },
  { trdEnv: 1, accID: 13n, cardNum: '1001000099993333' },
  { trdEnv: 0, accID: 14n },
])

function keyWith(accIds: readonly bigint[] | null, cardNums: readonly string[] | null): KeyRecord {
  const { allowedAccIds: _, ...limits } = NO_LIMITS
  const rest = {
    id: 'k',
    digest: new Uint8Array(32),
    previous: null,
    scopes: new Set<never>(),
    isFrozen: false,
    notBeforeMs: null,
    expiresAtMs: null,
    addresses: null,
    note: null,
    createdAtMs: null,
    subscriptionQuota: null,
    limits,
  }
  return { ...rest, source: 'config', ancestors: [], accIds, cardNums }
}

const allowed = (accIds: readonly bigint[] | null, cardNums: readonly string[] | null): readonly bigint[] | null => {
  const set = allowedAccounts(keyWith(accIds, cardNums), ACCOUNTS)
  return set === null ? null : [...set].toSorted((left, right) => Number(left - right))
}

test('without a whitelist every account is allowed; a JWT has none', () => {
  assert.equal(allowed(null, null), null)
  assert.equal(allowedAccounts(null, ACCOUNTS), null)
})

test('ids and cards add up', () => {
  assert.deepEqual(allowed([14n], null), [14n])
  assert.deepEqual(allowed([14n], ['2222']), [11n, 14n])
  assert.deepEqual(allowed(null, ['1001000099993333']), [13n])
})

test('a card that several accounts share stands for all of them', () => {
  assert.deepEqual(allowed(null, ['1007000011118888']), [11n, 12n])
  assert.deepEqual(allowed(null, ['8888']), [11n, 12n])
})

test('four digits of two different cards, and a card that is not there, open nothing', () => {
  assert.deepEqual(allowed(null, ['3333']), [])
  assert.deepEqual(allowed(null, ['0000']), [])
  assert.deepEqual(allowed([12n], ['3333']), [12n])
})

test('only cards need the account list', () => {
  assert.equal(needsAccountList(null), false)
  assert.equal(needsAccountList(keyWith([1n], null)), false)
  assert.equal(needsAccountList(keyWith(null, ['2222'])), true)
})
