import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp } from '../../proto/enums.ts'
import { readKeyTable } from '../../src/auth/key-table.ts'
import { unenforcedLimits } from '../../src/auth/order-policy.ts'

function keyWith(fields: object) {
  const record = { id: 'k', hash: '0'.repeat(64), scopes: ['trade:real'], ...fields }
  const [key] = readKeyTable(JSON.stringify({ version: 1, keys: [record] }), [])
  assert.ok(key)
  return key
}

const LIMITS = {
  allowed_markets: ['HK'],
  allowed_symbols: ['HK.00700'],
  allowed_trd_sides: ['BUY'],
  hours_window: '09:30-16:00',
  max_order_value: 0,
  max_orders_per_minute: 0,
  max_daily_value: 1,
}

test('every single limit is named, also one of zero', () => {
  for (const [name, limit] of Object.entries(LIMITS)) {
    assert.deepEqual(unenforcedLimits(keyWith({ [name]: limit }), {}), [name])
  }
  assert.deepEqual(unenforcedLimits(keyWith(LIMITS), {}).toSorted(), Object.keys(LIMITS).toSorted())
})

test('a key without order limits, and a JWT, are not held up', () => {
  assert.deepEqual(unenforcedLimits(keyWith({ allowed_acc_ids: [1], allowed_trd_sides: [] }), {}), [])
  assert.deepEqual(unenforcedLimits(null, {}), [])
})

test('of all changes to an order only the cancel goes through', () => {
  for (const op of Object.values(ModifyOrderOp)) {
    const isCancel = op === ModifyOrderOp.Cancel
    assert.equal(unenforcedLimits(keyWith(LIMITS), { modifyOrderOp: op }).length === 0, isCancel, String(op))
  }
})
