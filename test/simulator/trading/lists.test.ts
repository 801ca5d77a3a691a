import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp, OrderStatus, TimeInForce, TrdCategory, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { pushOf } from '../../../src/simulator/trading/pushes.ts'
import { APPLE, MOUTAI, OPTION, TENCENT, TRACKER, hongKongMs, newYorkMs, print } from './scripted-market.ts'
import { DEFAULT_ACCOUNTS } from '../../../src/simulator/trading/account-profiles.ts'
import { MARGIN_HK, PACKET_ID, REAL_CN, REAL_HK, REAL_US, SIMULATED_HK, TradingRig } from './trading-rig.ts'

type Conditions = MessageTypes['Trd_Common.TrdFilterConditions']

function codes(list: readonly { readonly code: string }[] | undefined): readonly string[] {
  return (list ?? []).map((one) => one.code)
}

test('a just placed order is in the list at once, under its server id and its number', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  hub.place({ price: 91 })
  const { orderID = 0n, orderIDEx = '' } = hub.done('Trd_PlaceOrder', {
    packetID: PACKET_ID,
    header: REAL_HK,
    trdSide: TrdSide.Buy,
    orderType: 1,
    code: TENCENT.code,
    qty: 200,
    price: 90,
  })
  assert.ok(orderID > 2n ** 53n, 'too large for a double, as OpenD hands them out')
  for (const filterConditions of [{ orderIDExList: [orderIDEx] }, { idList: [orderID] }]) {
    const { orderList } = hub.done('Trd_GetOrderList', { header: REAL_HK, filterConditions })
    assert.deepEqual(
      orderList?.map((one) => [one.orderID, one.orderIDEx, one.qty]),
      [[orderID, orderIDEx, 200]],
    )
  }
})

test('lists keep to codes, markets and statuses', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  const tencent = hub.place({ header: MARGIN_HK, price: 90 })
  hub.place({ header: MARGIN_HK, code: TRACKER.code, qty: 500, price: 90 })
  hub.place({ header: REAL_CN, code: MOUTAI.code, price: 90 })
  hub.modify(tencent, { modifyOrderOp: ModifyOrderOp.Cancel })
  const list = (filterConditions: Conditions, filterStatusList: number[] = []): readonly string[] =>
    codes(hub.done('Trd_GetOrderList', { header: MARGIN_HK, filterConditions, filterStatusList }).orderList)
  assert.deepEqual(list({}), [TENCENT.code, TRACKER.code, MOUTAI.code])
  assert.deepEqual(list({ codeList: [TRACKER.code, 'NOPE'] }), [TRACKER.code])
  assert.deepEqual(list({ filterMarket: TrdMarket.CN }), [MOUTAI.code])
  assert.deepEqual(list({}, [OrderStatus.Cancelled_All]), [TENCENT.code])
  assert.deepEqual(list({ orderIDExList: ['nope'] }), [])
  hub.modify(tencent, { modifyOrderOp: ModifyOrderOp.Delete })
  assert.deepEqual(list({}), [TRACKER.code, MOUTAI.code], 'a deleted order has left the list')
})

test('times are read and written on the clock of the market, also over a change of daylight saving', () => {
  const hub = new TradingRig(newYorkMs(12)).unlock()
  const winter = hub.place({ header: REAL_US, code: APPLE.code, qty: 1, price: 90, timeInForce: TimeInForce.GTC })
  hub.advanceTo(newYorkMs(11, 0, 8))
  hub.place({ header: REAL_US, code: APPLE.code, qty: 2, price: 90 })
  const list = (beginTime?: string, endTime?: string): readonly number[] =>
    (
      hub.done('Trd_GetHistoryOrderList', { header: REAL_US, filterConditions: { beginTime, endTime } }).orderList ?? []
    ).map((one) => one.qty)
  const { orderList } = hub.done('Trd_GetOrderList', { header: REAL_US })
  assert.deepEqual(
    orderList?.map((one) => one.createTime),
    ['2025-03-03 12:00:00.000', '2025-03-11 12:00:00.000'],
  )
  assert.equal(orderList?.[0]?.createTimestamp, winter.createMs / 1000)
  assert.deepEqual(list(), [1, 2])
  assert.deepEqual(list('2025-03-03 12:00:00', '2025-03-03 12:00:00'), [1])
  assert.deepEqual(list('2025-03-03 12:00:01'), [2])
  assert.deepEqual(list(undefined, '2025-03-11 11:59:59'), [1])
  assert.deepEqual(list('2025-03-11', '2025-03-11'), [2])
  assert.deepEqual(list('2025-03-03 12:00:00.001', '2025-03-11 11:59:59.999'), [])
  const bad = (beginTime: string, endTime?: string): string =>
    hub.refused('Trd_GetHistoryOrderList', { header: REAL_US, filterConditions: { beginTime, endTime } })
  assert.match(bad('yesterday'), /Wrong time format: yesterday/)
  assert.match(bad('2025-02-30 00:00:00'), /Wrong time format/)
  assert.match(bad('2025-03-11', '2025-03-10'), /not be later/)
})

test('the order list is of today and of what is open, the history of 90 days', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  hub.place({ price: 90 })
  hub.place({ price: 91, timeInForce: TimeInForce.GTC })
  hub.advanceTo(hongKongMs(10, 0, 1))
  const today = (): readonly (number | undefined)[] =>
    (hub.done('Trd_GetOrderList', { header: REAL_HK }).orderList ?? []).map((one) => one.price)
  const history = (): number =>
    hub.done('Trd_GetHistoryOrderList', { header: REAL_HK, filterConditions: {} }).orderList?.length ?? 0
  assert.deepEqual(today(), [91])
  assert.equal(history(), 2)
  hub.advanceTo(hongKongMs(9, 0, 92))
  assert.deepEqual([today(), history()], [[], 0])
})

test('fills of a real account: listed, filtered, pushed before the order they belong to', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  hub.scripted.tapes.set(TENCENT.code, [print(hongKongMs(10, 5), 89, 300)])
  hub.scripted.books.set(TENCENT.code, { bids: [], asks: [{ price: 100, volume: 200, orderCount: 1 }] })
  const taken = hub.place({ price: 100, qty: 200 })
  const rested = hub.place({ price: 90, qty: 300 })
  hub.advanceTo(hongKongMs(11))
  const fills = (filterConditions: Conditions): readonly (readonly [number, number])[] =>
    (hub.done('Trd_GetOrderFillList', { header: REAL_HK, filterConditions }).orderFillList ?? []).map((one) => [
      one.qty,
      one.price,
    ])
  assert.deepEqual(fills({}), [
    [200, 100],
    [300, 90],
  ])
  assert.deepEqual(fills({ orderIDExList: [rested.orderIdEx] }), [[300, 90]])
  assert.deepEqual(fills({ beginTime: '2025-03-03 10:05:00' }), [[300, 90]])
  assert.deepEqual(fills({ codeList: [TRACKER.code] }), [])

  const pushes = hub.accounts.drainEvents().map(pushOf)
  const told = pushes.map((push) =>
    push.protocolName === 'Trd_UpdateOrder'
      ? [push.s2c.order.orderIDEx, push.s2c.order.orderStatus, push.s2c.order.fillQty]
      : [push.s2c.orderFill.orderIDEx, 'fill', push.s2c.orderFill.qty],
  )
  const { Submitting, Submitted, Filled_All } = OrderStatus
  assert.deepEqual(told, [
    [taken.orderIdEx, Submitting, 0],
    [taken.orderIdEx, Submitted, 0],
    [taken.orderIdEx, 'fill', 200],
    [taken.orderIdEx, Filled_All, 200],
    [rested.orderIdEx, Submitting, 0],
    [rested.orderIdEx, Submitted, 0],
    [rested.orderIdEx, 'fill', 300],
    [rested.orderIdEx, Filled_All, 300],
  ])
  assert.ok(pushes.every((push) => push.accID === REAL_HK.accID && push.s2c.header.accID === REAL_HK.accID))
  assert.deepEqual(hub.accounts.drainEvents(), [])

  hub.advanceTo(hongKongMs(10, 0, 1))
  assert.deepEqual(fills({}), [], 'yesterday is history')
  const history = hub.done('Trd_GetHistoryOrderFillList', { header: REAL_HK, filterConditions: {} }).orderFillList
  assert.equal(history?.length, 2)
})

test('the statement of a day holds its deposits, trades and fees, by direction', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  hub.scripted.books.set(TENCENT.code, { bids: [], asks: [{ price: 100, volume: 200, orderCount: 1 }] })
  const { feesPaid } = hub.place({ price: 100, qty: 200 })
  const flows = (clearingDate: string, cashFlowDirection?: number): readonly (number | undefined)[] =>
    (hub.done('Trd_FlowSummary', { header: REAL_HK, clearingDate, cashFlowDirection }).flowSummaryInfoList ?? []).map(
      (one) => one.cashFlowAmount,
    )
  assert.deepEqual(flows('2025-03-03'), [1_000_000, -20_000, -feesPaid / 100])
  assert.deepEqual(flows('2025-03-03', 1), [1_000_000])
  assert.deepEqual(flows('2025-03-03', 2), [-20_000, -feesPaid / 100])
  assert.deepEqual(flows('2025-03-04'), [])
  assert.match(hub.refused('Trd_FlowSummary', { header: REAL_HK, clearingDate: '3 March' }), /YYYY-MM-DD/)
})

test('positions are filtered by code, market and profit', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  for (const code of [TENCENT.code, TRACKER.code]) {
    hub.scripted.tapes.set(code, [print(hongKongMs(9, 45), code === TENCENT.code ? 110 : 100, 1)])
    hub.scripted.books.set(code, { bids: [], asks: [{ price: 100, volume: 1000, orderCount: 1 }] })
    hub.place({ code, qty: 500 })
  }
  const list = (c2s: object): readonly string[] =>
    codes(hub.done('Trd_GetPositionList', { header: REAL_HK, ...c2s }).positionList)
  assert.deepEqual(list({}), [TENCENT.code, TRACKER.code])
  assert.deepEqual(list({ filterConditions: { codeList: [TRACKER.code] } }), [TRACKER.code])
  assert.deepEqual(list({ filterPLRatioMin: 0.05 }), [TENCENT.code])
  assert.deepEqual(list({ filterPLRatioMax: 0.05 }), [TRACKER.code])
  assert.deepEqual(list({ filterConditions: { filterMarket: TrdMarket.US } }), [])
})

test('the account list tells the kinds of account apart', () => {
  const hub = new TradingRig(hongKongMs(10))
  const ids = (c2s: { trdCategory?: number; needGeneralSecAccount?: boolean }): readonly bigint[] =>
    (hub.done('Trd_GetAccList', { userID: 0n, ...c2s }).accList ?? []).map((one) => one.accID)
  assert.equal(ids({}).length, DEFAULT_ACCOUNTS.length)
  assert.deepEqual(ids({ trdCategory: TrdCategory.Future }), [
    281756482566240858n,
    281756485788466331n,
    281756483639982683n,
  ])
  assert.ok(!ids({ trdCategory: TrdCategory.Security }).includes(281756482566240858n))
  assert.ok(!ids({ needGeneralSecAccount: false }).includes(MARGIN_HK.accID))
  const { accList } = hub.done('Trd_GetAccList', { userID: 0n })
  const simulated = accList?.find((one) => one.accID === SIMULATED_HK.accID)
  assert.deepEqual([simulated?.trdEnv, simulated?.simAccType, simulated?.securityFirm], [0, 1, undefined])
})

test('an option strategy is weighed as a whole', () => {
  const hub = new TradingRig(newYorkMs(10)).unlock()
  hub.scripted.tapes.set(OPTION.code, [print(newYorkMs(9, 40), 5, 1)])
  hub.scripted.books.set(OPTION.code, { bids: [{ price: 5, volume: 9, orderCount: 1 }], asks: [] })
  hub.scripted.tapes.set(APPLE.code, [print(newYorkMs(9, 40), 100, 1)])
  hub.scripted.books.set(APPLE.code, { bids: [], asks: [{ price: 100, volume: 900, orderCount: 1 }] })
  const leg = (code: string, side: number, qtyRatio: number) => ({ security: { market: 11, code }, side, qtyRatio })
  const covered = {
    header: REAL_US,
    comboLegs: [leg(APPLE.code, TrdSide.Buy, 100), leg(OPTION.code, TrdSide.SellShort, 1)],
    qty: 1,
    orderType: 1,
  }
  const { maxTrdQtys } = hub.done('Trd_GetComboMaxTrdQtys', covered)
  assert.equal(maxTrdQtys?.nlvChange, -4.62, 'dealt at what it is worth, so only the fees are gone')
  assert.equal(maxTrdQtys.maxWithDrawChange, -10_000 + 500 - 4.62)
  const one = { ...covered, comboLegs: covered.comboLegs.slice(0, 1) }
  assert.match(hub.refused('Trd_GetComboMaxTrdQtys', one), /two to four legs/)
  const shares = { ...covered, comboLegs: [leg(APPLE.code, 1, 1), leg(APPLE.code, 2, 1)] }
  assert.match(hub.refused('Trd_GetComboMaxTrdQtys', shares), /at least one of them an option/)
})

test('an open order is reconfirmed as it stands, another is not', () => {
  const hub = new TradingRig(hongKongMs(10)).unlock()
  const order = hub.place({ price: 90 })
  const confirm = { packetID: PACKET_ID, header: REAL_HK, orderID: BigInt(order.orderId), reconfirmReason: 1 }
  assert.equal(hub.done('Trd_ReconfirmOrder', confirm).orderID, BigInt(order.orderId))
  assert.match(hub.refused('Trd_ReconfirmOrder', { ...confirm, orderID: 1n }), /does not exist/)
  hub.modify(order, { modifyOrderOp: ModifyOrderOp.Cancel })
  assert.match(hub.refused('Trd_ReconfirmOrder', confirm), /present status/)
})
