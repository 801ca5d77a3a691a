import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp, OrderStatus, OrderType, TimeInForce, TrdSide } from '../../../proto/enums.ts'
import { APPLE, INDEX_FUTURE, MOUTAI, OPTION, TENCENT, hongKongMs, newYorkMs, print } from './scripted-market.ts'
import { MARGIN_HK, REAL_CN, REAL_US, SIMULATED_FUTURES, TradingRig } from './trading-rig.ts'

const { WaitingSubmit, Submitting, Submitted, Filled_All, Cancelling_All, Cancelled_All, Cancelled_Part } = OrderStatus

test('an order placed at night waits, is sent when the market opens, and ends with that day', () => {
  const hub = new TradingRig(hongKongMs(7)).unlock()
  const order = hub.place({ price: 90 })
  assert.equal(order.status, WaitingSubmit)
  hub.advanceTo(hongKongMs(20))
  assert.deepEqual(hub.statusesOf(order), [WaitingSubmit, Submitting, Submitted, Cancelling_All, Cancelled_All])
  assert.equal(order.updateMs, hongKongMs(16), 'ended at the close, although nobody looked before the evening')
  assert.match(order.lastErrMsg ?? '', /expired/)
})

test('an order placed after the close is for the next day', () => {
  const hub = new TradingRig(hongKongMs(17)).unlock()
  const order = hub.place({ price: 90 })
  hub.advanceTo(hongKongMs(15, 0, 1))
  assert.equal(order.status, Submitted)
  hub.advanceTo(hongKongMs(16, 0, 1))
  assert.equal(order.status, Cancelled_All)
})

test('lunch interrupts an order but does not end it', () => {
  const hub = new TradingRig(hongKongMs(11, 59)).unlock()
  hub.scripted.tapes.set(TENCENT.code, [print(hongKongMs(12, 30), 80, 1000), print(hongKongMs(13, 30), 80, 1000)])
  const order = hub.place({ price: 90 })
  hub.advanceTo(hongKongMs(13))
  assert.equal(order.status, Submitted, 'a print in the break is not for it')
  hub.advanceTo(hongKongMs(14))
  assert.deepEqual([order.status, order.updateMs], [Filled_All, hongKongMs(13, 30)])
})

test('a good-till-cancelled order lives over days, first in the queue, and 90 days at most', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  hub.scripted.tapes.set(TENCENT.code, [print(hongKongMs(10, 0, 3), 90, 100)])
  hub.scripted.books.set(TENCENT.code, { bids: [{ price: 90, volume: 5000, orderCount: 1 }], asks: [] })
  const order = hub.place({ price: 90, qty: 200, timeInForce: TimeInForce.GTC })
  hub.advanceTo(hongKongMs(12, 0, 3))
  assert.equal(order.filledQty, 100)
  for (let day = 4; day <= 90; day += 2) hub.advanceTo(hongKongMs(10, 0, day))
  assert.equal(order.status, Cancelled_Part)
  assert.equal(order.updateMs, hongKongMs(10, 0, 90))
})

test('a good-till-date order ends with its date', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  const order = hub.place({ price: 90, timeInForce: TimeInForce.GTD, expireTime: '2025-03-05' })
  hub.advanceTo(hongKongMs(23, 59, 2))
  assert.equal(order.status, Submitted)
  hub.advanceTo(hongKongMs(0, 0, 3))
  assert.equal(order.status, Cancelled_All)
})

test('at-auction orders take the opening print; what is left ends, with a limit it stays', () => {
  const hub = new TradingRig(hongKongMs(9, 5)).unlock()
  const openMs = hongKongMs(9, 30)
  hub.scripted.tapes.set(TENCENT.code, [print(openMs + 100, 100.5, 500), print(openMs + 200, 100.3, 500)])
  hub.scripted.books.set(TENCENT.code, { bids: [], asks: [{ price: 100, volume: 100, orderCount: 1 }] })
  const auction = hub.place({ orderType: OrderType.Auction, qty: 300, price: 0 })
  const limited = hub.place({ orderType: OrderType.AuctionLimit, qty: 400, price: 101 })
  const tooLow = hub.place({ orderType: OrderType.AuctionLimit, qty: 200, price: 100.4 })
  assert.equal(auction.status, Submitted)
  hub.advanceTo(openMs + 150)
  assert.deepEqual([auction.filledQty, limited.filledQty, tooLow.filledQty], [300, 200, 0])
  hub.advanceTo(openMs + 300)
  assert.deepEqual([limited.filledQty, tooLow.filledQty], [400, 200])
})

test('a US order keeps to the regular session: after hours it ends, placed then it is for tomorrow', () => {
  const hub = new TradingRig(newYorkMs(15, 59)).unlock()
  const order = { header: REAL_US, code: APPLE.code, qty: 10, price: 90 }
  const today = hub.place(order)
  const extended = hub.place({ ...order, fillOutsideRTH: true })
  hub.advanceTo(newYorkMs(16))
  assert.deepEqual([today.status, extended.status], [Cancelled_All, Submitted])
  const tomorrow = hub.place(order)
  hub.advanceTo(newYorkMs(20))
  assert.deepEqual([tomorrow.status, extended.status], [WaitingSubmit, Cancelled_All])
  hub.advanceTo(newYorkMs(9, 30, 1))
  assert.equal(tomorrow.status, Submitted)
})

test('a disabled order is out of the market until it is enabled, and ends with its day all the same', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  hub.scripted.tapes.set(TENCENT.code, [print(hongKongMs(10, 30), 80, 1000)])
  hub.scripted.books.set(TENCENT.code, { bids: [], asks: [] })
  const order = hub.place({ price: 90 })
  hub.modify(order, { modifyOrderOp: ModifyOrderOp.Disable })
  hub.advanceTo(hongKongMs(11))
  assert.deepEqual([order.status, order.filledQty], [OrderStatus.Disabled, 0])
  hub.modify(order, { modifyOrderOp: ModifyOrderOp.Enable })
  assert.equal(order.status, Submitted)
  hub.modify(order, { modifyOrderOp: ModifyOrderOp.Disable })
  hub.advanceTo(hongKongMs(16))
  assert.equal(order.status, Cancelled_All)
  hub.modify(order, { modifyOrderOp: ModifyOrderOp.Delete })
  assert.equal(order.status, OrderStatus.Deleted)
})

test('mainland shares bought today can be sold from the next day on', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  hub.scripted.tapes.set(MOUTAI.code, [])
  hub.scripted.books.set(MOUTAI.code, {
    bids: [{ price: 99.99, volume: 1000, orderCount: 1 }],
    asks: [{ price: 100, volume: 1000, orderCount: 1 }],
  })
  const order = { header: REAL_CN, code: MOUTAI.code }
  assert.equal(hub.place({ ...order, price: 100 }).status, Filled_All)
  const sale = { ...order, trdSide: TrdSide.Sell, price: 99.99 }
  assert.match(hub.placeRefused(sale), /Insufficient position: 0/)
  hub.advanceTo(hongKongMs(9, 35, 1))
  assert.equal(hub.place(sale).status, Filled_All)
})

test('a contract that expires ends its orders and settles its positions at the last price', () => {
  const hub = new TradingRig(hongKongMs(10))
  const expiryMs = hongKongMs(16)
  hub.scripted.expiries.set(INDEX_FUTURE.code, expiryMs)
  hub.scripted.tapes.set(INDEX_FUTURE.code, [print(hongKongMs(9, 45), 100, 1), print(hongKongMs(15), 112, 1)])
  hub.scripted.books.set(INDEX_FUTURE.code, { bids: [], asks: [{ price: 100, volume: 5, orderCount: 1 }] })
  const order = { header: SIMULATED_FUTURES, code: INDEX_FUTURE.code, qty: 2 }
  const bought = hub.place({ ...order, price: 100 })
  hub.advanceTo(hongKongMs(17))
  const account = hub.accounts.account(SIMULATED_FUTURES.accID)
  const hongKong = account?.cash.find((one) => one.currency === 1)
  assert.equal(account?.positions[0]?.qty, 0)
  assert.equal(hongKong?.realised, 12 * 50 * 2 * 100, 'twelve points, two contracts, in cents')
  assert.equal(hongKong.balance, 1_000_000_00 + hongKong.realised - bought.feesPaid)
  assert.match(hub.placeRefused({ ...order, price: 100 }), /has expired/)
})

test('a written option settles against the writer, and its waiting orders end', () => {
  const hub = new TradingRig(newYorkMs(10)).unlock()
  hub.scripted.expiries.set(OPTION.code, newYorkMs(16))
  hub.scripted.tapes.set(OPTION.code, [print(newYorkMs(9, 40), 5, 1), print(newYorkMs(15), 7.5, 1)])
  hub.scripted.books.set(OPTION.code, { bids: [{ price: 5, volume: 10, orderCount: 1 }], asks: [] })
  const order = { header: REAL_US, code: OPTION.code, qty: 1, timeInForce: TimeInForce.GTC }
  const written = hub.place({ ...order, trdSide: TrdSide.SellShort, price: 5 })
  const cover = hub.place({ ...order, trdSide: TrdSide.BuyBack, price: 4 })
  hub.advanceTo(newYorkMs(17))
  const dollars = hub.accounts.account(REAL_US.accID)?.cash.find((one) => one.currency === 2)
  assert.equal(dollars?.balance, 200_000_00 + 500_00 - 750_00 - written.feesPaid)
  assert.equal(dollars.realised, -250_00)
  assert.equal(cover.status, Cancelled_All)
})

test('a futures position goes through zero with margin only for what opens', () => {
  const hub = new TradingRig(hongKongMs(10))
  hub.scripted.tapes.set(INDEX_FUTURE.code, [])
  hub.scripted.books.set(INDEX_FUTURE.code, {
    bids: [{ price: 110, volume: 50, orderCount: 1 }],
    asks: [{ price: 111, volume: 50, orderCount: 1 }],
  })
  const order = { header: SIMULATED_FUTURES, code: INDEX_FUTURE.code }
  hub.place({ ...order, qty: 3, price: 111 })
  hub.place({ ...order, trdSide: TrdSide.Sell, qty: 5, price: 110 })
  const account = hub.accounts.account(SIMULATED_FUTURES.accID)
  assert.equal(account?.positions[0]?.qty, -2)
  assert.equal(account.positions[0].cost, -2 * 110 * 50 * 100)
  assert.equal(account.cash[0]?.realised, -1 * 50 * 3 * 100)
})

test('time that runs backwards counts as no time while orders are open, and is followed when none is', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  hub.advanceTo(hongKongMs(11))
  hub.nowMs = hongKongMs(10, 30)
  assert.equal(hub.place({ header: MARGIN_HK, price: 90 }).createMs, hongKongMs(10, 30))
  hub.nowMs = hongKongMs(10, 20)
  assert.equal(hub.place({ header: MARGIN_HK, price: 90 }).createMs, hongKongMs(10, 30))
})
