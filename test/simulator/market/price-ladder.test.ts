import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PriceLadder } from '../../../src/simulator/market/price-ladder.ts'
import {
  CENT_LADDER,
  HK_EQUITY_LADDER,
  HK_FUND_LADDER,
  QUARTER_POINT_LADDER,
  US_EQUITY_LADDER,
} from '../../../src/simulator/market/tick-tables.ts'

const LADDERS = { CENT_LADDER, HK_EQUITY_LADDER, HK_FUND_LADDER, QUARTER_POINT_LADDER, US_EQUITY_LADDER }
const aLadder = fc.constantFrom<PriceLadder>(...Object.values(LADDERS))

test('every rung is a price, and the price leads back to the rung', () => {
  fc.assert(
    fc.property(aLadder, fc.integer({ min: 1, max: 40_000 }), (ladder, rung) => {
      const price = ladder.priceAt(rung)
      assert.equal(ladder.rungOf(price), rung)
      assert.equal(ladder.nearestRung(price), rung)
      assert.ok(ladder.priceAt(rung + 1) > price)
      assert.equal(ladder.rungOf(ladder.priceAt(rung + 1)), rung + 1)
    }),
  )
})

test('the tick at a price is the way to the next rung', () => {
  fc.assert(
    fc.property(aLadder, fc.integer({ min: 1, max: 40_000 }), (ladder, rung) => {
      const price = ladder.priceAt(rung)
      assert.ok(Math.abs(price + ladder.tickAt(price) - ladder.priceAt(rung + 1)) < 1e-9)
    }),
  )
})

test('a price between two rungs is refused, one that doubles blurred is not', () => {
  assert.equal(HK_EQUITY_LADDER.rungOf(300.1), null)
  assert.equal(HK_EQUITY_LADDER.rungOf(0), null)
  assert.equal(HK_EQUITY_LADDER.rungOf(-1), null)
  assert.equal(HK_EQUITY_LADDER.rungOf(Number.NaN), null)
  assert.notEqual(HK_EQUITY_LADDER.rungOf(300.2), null)
  assert.equal(CENT_LADDER.rungOf(0.1 + 0.2), 30)
})

test('ticks are those of the exchanges', () => {
  const ticks = [0.1, 0.25, 0.5, 9.99, 20, 50, 100, 200, 300, 500, 1000].map((price) => HK_EQUITY_LADDER.tickAt(price))
  assert.deepEqual(ticks, [0.001, 0.005, 0.01, 0.01, 0.02, 0.05, 0.1, 0.2, 0.2, 0.5, 1])
  assert.deepEqual(
    [0.5, 1, 230].map((price) => US_EQUITY_LADDER.tickAt(price)),
    [0.0001, 0.01, 0.01],
  )
  assert.equal(QUARTER_POINT_LADDER.tickAt(5900), 0.25)
})
