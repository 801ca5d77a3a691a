import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { OrderStatus, OrderType, TrdEnv, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { AccountState } from '../../../src/simulator/trading/account-state.ts'
import { assertConserved, assertSane } from './invariants.ts'
import { APPLE, OPTION, newYorkMs, print } from './scripted-market.ts'
import { REAL_US, TradingRig } from './trading-rig.ts'

/** The account that trades fractions: the real margin account in the US. */
const FRACTIONAL: MessageTypes['Trd_Common.TrdHeader'] = {
  trdEnv: TrdEnv.Real,
  accID: 283445328110215941n,
  trdMarket: TrdMarket.US,
}

const AT_MARKET = { header: FRACTIONAL, code: APPLE.code, orderType: OrderType.Market, price: 0 }

/** Apple is bid at 99.99 and offered at 100, and above that at 101. */
function openRig(firstVolume = 1000): TradingRig {
  const rig = new TradingRig(newYorkMs(10)).unlock()
  rig.scripted.tapes.set(APPLE.code, [print(newYorkMs(9, 59), 100, 100)])
  rig.scripted.books.set(APPLE.code, {
    bids: [{ price: 99.99, volume: 1000, orderCount: 1 }],
    asks: [
      { price: 100, volume: firstVolume, orderCount: 1 },
      { price: 101, volume: 1000, orderCount: 1 },
    ],
  })
  return rig
}

function accountOf(rig: TradingRig): AccountState {
  const account = rig.accounts.account(FRACTIONAL.accID)
  assert.ok(account !== null)
  return account
}

test('a fraction of a share is bought and sold with market orders, to the cent', () => {
  const rig = openRig()
  const bought = rig.place({ ...AT_MARKET, qty: 0.0388 })
  assert.deepEqual([bought.status, bought.filledQty, bought.filledValue], [OrderStatus.Filled_All, 0.0388, 388])
  const list = () => rig.done('Trd_GetPositionList', { header: FRACTIONAL }).positionList?.[0]
  assert.deepEqual(
    [list()?.qty, list()?.canSellQty, list()?.val, list()?.averageCostPrice],
    [0.0388, 0.0388, 3.88, 100],
  )
  rig.place({ ...AT_MARKET, qty: 0.1 })
  assert.equal(list()?.qty, 0.1388)
  rig.place({ ...AT_MARKET, trdSide: TrdSide.Sell, qty: 0.1388 })
  assert.deepEqual([list()?.qty, list()?.canSellQty], [0, 0])
  assertConserved(accountOf(rig))
  for (const order of accountOf(rig).orders) assertSane(rig.accounts, order)
})

test('an order by amount buys what the money pays for in the book, and never more', () => {
  const rig = openRig(1)
  const order = rig.place({ ...AT_MARKET, qty: 0, amount: 250 })
  assert.deepEqual([order.qty, order.filledQty], [2.4851, 2.4851])
  assert.ok(order.filledValue <= 25_000 && order.filledValue > 24_980)
  const [listed] = rig.done('Trd_GetOrderList', { header: FRACTIONAL }).orderList ?? []
  assert.deepEqual([listed?.orderAmount, listed?.qty], [250, 2.4851])
  const sold = rig.place({ ...AT_MARKET, trdSide: TrdSide.Sell, qty: 0, amount: 50 })
  assert.equal(sold.qty, 0.5)
})

test('fractions are refused where they are not traded, in words that say what would be accepted', () => {
  const rig = openRig()
  const cases: [Parameters<TradingRig['placeRefused']>[0], RegExp][] = [
    [{ ...AT_MARKET, qty: 0.00001 }, /at most four decimals/],
    [{ ...AT_MARKET, orderType: OrderType.Normal, price: 100, qty: 0.5 }, /market orders only/],
    [{ ...AT_MARKET, header: REAL_US, qty: 0.5 }, /whole number/],
    [{ ...AT_MARKET, header: REAL_US, qty: 0, amount: 100 }, /does not support orders by amount/],
    [{ ...AT_MARKET, code: OPTION.code, qty: 0.5 }, /whole number/],
    [{ ...AT_MARKET, trdSide: TrdSide.Sell, qty: 0.5 }, /short sale needs a whole number/],
    [{ ...AT_MARKET, qty: 1, amount: 100 }, /either amount or qty/],
    [{ ...AT_MARKET, qty: 0, amount: 0.001 }, /enough for 0.0001/],
    [{ ...AT_MARKET, qty: 0, amount: -1 }, /greater than 0/],
    [{ ...AT_MARKET, qty: 0, orderType: OrderType.Normal, price: 100, amount: 100 }, /market orders only/],
    [{ ...AT_MARKET, qty: 0 }, /whole number/],
    [{ ...AT_MARKET, qty: 0, amount: 10_000_000 }, /Insufficient buying power/],
  ]
  for (const [order, text] of cases) assert.match(rig.placeRefused(order), text)
})

test('however fractions are traded, quantities and money add up', () => {
  const trade = fc.record({ isBuy: fc.boolean(), units: fc.integer({ min: 1, max: 60_000 }) })
  const property = fc.property(fc.array(trade, { maxLength: 40 }), (trades) => {
    const rig = openRig()
    for (const { isBuy, units } of trades) {
      const trdSide = isBuy ? TrdSide.Buy : TrdSide.Sell
      rig.call('Trd_PlaceOrder', {
        ...AT_MARKET,
        packetID: { connID: 1n, serialNo: 1 },
        trdSide,
        qty: units / 10_000,
      })
      rig.nowMs += 60_000
      assertConserved(accountOf(rig))
    }
    for (const order of accountOf(rig).orders) assertSane(rig.accounts, order)
  })
  fc.assert(property, { numRuns: 30 })
})
