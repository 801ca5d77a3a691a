import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderStatus, OrderType, TimeInForce, TrdSide } from '../../../proto/enums.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { APPLE, TENCENT, hongKongMs, newYorkMs, print } from './scripted-market.ts'
import { REAL_US, TradingRig } from './trading-rig.ts'

const NOW_MS = hongKongMs(10)
const SECOND_MS = 1000

/** A rig with a fixed book around 100 and a silent tape. */
function quietHub(): TradingRig {
  const hub = new TradingRig(NOW_MS).unlock()
  hub.scripted.tapes.set(TENCENT.code, [])
  setBook(hub, [99.95, 500, 99.9, 700], [100, 300, 100.05, 400, 100.1, 1000])
  return hub
}

function setBook(hub: TradingRig, bids: readonly number[], asks: readonly number[]): void {
  hub.scripted.books.set(TENCENT.code, { bids: levels(bids), asks: levels(asks) })
}

function levels(flat: readonly number[]): { price: number; volume: number; orderCount: number }[] {
  return flat.flatMap((price, at) => (at % 2 === 0 ? [{ price, volume: flat[at + 1] ?? 0, orderCount: 1 }] : []))
}

/** Lets prints happen, one a second. */
function prints(hub: TradingRig, code: string, ...trades: readonly (readonly [price: number, volume: number])[]): void {
  const tape = trades.map(([price, volume], at) => print(hub.nowMs + (at + 1) * SECOND_MS, price, volume))
  hub.scripted.tapes.set(code, [...(hub.scripted.tapes.get(code) ?? []), ...tape])
  hub.advanceTo(hub.nowMs + trades.length * SECOND_MS)
}

function average(order: OrderState): number {
  return order.filledNotional / order.filledQty / 1_000_000
}

test('an incoming order takes the book level by level up to its limit, and the rest lies down at it', () => {
  const hub = quietHub()
  const order = hub.place({ qty: 1000, price: 100.05 })
  assert.equal(order.filledQty, 700)
  assert.equal(order.filledNotional, 300 * 100_000_000 + 400 * 100_050_000)
  assert.equal(order.status, OrderStatus.Filled_Part)
  const { Submitting, Submitted, Filled_Part } = OrderStatus
  assert.deepEqual(hub.statusesOf(order), [Submitting, Submitted, Filled_Part, Filled_Part])
})

test('volume that was taken is not sold twice, until the market has had time to put new volume there', () => {
  const hub = quietHub()
  assert.equal(hub.place({ qty: 300, price: 100 }).status, OrderStatus.Filled_All)
  const second = hub.place({ qty: 300, price: 100 })
  assert.equal(second.status, OrderStatus.Submitted)
  hub.advanceTo(NOW_MS + 3 * SECOND_MS)
  assert.equal(hub.place({ qty: 300, price: 100 }).status, OrderStatus.Filled_All)
})

test('a resting order waits for the volume in front of it, then fills at its own price', () => {
  const hub = quietHub()
  const order = hub.place({ qty: 400, price: 99.95 })
  prints(hub, TENCENT.code, [99.95, 300])
  assert.equal(order.filledQty, 0)
  prints(hub, TENCENT.code, [99.95, 300])
  assert.equal(order.filledQty, 100)
  prints(hub, TENCENT.code, [100, 5000])
  assert.equal(order.filledQty, 100, 'a print above a bid is nothing to it')
  prints(hub, TENCENT.code, [99.95, 200], [99.95, 200])
  assert.equal(order.status, OrderStatus.Filled_All)
  assert.equal(average(order), 99.95)
})

test('a print through the price has passed everyone there; no more fills than was printed', () => {
  const hub = quietHub()
  const order = hub.place({ qty: 400, price: 99.95 })
  prints(hub, TENCENT.code, [99.9, 300])
  assert.equal(order.filledQty, 300)
  assert.equal(average(order), 99.95)
})

test('one print serves the better price first, then the older order, and is spent only once', () => {
  const hub = quietHub()
  const low = hub.place({ qty: 200, price: 99.85 })
  const high = hub.place({ qty: 200, price: 99.95 })
  const highLater = hub.place({ qty: 200, price: 99.95 })
  prints(hub, TENCENT.code, [99.8, 300])
  assert.deepEqual([high.filledQty, highLater.filledQty, low.filledQty], [200, 100, 0])
  prints(hub, TENCENT.code, [99.8, 200])
  assert.deepEqual([high.filledQty, highLater.filledQty, low.filledQty], [200, 200, 100])
})

test('a smaller quantity keeps its place in the queue, a new price goes to its end', () => {
  const hub = quietHub()
  const order = hub.place({ qty: 400, price: 99.95 })
  prints(hub, TENCENT.code, [99.95, 400])
  hub.modify(order, { qty: 300, price: 99.95 })
  prints(hub, TENCENT.code, [99.95, 200])
  assert.equal(order.filledQty, 100, '100 of the 500 in front were left')
  hub.modify(order, { qty: 300, price: 99.9 })
  prints(hub, TENCENT.code, [99.9, 700])
  assert.equal(order.filledQty, 100, '700 stand in front at the new price')
})

test('a modified price meets the book at once', () => {
  const hub = quietHub()
  const order = hub.place({ qty: 200, price: 99.95 })
  hub.modify(order, { qty: 200, price: 100 })
  assert.equal(order.status, OrderStatus.Filled_All)
})

test('a market order sweeps the book and stops at its protection; the rest takes later prints at their price', () => {
  const hub = quietHub()
  setBook(hub, [99.95, 500], [100, 300, 104.95, 300, 105.05, 5000])
  const order = hub.place({ orderType: OrderType.Market, qty: 1000, price: 0 })
  assert.equal(order.filledQty, 600, 'not the level more than 5 % away from the best')
  prints(hub, TENCENT.code, [103, 100], [106, 1000])
  assert.equal(order.filledQty, 700)
  assert.equal(order.filledNotional, (300 * 100 + 300 * 104.95 + 100 * 103) * 1_000_000)
})

test('special limit orders: what is not filled at once is cancelled; all or nothing', () => {
  const hub = quietHub()
  const { Cancelled_Part, Cancelled_All, Filled_All } = OrderStatus
  assert.equal(hub.place({ orderType: OrderType.SpecialLimit, qty: 1000, price: 100.05 }).status, Cancelled_Part)
  hub.advanceTo(NOW_MS + 5 * SECOND_MS)
  const all = hub.place({ orderType: OrderType.SpecialLimit_All, qty: 800, price: 100.05 })
  assert.deepEqual([all.status, all.filledQty], [Cancelled_All, 0])
  assert.equal(hub.place({ orderType: OrderType.SpecialLimit_All, qty: 700, price: 100.05 }).status, Filled_All)
  hub.advanceTo(NOW_MS + 10 * SECOND_MS)
  const immediate = hub.place({ timeInForce: TimeInForce.IOC, qty: 500, price: 100 })
  assert.deepEqual([immediate.status, immediate.filledQty], [Cancelled_Part, 300])
})

test('an absolute limit order deals at exactly its price', () => {
  const hub = quietHub()
  const order = hub.place({ orderType: OrderType.AbsoluteLimit, qty: 600, price: 100.05 })
  assert.deepEqual([order.filledQty, average(order)], [400, 100.05])
})

test('stop, stop limit and touch orders wait for their price', () => {
  const hub = quietHub()
  hub.place({ qty: 300, price: 100 })
  const stop = hub.place({ trdSide: TrdSide.Sell, orderType: OrderType.Stop, auxPrice: 99.5, price: 0 })
  const stopLimit = hub.place({ orderType: OrderType.StopLimit, auxPrice: 101, price: 101.5 })
  const touched = hub.place({ orderType: OrderType.LimitifTouched, auxPrice: 99.6, price: 99.7 })
  const marketTouched = hub.place({
    trdSide: TrdSide.Sell,
    orderType: OrderType.MarketifTouched,
    auxPrice: 101,
    price: 0,
  })
  const all = [stop, stopLimit, touched, marketTouched]
  prints(hub, TENCENT.code, [99.65, 100], [100.95, 100])
  assert.deepEqual(
    all.map((one) => one.status),
    all.map(() => OrderStatus.WaitingSubmit),
  )
  setBook(hub, [99.45, 1000], [99.5, 1000])
  prints(hub, TENCENT.code, [99.5, 100])
  assert.deepEqual([stop.status, touched.status], [OrderStatus.Filled_All, OrderStatus.Filled_All])
  setBook(hub, [101, 1000], [101.05, 1000])
  prints(hub, TENCENT.code, [101, 100])
  assert.deepEqual([stopLimit.status, marketTouched.status], [OrderStatus.Filled_All, OrderStatus.Filled_All])
  assert.equal(average(stopLimit), 101.05)
})

test('a trailing stop follows the best price at its distance, by ratio and by amount', () => {
  const hub = quietHub()
  hub.place({ qty: 300, price: 100 })
  const sell = { trdSide: TrdSide.Sell, price: 0 }
  const ratio = hub.place({ ...sell, orderType: OrderType.TrailingStop, trailType: 1, trailValue: 2 })
  const limit = hub.place({
    ...sell,
    orderType: OrderType.TrailingStopLimit,
    trailType: 2,
    trailValue: 5,
    trailSpread: 0.5,
  })
  prints(hub, TENCENT.code, [102, 100], [110, 100], [107.85, 100])
  assert.equal(ratio.status, OrderStatus.WaitingSubmit, '2 % below 110 is 107.8')
  setBook(hub, [107.75, 1000], [107.8, 1000])
  prints(hub, TENCENT.code, [107.8, 100])
  assert.deepEqual([ratio.status, average(ratio)], [OrderStatus.Filled_All, 107.75])
  setBook(hub, [104.3, 1000], [105, 1000])
  prints(hub, TENCENT.code, [105, 100])
  assert.deepEqual([limit.status, limit.limit], [OrderStatus.Submitted, 104_500_000])
})

test('a triggered order that the account can no longer back fails and says why', () => {
  const hub = quietHub()
  setBook(hub, [99.95, 500], [100, 300_000, 102, 300_000])
  const stop = hub.place({ orderType: OrderType.TrailingStop, qty: 9000, price: 0, trailType: 2, trailValue: 1 })
  prints(hub, TENCENT.code, [120, 100])
  assert.equal(stop.status, OrderStatus.Failed)
  assert.match(stop.lastErrMsg ?? '', /Insufficient buying power/)
})

test('before and after hours only orders that ask for it trade, and they trade on the prints of those hours', () => {
  const hub = new TradingRig(newYorkMs(8)).unlock()
  hub.scripted.tapes.set(APPLE.code, [])
  hub.scripted.books.set(APPLE.code, { bids: levels([99.9, 100]), asks: levels([100, 100]) })
  const order = { header: REAL_US, code: APPLE.code, qty: 10, price: 99.9 }
  const regular = hub.place(order)
  const early = hub.place({ ...order, fillOutsideRTH: true })
  assert.deepEqual([regular.status, early.status], [OrderStatus.WaitingSubmit, OrderStatus.Submitted])
  prints(hub, APPLE.code, [99.8, 1000])
  assert.deepEqual([regular.filledQty, early.filledQty], [0, 10])
  hub.advanceTo(newYorkMs(9, 30))
  assert.equal(regular.status, OrderStatus.Submitted)
})
