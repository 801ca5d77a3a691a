import assert from 'node:assert/strict'
import { TrdSecMarket } from '../../proto/enums.ts'
import { test } from 'node:test'
import { ModifyOrderOp, TrdMarket } from '../../proto/enums.ts'
import { GATES } from '../../src/limits/gate.ts'
import { NO_LIMITS, type KeyLimits } from '../../src/limits/key-limits.ts'
import { factsOfModifyOrder, type OrderFacts } from '../../src/limits/order-facts.ts'
import { admit, check, NOW_MS, refusalOf, stateOf, STRICT } from './checking.ts'
import { modifyOrder, restingOrder, SHARES } from './sample-orders.ts'

test('cancels pass closed hours, spent budgets and broken limits; only account and market hold them', () => {
  const cancel = factsOfModifyOrder(modifyOrder({ modifyOrderOp: ModifyOrderOp.Cancel }), restingOrder())
  const closed: KeyLimits = {
    ...STRICT,
    allowedSymbols: [],
    allowedTrdSides: [],
    hoursWindow: 'nonsense',
    timeZone: 'Nowhere/Atlantis',
    maxOrderValue: 0,
    maxOrdersPerMinute: 0,
    maxDailyValue: Number.NaN,
  }
  const verdict = check(closed, cancel)
  assert.ok(verdict.isAdmitted)
  assert.equal(verdict.charge, null)
  assert.equal(verdict.gates.length, GATES.length)
  assert.equal(refusalOf(check({ ...STRICT, allowedAccIds: [1n] }, cancel)).gate, 'account')
  assert.equal(refusalOf(check({ ...STRICT, allowedMarkets: ['US'] }, cancel)).gate, 'market')
})

test('a cancel of an order that is not known touches no market that a list names', () => {
  const cancel = factsOfModifyOrder(modifyOrder({ modifyOrderOp: ModifyOrderOp.Cancel }), null)
  assert.equal(refusalOf(check(STRICT, cancel)).text, 'market not allowed: HK, not known (allowed: HK)')
  assert.equal(check({ ...STRICT, allowedMarkets: null }, cancel).isAdmitted, true)
  const american = restingOrder({ trdMarket: TrdMarket.US, secMarket: TrdSecMarket.US })
  const underHongKong = factsOfModifyOrder(modifyOrder({ modifyOrderOp: ModifyOrderOp.Cancel }), american)
  assert.equal(refusalOf(check(STRICT, underHongKong)).gate, 'market')
})

test('cancelling everything needs a market where the key is limited to some', () => {
  const cancelAll = { modifyOrderOp: ModifyOrderOp.Cancel, forAll: true }
  const unnamed = refusalOf(check(STRICT, factsOfModifyOrder(modifyOrder(cancelAll), null)))
  assert.equal(unnamed.text, 'market not allowed: HK, ALL (allowed: HK)')
  const named = factsOfModifyOrder(modifyOrder({ ...cancelAll, trdMarket: TrdMarket.HK }), null)
  assert.equal(check(STRICT, named).isAdmitted, true)
  assert.equal(check(NO_LIMITS, factsOfModifyOrder(modifyOrder(cancelAll), null)).isAdmitted, true)
})

test('a modify is held against every gate: its whole size against the order cap, its increase against the day', () => {
  const limits = { ...STRICT, maxOrderValue: 45_000, maxDailyValue: 40_000 }
  const state = stateOf({ ...limits, maxOrdersPerMinute: 9 })
  admit(state, 'placed', NOW_MS)
  const grow = (qty: number): OrderFacts => factsOfModifyOrder(modifyOrder({ qty }), restingOrder())
  const small = state.check(grow(133), SHARES, NOW_MS)
  assert.ok(small.isAdmitted)
  assert.deepEqual(small.charge, { currency: 'HKD', value: 9_900n * 10n ** 9n })
  assert.equal(refusalOf(state.check(grow(134), SHARES, NOW_MS)).gate, 'daily_value')
  assert.equal(refusalOf(state.check(grow(151), SHARES, NOW_MS)).gate, 'order_value')
  assert.equal(refusalOf(check({ ...limits, allowedTrdSides: ['SELL'] }, grow(1))).gate, 'side')
  assert.equal(refusalOf(check({ ...limits, maxOrdersPerMinute: 0 }, grow(1))).gate, 'rate')
})

test('a modify that adds nothing passes caps that were lowered since', () => {
  const lowered = { ...NO_LIMITS, maxOrderValue: 100, maxDailyValue: 100 }
  assert.equal(check(lowered, factsOfModifyOrder(modifyOrder({ qty: 50 }), restingOrder())).isAdmitted, true)
  assert.equal(check(lowered, factsOfModifyOrder(modifyOrder({ price: 301 }), restingOrder())).isAdmitted, false)
})

test('a modify that adds nothing passes a day that is spent', () => {
  const state = stateOf({ ...NO_LIMITS, maxDailyValue: 100 })
  state.reserve('under an older, higher cap', { currency: 'HKD', value: 30_000n * 10n ** 9n }, NOW_MS)
  const smaller = factsOfModifyOrder(modifyOrder({ qty: 50 }), restingOrder())
  assert.equal(state.check(smaller, SHARES, NOW_MS).isAdmitted, true)
})

test('a modify of an order that is not known passes no limit that would have to know it', () => {
  const facts = factsOfModifyOrder(modifyOrder({ qty: 1 }), null)
  for (const [change, gate] of [
    [{ allowedSymbols: ['HK.00700'] }, 'symbol'],
    [{ allowedTrdSides: ['BUY'] }, 'side'],
    [{ maxOrderValue: 1e9 }, 'order_value'],
    [{ maxDailyValue: 1e9 }, 'daily_value'],
  ] as const) {
    assert.equal(refusalOf(check({ ...NO_LIMITS, ...change }, facts)).gate, gate)
  }
  assert.equal(check({ ...NO_LIMITS, maxOrdersPerMinute: 1 }, facts).isAdmitted, true)
})
