import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KeyRecord } from '../../src/auth/key-record.ts'
import { readKeyTable } from '../../src/auth/key-table.ts'
import { orderLimitsOf } from '../../src/accounts/allowed-accounts.ts'
import { NO_LIMITS } from '../../src/limits/key-limits.ts'

function keyWith(fields: object): KeyRecord {
  const record = { id: 'k', hash: '0'.repeat(64), scopes: ['trade:real'], ...fields }
  const [key] = readKeyTable(JSON.stringify({ version: 1, keys: [record] }), [])
  assert.ok(key)
  return key
}

test('every single limit is enforced, also one of zero', () => {
  const limits = [
    ['allowed_markets', ['HK'], 'allowedMarkets'],
    ['allowed_symbols', ['HK.00700'], 'allowedSymbols'],
    ['allowed_trd_sides', ['BUY'], 'allowedTrdSides'],
    ['hours_window', '09:30-16:00', 'hoursWindow'],
    ['max_order_value', 0, 'maxOrderValue'],
    ['max_daily_value', { HKD: 0 }, 'maxDailyValue'],
    ['max_orders_per_minute', 0, 'maxOrdersPerMinute'],
  ] as const
  for (const [name, value, limit] of limits) {
    assert.deepEqual(orderLimitsOf(keyWith({ [name]: value }), null), { ...NO_LIMITS, [limit]: value })
  }
})

test('a key without order limits, and a JWT, have none', () => {
  assert.equal(orderLimitsOf(keyWith({ allowed_trd_sides: [] }), null), null)
  assert.equal(orderLimitsOf(null, null), null)
})

test('accounts that stand for nothing allow nothing', () => {
  assert.deepEqual(orderLimitsOf(keyWith({ allowed_card_nums: ['1234'] }), new Set()), {
    ...NO_LIMITS,
    allowedAccIds: [],
  })
})
