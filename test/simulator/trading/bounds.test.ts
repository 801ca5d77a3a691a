import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp, OrderStatus, TimeInForce } from '../../../proto/enums.ts'
import { MAX_EVENTS, MAX_FILLS_PER_ACCOUNT, MAX_ORDERS_PER_ACCOUNT } from '../../../src/simulator/trading/bounds.ts'
import { idOf } from '../../../src/simulator/trading/identifiers.ts'
import { TENCENT, hongKongMs, print } from './scripted-market.ts'
import { REAL_HK, TradingRig } from './trading-rig.ts'

test('an account forgets its oldest finished orders and never an open one', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  const kept = hub.place({ price: 90, timeInForce: TimeInForce.GTC })
  let last = kept
  for (let count = 0; count < MAX_ORDERS_PER_ACCOUNT + 50; count += 1) {
    last = hub.place({ price: 90 })
    hub.modify(last, { modifyOrderOp: ModifyOrderOp.Cancel })
  }
  const orders = hub.accounts.account(REAL_HK.accID)?.orders ?? []
  assert.equal(orders.length, MAX_ORDERS_PER_ACCOUNT)
  assert.equal(orders[0]?.orderIdEx, kept.orderIdEx)
  assert.equal(orders.at(-1)?.orderIdEx, last.orderIdEx)
})

test('fills, cash movements and uncollected pushes are bounded, and the books still balance', () => {
  const hub = new TradingRig(hongKongMs(9, 35)).unlock()
  hub.scripted.books.set(TENCENT.code, { bids: [], asks: [] })
  const startMs = hongKongMs(9, 36)
  hub.scripted.tapes.set(
    TENCENT.code,
    Array.from({ length: 6000 }, (_, at) => print(startMs + at * 1000, 1, 100)),
  )
  const order = hub.place({ price: 1.5, qty: 600_000 })
  hub.advanceTo(hongKongMs(13))
  const account = hub.accounts.account(REAL_HK.accID)
  assert.equal(order.status, OrderStatus.Filled_All)
  assert.equal(account?.fills.length, MAX_FILLS_PER_ACCOUNT)
  assert.ok(hub.accounts.state.events.length <= MAX_EVENTS)
  assert.equal(account.positions[0]?.qty, 600_000)
  assert.equal(account.cash[0]?.balance, 1_000_000_00 - 900_000_00 - order.feesPaid)
})

test('ids never meet, and none fits a double or overflows a signed 64-bit integer', () => {
  const seen = new Set<bigint>()
  for (let counter = 1; counter <= 50_000; counter += 1) {
    const id = idOf(counter)
    assert.ok(id > 2n ** 53n && id < 2n ** 63n)
    seen.add(id)
  }
  assert.equal(seen.size, 50_000)
})
