import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Currency, OrderStatus, OrderType, PositionSide, TrdEnv, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { APPLE, INSTRUMENTS, OPTION, TENCENT, hongKongMs, newYorkMs, print } from './scripted-market.ts'
import { MARGIN_HK, REAL_US, TradingRig } from './trading-rig.ts'

type Header = MessageTypes['Trd_Common.TrdHeader']

const PAPER_US: Header = { trdEnv: TrdEnv.Simulate, accID: 281756480418757208n, trdMarket: TrdMarket.US }

/** A rig on which every listed security is bid at 100 and offered at 100.01. */
function rigAt(nowMs: number): TradingRig {
  const rig = new TradingRig(nowMs).unlock()
  for (const { code } of INSTRUMENTS) quote(rig, code, 100)
  return rig
}

function quote(rig: TradingRig, code: string, price: number): void {
  rig.scripted.tapes.set(code, [print(rig.nowMs - 1000, price, 100)])
  rig.scripted.books.set(code, {
    bids: [{ price, volume: 100_000, orderCount: 1 }],
    asks: [{ price: price + 0.01, volume: 100_000, orderCount: 1 }],
  })
}

function positionOf(rig: TradingRig, header: Header): MessageTypes['Trd_Common.Position'] | undefined {
  return rig.done('Trd_GetPositionList', { header }).positionList?.[0]
}

for (const [name, header] of [
  ['real', REAL_US],
  ['paper', PAPER_US],
] as const) {
  test(`SELL without a position opens a short on the ${name} US margin account, and BUY covers it`, () => {
    const rig = rigAt(newYorkMs(10))
    const max = { header, orderType: OrderType.Normal, code: APPLE.code, price: 100 }
    const { maxPositionSell, maxSellShort = 0 } = rig.done('Trd_GetMaxTrdQtys', max).maxTrdQtys ?? {}
    assert.equal(maxPositionSell, 0)
    assert.ok(maxSellShort > 100)
    const before = rig.done('Trd_GetFunds', { header, currency: Currency.USD }).funds
    const sale = { header, code: APPLE.code, trdSide: TrdSide.Sell, qty: 100, price: 100 }
    assert.equal(rig.place(sale).status, OrderStatus.Filled_All)
    const [order] = rig.done('Trd_GetOrderList', { header }).orderList ?? []
    assert.equal(order?.trdSide, TrdSide.SellShort, 'the reply says what the sale was')
    const short = positionOf(rig, header)
    assert.deepEqual(
      [short?.positionSide, short?.qty, short?.canSellQty, short?.val, short?.averageCostPrice],
      [PositionSide.Short, -100, 100, -10_000, 100],
    )
    const held = rig.done('Trd_GetFunds', { header, currency: Currency.USD }).funds
    assert.equal(held?.shortMv, -10_000)
    assert.ok((held.initialMargin ?? 0) > 0)
    assert.ok((held.power ?? 0) < (before?.power ?? 0), 'a short position uses buying power')
    assert.equal(rig.done('Trd_GetMaxTrdQtys', max).maxTrdQtys?.maxBuyBack, 100)

    quote(rig, APPLE.code, 90)
    const gained = positionOf(rig, header)
    assert.deepEqual([gained?.plVal, gained?.plRatio, gained?.unrealizedPL], [1000, 0.1, 1000])
    rig.place({ header, code: APPLE.code, trdSide: TrdSide.Buy, qty: 100, price: 90.01 })
    const flat = positionOf(rig, header)
    assert.deepEqual([flat?.qty, flat?.realizedPL, flat?.canSellQty], [0, 999, 0])
    const buy = rig.done('Trd_GetOrderList', { header }).orderList?.[1]
    assert.equal(buy?.trdSide, TrdSide.Buy)
  })
}

test('a sale of more than the long position is refused, not turned into a short', () => {
  const rig = rigAt(newYorkMs(10))
  const order = { header: REAL_US, code: APPLE.code, price: 100.01 }
  rig.place({ ...order, qty: 100 })
  assert.match(rig.placeRefused({ ...order, trdSide: TrdSide.Sell, qty: 101 }), /Insufficient position: 100/)
  assert.equal(rig.place({ ...order, trdSide: TrdSide.Sell, qty: 100, price: 100 }).side, TrdSide.Sell)
})

test('SELL writes an option, and still does not sell Hong Kong shares that are not held', () => {
  const rig = rigAt(newYorkMs(10))
  const written = rig.place({ header: REAL_US, code: OPTION.code, trdSide: TrdSide.Sell, qty: 1, price: 100 })
  assert.deepEqual([written.side, written.status], [TrdSide.SellShort, OrderStatus.Filled_All])
  const inHongKong = rigAt(hongKongMs(10))
  const sale = { header: MARGIN_HK, code: TENCENT.code, trdSide: TrdSide.Sell, qty: 100, price: 100 }
  assert.match(inHongKong.placeRefused(sale), /Insufficient position: 0/)
})

test('the stop of a bracket sells the shares that its entry bought meanwhile', () => {
  const rig = rigAt(newYorkMs(10))
  const order = { header: REAL_US, code: APPLE.code, qty: 10 }
  const stop = rig.place({ ...order, trdSide: TrdSide.Sell, orderType: OrderType.Stop, auxPrice: 95, price: 0 })
  assert.equal(stop.side, TrdSide.SellShort)
  rig.place({ ...order, price: 100.01 })
  rig.scripted.tapes.set(APPLE.code, [print(rig.nowMs + 1000, 94, 100)])
  quoteBid(rig, 94)
  rig.advanceTo(rig.nowMs + 2000)
  assert.deepEqual([stop.side, stop.status], [TrdSide.Sell, OrderStatus.Filled_All])
  assert.equal(positionOf(rig, REAL_US)?.qty, 0)
})

function quoteBid(rig: TradingRig, price: number): void {
  rig.scripted.books.set(APPLE.code, { bids: [{ price, volume: 1000, orderCount: 1 }], asks: [] })
}
