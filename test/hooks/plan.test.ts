import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Alert, ALERT_ACTIONS, alertOf, NO_EXITS, SIZE_KINDS } from '../../src/hooks/alert.ts'
import { OVERRIDES } from '../../src/hooks/hook.ts'
import { type MarketView, type OrderSettings, type Plan, type PlannedOrder, planOrder } from '../../src/hooks/plan.ts'
import { priceTowards, wholeLots } from '../../src/hooks/rounding.ts'

const GRID = [
  { fromPrice: 0, step: 0.01 },
  { fromPrice: 10, step: 0.05 },
  { fromPrice: 200, step: 0.2 },
]

const SETTINGS: OrderSettings = {
  size: { kind: 'quantity', amount: 100 },
  orderType: 'market',
  limitOffsetPercent: 0,
  timeInForce: 'day',
  isExtendedHours: false,
  exits: NO_EXITS,
  overrides: new Set(OVERRIDES),
  follow: 'orders',
}

const MARKET: MarketView = {
  position: 0,
  openOrderIds: [],
  lastPrice: 300,
  equity: 1_000_000,
  lotSize: 100,
  contractMultiplier: 1,
  grid: GRID,
}

function planned(alert: Partial<Alert>, market: Partial<MarketView> = {}, settings: Partial<OrderSettings> = {}): Plan {
  return planOrder({ ...alertOf('HK.00700', 'buy'), ...alert }, { ...SETTINGS, ...settings }, { ...MARKET, ...market })
}

function orderOf(plan: Plan): PlannedOrder {
  assert.equal(plan.kind, 'order', JSON.stringify(plan))
  assert.ok(plan.kind === 'order')
  return plan.order
}

test('each kind of size comes to whole lots, never more than was asked for', () => {
  for (const [amount, kind, market, quantity] of [
    [250, 'quantity', {}, 200],
    [100_000, 'value', {}, 300],
    [100_000, 'value', { contractMultiplier: 10, lotSize: 1 }, 33],
    [10, 'percent_of_equity', {}, 300],
    [50, 'percent_of_position', { position: -500 }, 200],
  ] as const) {
    const order = orderOf(planned({ size: { kind, amount } }, market))
    assert.equal(order.quantity, quantity, kind)
  }
})

test('a size that comes to nothing, or that cannot be computed, is refused and says why', () => {
  for (const [size, market, expected] of [
    [{ kind: 'quantity', amount: 99 }, {}, /at least one lot of 100: the size comes to 99/],
    [{ kind: 'value', amount: 100 }, { lastPrice: null }, /a last price/],
    [{ kind: 'percent_of_equity', amount: 5 }, { equity: null }, /net assets/],
    [{ kind: 'percent_of_equity', amount: 5 }, { equity: -10 }, /at least one lot/],
    [{ kind: 'percent_of_position', amount: 5 }, {}, /a position/],
  ] as const) {
    const plan = planned({ size }, market)
    assert.ok(plan.kind === 'refused' && plan.path === 'size')
    assert.match(plan.expected, expected)
  }
  const plan = planned({}, {}, { size: null })
  assert.ok(plan.kind === 'refused' && /a size in the alert, or one of the hook/.test(plan.expected))
})

test('close, reverse and target depend on the position, and change its side in two orders', () => {
  const view = (alert: Partial<Alert>, position: number): unknown => {
    const plan = planned(alert, { position })
    return plan.kind === 'order' ? [plan.order.side, plan.order.quantity, plan.plansAgain] : plan.kind
  }
  assert.deepEqual(view({ action: 'close' }, 300), ['sell', 300, false])
  assert.deepEqual(view({ action: 'close' }, -300), ['buy', 300, false])
  assert.deepEqual(view({ action: 'close' }, 0), 'nothing')
  assert.deepEqual(view({ action: 'close', size: { kind: 'quantity', amount: 900 } }, 300), ['sell', 300, false])
  assert.deepEqual(view({ action: 'reverse' }, 300), ['sell', 300, true])
  assert.deepEqual(view({ action: 'reverse' }, 0), 'nothing')
  assert.deepEqual(view({ action: 'target', target: 500 }, 300), ['buy', 200, false])
  assert.deepEqual(view({ action: 'target', target: 300 }, 300), 'nothing')
  assert.deepEqual(view({ action: 'target', target: -200 }, 300), ['sell', 300, true])
  assert.deepEqual(view({ action: 'target', target: -200 }, 0), ['sell', 200, false])
  assert.deepEqual(view({ action: 'target', target: 0 }, -300), ['buy', 300, false])
})

test('a hook that follows the position makes up for a lost alert', () => {
  const follow = { follow: 'position' } as const
  const lost = planned({ action: 'buy', size: { kind: 'quantity', amount: 100 }, expectedPosition: 200 }, {}, follow)
  assert.equal(orderOf(lost).quantity, 200)
  const repeated = planned({ action: 'buy', expectedPosition: 200 }, { position: 200 }, follow)
  assert.equal(repeated.kind, 'nothing')
})

test('what the hook fixes cannot be said by an alert', () => {
  for (const [alert, path] of [
    [{ size: { kind: 'quantity', amount: 1 } }, 'size'],
    [{ orderType: 'limit', limitPrice: 300 }, 'order_type'],
    [{ limitPrice: 300 }, 'order_type'],
    [{ timeInForce: 'gtc' }, 'time_in_force'],
    [{ isExtendedHours: true }, 'extended_hours'],
    [{ exits: { takeProfit: { kind: 'percent', percent: 1 }, stopLoss: null } }, 'exits'],
  ] as const) {
    const plan = planned(alert, {}, { overrides: new Set() })
    assert.ok(plan.kind === 'refused' && plan.path === path, path)
  }
})

test('prices are rounded to the grid, a buy downwards and a sell upwards', () => {
  const limit = { orderType: 'limit', limitPrice: 300.11 } as const
  assert.equal(orderOf(planned({ ...limit, action: 'buy' })).limitPrice, 300)
  assert.equal(orderOf(planned({ ...limit, action: 'sell' })).limitPrice, 300.2)
  assert.equal(orderOf(planned({}, {}, { orderType: 'limit', limitOffsetPercent: 1 })).limitPrice, 303)
  const stop = planned({ action: 'sell', orderType: 'stop', stopPrice: 9.994 }, { position: 100 })
  assert.equal(orderOf(stop).stopPrice, 10)
  assert.equal(planned({ orderType: 'stop' }).kind, 'refused')
  assert.equal(planned({ orderType: 'stop_limit', stopPrice: 3 }).kind, 'refused')
})

test('exits go with what opens a position, and never with what reduces one', () => {
  const exits = { takeProfit: { kind: 'percent', percent: 5 }, stopLoss: null } as const
  assert.deepEqual(orderOf(planned({}, {}, { exits })).exits, exits)
  assert.deepEqual(orderOf(planned({ action: 'sell' }, { position: 100 }, { exits })).exits, NO_EXITS)
  assert.deepEqual(orderOf(planned({ action: 'close' }, { position: 100 }, { exits })).exits, NO_EXITS)
})

test('whatever the alert and the market, an order is of whole lots, and one that closes never passes flat', () => {
  const market = fc.record({
    position: fc.integer({ min: -2_000, max: 2_000 }),
    openOrderIds: fc.constant([]),
    lastPrice: fc.option(fc.double({ min: 0.01, max: 5_000, noNaN: true })),
    equity: fc.option(fc.double({ min: -1e6, max: 1e7, noNaN: true })),
    lotSize: fc.constantFrom(1, 10, 100, 500),
    contractMultiplier: fc.constantFrom(1, 50),
    grid: fc.constant(GRID),
  })
  const alert = fc.record({
    action: fc.constantFrom(...ALERT_ACTIONS),
    size: fc.option(
      fc.record({ kind: fc.constantFrom(...SIZE_KINDS), amount: fc.double({ min: 1e-3, max: 1e6, noNaN: true }) }),
    ),
    target: fc.option(fc.integer({ min: -1_000, max: 1_000 })),
    orderType: fc.constantFrom(null, 'market', 'limit'),
    limitPrice: fc.constant(null),
  })
  fc.assert(
    fc.property(alert, market, (said, view) => {
      const plan = planOrder({ ...alertOf('HK.00700', said.action), ...said }, SETTINGS, view)
      if (plan.kind !== 'order') return
      const { side, quantity, limitPrice } = plan.order
      assert.ok(quantity > 0 && wholeLots(quantity, view.lotSize) === quantity, `${quantity}`)
      const after = view.position + (side === 'buy' ? quantity : -quantity)
      if (['close', 'reverse', 'target'].includes(said.action) && view.position !== 0) {
        assert.ok(after === 0 || Math.sign(after) === Math.sign(view.position), 'one order does not change the side')
      }
      if (limitPrice !== null) assert.equal(priceTowards(limitPrice, GRID, side), limitPrice)
    }),
    { numRuns: 3_000 },
  )
})
