import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp, OrderStatus, OrderType, TimeInForce, TrdSide } from '../../../proto/enums.ts'
import { APPLE, INDEX_FUTURE, MOUTAI, OPTION, TENCENT, hongKongMs, newYorkMs, print } from './scripted-market.ts'
import { MARGIN_HK, REAL_CN, REAL_US, SIMULATED_FUTURES, TradingDesk } from './trading-desk.ts'

const { WaitingSubmit, Submitting, Submitted, Filled_All, Cancelling_All, Cancelled_All, Cancelled_Part } = OrderStatus

test('an order placed at night waits, is sent when the market opens, and ends with that day', () => {
  const desk = new TradingDesk(hongKongMs(7)).unlock()
  const order = desk.place({ price: 90 })
  assert.equal(order.status, WaitingSubmit)
  desk.advanceTo(hongKongMs(20))
  assert.deepEqual(desk.statusesOf(order), [WaitingSubmit, Submitting, Submitted, Cancelling_All, Cancelled_All])
  assert.equal(order.updateMs, hongKongMs(16), 'ended at the close, although nobody looked before the evening')
  assert.match(order.lastErrMsg ?? '', /expired/)
})

test('an order placed after the close is for the next day', () => {
  const desk = new TradingDesk(hongKongMs(17)).unlock()
  const order = desk.place({ price: 90 })
  desk.advanceTo(hongKongMs(15, 0, 1))
  assert.equal(order.status, Submitted)
  desk.advanceTo(hongKongMs(16, 0, 1))
  assert.equal(order.status, Cancelled_All)
})

test('lunch interrupts an order but does not end it', () => {
  const desk = new TradingDesk(hongKongMs(11, 59)).unlock()
  desk.scripted.tapes.set(TENCENT.code, [print(hongKongMs(12, 30), 80, 1000), print(hongKongMs(13, 30), 80, 1000)])
  const order = desk.place({ price: 90 })
  desk.advanceTo(hongKongMs(13))
  assert.equal(order.status, Submitted, 'a print in the break is not for it')
  desk.advanceTo(hongKongMs(14))
  assert.deepEqual([order.status, order.updateMs], [Filled_All, hongKongMs(13, 30)])
})

test('a good-till-cancelled order lives over days, first in the queue, and 90 days at most', () => {
  const desk = new TradingDesk(hongKongMs(10)).unlock()
  desk.scripted.tapes.set(TENCENT.code, [print(hongKongMs(10, 0, 3), 90, 100)])
  desk.scripted.books.set(TENCENT.code, { bids: [{ price: 90, volume: 5000, orderCount: 1 }], asks: [] })
  const order = desk.place({ price: 90, qty: 200, timeInForce: TimeInForce.GTC })
  desk.advanceTo(hongKongMs(12, 0, 3))
  assert.equal(order.filledQty, 100)
  for (let day = 4; day <= 90; day += 2) desk.advanceTo(hongKongMs(10, 0, day))
  assert.equal(order.status, Cancelled_Part)
  assert.equal(order.updateMs, hongKongMs(10, 0, 90))
})

test('a good-till-date order ends with its date', () => {
  const desk = new TradingDesk(hongKongMs(10)).unlock()
  const order = desk.place({ price: 90, timeInForce: TimeInForce.GTD, expireTime: '2025-03-05' })
  desk.advanceTo(hongKongMs(23, 59, 2))
  assert.equal(order.status, Submitted)
  desk.advanceTo(hongKongMs(0, 0, 3))
  assert.equal(order.status, Cancelled_All)
})

test('at-auction orders take the opening print; what is left ends, with a limit it stays', () => {
  const desk = new TradingDesk(hongKongMs(9, 5)).unlock()
  const openMs = hongKongMs(9, 30)
  desk.scripted.tapes.set(TENCENT.code, [print(openMs + 100, 100.5, 500), print(openMs + 200, 100.3, 500)])
  desk.scripted.books.set(TENCENT.code, { bids: [], asks: [{ price: 100, volume: 100, orderCount: 1 }] })
  const auction = desk.place({ orderType: OrderType.Auction, qty: 300, price: 0 })
  const limited = desk.place({ orderType: OrderType.AuctionLimit, qty: 400, price: 101 })
  const tooLow = desk.place({ orderType: OrderType.AuctionLimit, qty: 200, price: 100.4 })
  assert.equal(auction.status, Submitted)
  desk.advanceTo(openMs + 150)
  assert.deepEqual([auction.filledQty, limited.filledQty, tooLow.filledQty], [300, 200, 0])
  desk.advanceTo(openMs + 300)
  assert.deepEqual([limited.filledQty, tooLow.filledQty], [400, 200])
})

test('a US order keeps to the regular session: after hours it ends, placed then it is for tomorrow', () => {
  const desk = new TradingDesk(newYorkMs(15, 59)).unlock()
  const order = { header: REAL_US, code: APPLE.code, qty: 10, price: 90 }
  const today = desk.place(order)
  const extended = desk.place({ ...order, fillOutsideRTH: true })
  desk.advanceTo(newYorkMs(16))
  assert.deepEqual([today.status, extended.status], [Cancelled_All, Submitted])
  const tomorrow = desk.place(order)
  desk.advanceTo(newYorkMs(20))
  assert.deepEqual([tomorrow.status, extended.status], [WaitingSubmit, Cancelled_All])
  desk.advanceTo(newYorkMs(9, 30, 1))
  assert.equal(tomorrow.status, Submitted)
})

test('a disabled order is out of the market until it is enabled, and ends with its day all the same', () => {
  const desk = new TradingDesk(hongKongMs(10)).unlock()
  desk.scripted.tapes.set(TENCENT.code, [print(hongKongMs(10, 30), 80, 1000)])
  desk.scripted.books.set(TENCENT.code, { bids: [], asks: [] })
  const order = desk.place({ price: 90 })
  desk.modify(order, { modifyOrderOp: ModifyOrderOp.Disable })
  desk.advanceTo(hongKongMs(11))
  assert.deepEqual([order.status, order.filledQty], [OrderStatus.Disabled, 0])
  desk.modify(order, { modifyOrderOp: ModifyOrderOp.Enable })
  assert.equal(order.status, Submitted)
  desk.modify(order, { modifyOrderOp: ModifyOrderOp.Disable })
  desk.advanceTo(hongKongMs(16))
  assert.equal(order.status, Cancelled_All)
  desk.modify(order, { modifyOrderOp: ModifyOrderOp.Delete })
  assert.equal(order.status, OrderStatus.Deleted)
})

test('mainland shares bought today can be sold from the next day on', () => {
  const desk = new TradingDesk(hongKongMs(10)).unlock()
  desk.scripted.tapes.set(MOUTAI.code, [])
  desk.scripted.books.set(MOUTAI.code, {
    bids: [{ price: 99.99, volume: 1000, orderCount: 1 }],
    asks: [{ price: 100, volume: 1000, orderCount: 1 }],
  })
  const order = { header: REAL_CN, code: MOUTAI.code }
  assert.equal(desk.place({ ...order, price: 100 }).status, Filled_All)
  const sale = { ...order, trdSide: TrdSide.Sell, price: 99.99 }
  assert.match(desk.placeRefused(sale), /Insufficient position: 0/)
  desk.advanceTo(hongKongMs(9, 35, 1))
  assert.equal(desk.place(sale).status, Filled_All)
})

test('a contract that expires ends its orders and settles its positions at the last price', () => {
  const desk = new TradingDesk(hongKongMs(10))
  const expiryMs = hongKongMs(16)
  desk.scripted.expiries.set(INDEX_FUTURE.code, expiryMs)
  desk.scripted.tapes.set(INDEX_FUTURE.code, [print(hongKongMs(9, 45), 100, 1), print(hongKongMs(15), 112, 1)])
  desk.scripted.books.set(INDEX_FUTURE.code, { bids: [], asks: [{ price: 100, volume: 5, orderCount: 1 }] })
  const order = { header: SIMULATED_FUTURES, code: INDEX_FUTURE.code, qty: 2 }
  const bought = desk.place({ ...order, price: 100 })
  desk.advanceTo(hongKongMs(17))
  const account = desk.accounts.account(SIMULATED_FUTURES.accID)
  const hongKong = account?.cash.find((one) => one.currency === 1)
  assert.equal(account?.positions[0]?.qty, 0)
  assert.equal(hongKong?.realised, 12 * 50 * 2 * 100, 'twelve points, two contracts, in cents')
  assert.equal(hongKong.balance, 1_000_000_00 + hongKong.realised - bought.feesPaid)
  assert.match(desk.placeRefused({ ...order, price: 100 }), /has expired/)
})

test('a written option settles against the writer, and its waiting orders end', () => {
  const desk = new TradingDesk(newYorkMs(10)).unlock()
  desk.scripted.expiries.set(OPTION.code, newYorkMs(16))
  desk.scripted.tapes.set(OPTION.code, [print(newYorkMs(9, 40), 5, 1), print(newYorkMs(15), 7.5, 1)])
  desk.scripted.books.set(OPTION.code, { bids: [{ price: 5, volume: 10, orderCount: 1 }], asks: [] })
  const order = { header: REAL_US, code: OPTION.code, qty: 1, timeInForce: TimeInForce.GTC }
  const written = desk.place({ ...order, trdSide: TrdSide.SellShort, price: 5 })
  const cover = desk.place({ ...order, trdSide: TrdSide.BuyBack, price: 4 })
  desk.advanceTo(newYorkMs(17))
  const dollars = desk.accounts.account(REAL_US.accID)?.cash.find((one) => one.currency === 2)
  assert.equal(dollars?.balance, 200_000_00 + 500_00 - 750_00 - written.feesPaid)
  assert.equal(dollars.realised, -250_00)
  assert.equal(cover.status, Cancelled_All)
})

test('a futures position goes through zero with margin only for what opens', () => {
  const desk = new TradingDesk(hongKongMs(10))
  desk.scripted.tapes.set(INDEX_FUTURE.code, [])
  desk.scripted.books.set(INDEX_FUTURE.code, {
    bids: [{ price: 110, volume: 50, orderCount: 1 }],
    asks: [{ price: 111, volume: 50, orderCount: 1 }],
  })
  const order = { header: SIMULATED_FUTURES, code: INDEX_FUTURE.code }
  desk.place({ ...order, qty: 3, price: 111 })
  desk.place({ ...order, trdSide: TrdSide.Sell, qty: 5, price: 110 })
  const account = desk.accounts.account(SIMULATED_FUTURES.accID)
  assert.equal(account?.positions[0]?.qty, -2)
  assert.equal(account.positions[0].cost, -2 * 110 * 50 * 100)
  assert.equal(account.cash[0]?.realised, -1 * 50 * 3 * 100)
})

test('time that runs backwards counts as no time while orders are open, and is followed when none is', () => {
  const desk = new TradingDesk(hongKongMs(10)).unlock()
  desk.advanceTo(hongKongMs(11))
  desk.nowMs = hongKongMs(10, 30)
  assert.equal(desk.place({ header: MARGIN_HK, price: 90 }).createMs, hongKongMs(10, 30))
  desk.nowMs = hongKongMs(10, 20)
  assert.equal(desk.place({ header: MARGIN_HK, price: 90 }).createMs, hongKongMs(10, 30))
})
