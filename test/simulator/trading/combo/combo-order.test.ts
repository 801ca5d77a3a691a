import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ModifyOrderOp,
  OptionStrategyType,
  OrderStatus,
  OrderType,
  TimeInForce,
  TrdEnv,
  TrdSide,
} from '../../../../proto/enums.ts'
import type { MessageTypes } from '../../../../proto/messages.ts'
import type { C2S } from '../../../../src/simulator/handler.ts'
import type { Instrument } from '../../../../src/simulator/market/instrument.ts'
import { MAX_OPEN_ORDERS_PER_ACCOUNT } from '../../../../src/simulator/trading/bounds.ts'
import { pushOf } from '../../../../src/simulator/trading/pushes.ts'
import { assertConserved, assertSane } from '../invariants.ts'
import { APPLE, HIGHER_OPTION, OPTION, newYorkMs, print } from '../scripted-market.ts'
import { PACKET_ID, REAL_US, TradingRig } from '../trading-rig.ts'

type Order = MessageTypes['Trd_Common.Order']
type Combo = C2S<'Trd_PlaceComboOrder'>

/** The lower call is bid 4.9, offered 5; the higher one bid 2, offered 2.1. A spread costs 3 at these prices. */
function openRig(nowMs = newYorkMs(10), volume = 10): TradingRig {
  const rig = new TradingRig(nowMs).unlock()
  quote(rig, OPTION, 4.9, 5, volume)
  quote(rig, HIGHER_OPTION, 2, 2.1, volume)
  quote(rig, APPLE, 99.99, 100, 10_000)
  return rig
}

function quote(rig: TradingRig, { code }: Instrument, bid: number, ask: number, volume: number): void {
  rig.scripted.tapes.set(code, [print(newYorkMs(9, 40), bid, 1)])
  rig.scripted.books.set(code, {
    bids: [{ price: bid, volume, orderCount: 1 }],
    asks: [{ price: ask, volume, orderCount: 1 }],
  })
}

function leg({ market, code }: Instrument, side: number, qtyRatio = 1): MessageTypes['Qot_Common.ComboLeg'] {
  return { security: { market, code }, side, qtyRatio }
}

/** Buys the lower call and sells the higher one. */
const SPREAD: Combo = {
  packetID: PACKET_ID,
  header: REAL_US,
  comboLegs: [leg(OPTION, TrdSide.Buy), leg(HIGHER_OPTION, TrdSide.Sell)],
  qty: 2,
  price: 3,
  orderType: OrderType.Normal,
}

function place(rig: TradingRig, combo: Partial<Combo> = {}): string {
  const { orderIDEx = '' } = rig.done('Trd_PlaceComboOrder', { ...SPREAD, ...combo })
  assert.notEqual(orderIDEx, '')
  return orderIDEx
}

function listed(rig: TradingRig, orderIDEx: string): Order {
  const { orderList = [] } = rig.done('Trd_GetOrderList', { header: REAL_US })
  const found = orderList.filter((one) => one.orderIDEx === orderIDEx)
  assert.equal(found.length, 1, 'a combination is one order of the list')
  const [order] = found
  assert.ok(order !== undefined)
  return order
}

function quantities(rig: TradingRig): Record<string, number> {
  const { positionList = [] } = rig.done('Trd_GetPositionList', { header: REAL_US })
  return Object.fromEntries(positionList.map((one) => [one.code, one.qty]))
}

function change(rig: TradingRig, orderIDEx: string, modifyOrderOp: number) {
  return rig.call('Trd_ModifyOrder', { packetID: PACKET_ID, header: REAL_US, orderID: 0n, orderIDEx, modifyOrderOp })
}

function accountOf(rig: TradingRig) {
  const account = rig.accounts.account(REAL_US.accID)
  assert.ok(account !== null)
  return account
}

test('a spread at its net price is filled leg by leg, and is one order to its client', () => {
  const rig = openRig()
  rig.accounts.drainEvents()
  const id = place(rig, { remark: 'spread' })
  const order = listed(rig, id)
  assert.deepEqual(
    [order.orderStatus, order.qty, order.fillQty, order.price, order.fillAvgPrice, order.remark],
    [OrderStatus.Filled_All, 2, 2, 3, 3, 'spread'],
  )
  assert.equal(order.strategyType, OptionStrategyType.Spread)
  assert.deepEqual(
    order.comboLegs?.map((one) => [one.security.code, one.side, one.qtyRatio]),
    [
      [OPTION.code, TrdSide.Buy, 1],
      [HIGHER_OPTION.code, TrdSide.SellShort, 1],
    ],
  )
  assert.deepEqual(quantities(rig), { [OPTION.code]: 2, [HIGHER_OPTION.code]: -2 })
  const fills = rig.done('Trd_GetOrderFillList', { header: REAL_US }).orderFillList ?? []
  assert.deepEqual(
    fills.map((one) => [one.code, one.qty, one.price, one.orderIDEx]),
    [
      [OPTION.code, 2, 5, id],
      [HIGHER_OPTION.code, 2, 2, id],
    ],
  )
  const [fees] = rig.done('Trd_GetOrderFee', { header: REAL_US, orderIdExList: [id] }).orderFeeList ?? []
  const items = (fees?.feeList ?? []).reduce((sum, one) => sum + Math.round((one.value ?? 0) * 100), 0)
  assert.ok(items > 0)
  assert.equal(Math.round((fees?.feeAmount ?? 0) * 100), items)
  const statuses = rig.accounts.drainEvents().flatMap((event) => {
    const push = pushOf(event)
    return push.protocolName === 'Trd_UpdateOrder' && push.s2c.order.orderIDEx === id
      ? [push.s2c.order.orderStatus]
      : []
  })
  assert.equal(statuses[0], OrderStatus.WaitingSubmit)
  assert.equal(statuses.at(-1), OrderStatus.Filled_All)
  assertConserved(accountOf(rig))
  for (const one of accountOf(rig).orders) assertSane(rig.accounts, one)
})

test('a combination waits until the books meet its net price in full, then all legs go', () => {
  const rig = openRig()
  const id = place(rig, { price: 2.8 })
  rig.advanceTo(newYorkMs(10, 5))
  assert.equal(listed(rig, id).orderStatus, OrderStatus.WaitingSubmit)
  quote(rig, HIGHER_OPTION, 2.2, 2.3, 1)
  rig.advanceTo(newYorkMs(10, 10))
  assert.equal(listed(rig, id).orderStatus, OrderStatus.WaitingSubmit, 'one contract is bid, two are to be sold')
  assert.deepEqual(quantities(rig), {})
  quote(rig, HIGHER_OPTION, 2.2, 2.3, 2)
  rig.advanceTo(newYorkMs(10, 15))
  assert.deepEqual([listed(rig, id).orderStatus, listed(rig, id).fillAvgPrice], [OrderStatus.Filled_All, 2.8])
  assert.deepEqual(quantities(rig), { [OPTION.code]: 2, [HIGHER_OPTION.code]: -2 })
})

test('a credit has a negative price, and a covered call counts its shares by the ratio', () => {
  const rig = openRig()
  const credit = [leg(OPTION, TrdSide.Sell), leg(HIGHER_OPTION, TrdSide.Buy)]
  const waiting = place(rig, { comboLegs: credit, price: -2.9 })
  assert.equal(listed(rig, waiting).orderStatus, OrderStatus.WaitingSubmit)
  const sold = place(rig, { comboLegs: credit, price: -2.8 })
  assert.deepEqual([listed(rig, sold).orderStatus, listed(rig, sold).fillAvgPrice], [OrderStatus.Filled_All, -2.8])
  const covered = place(rig, {
    comboLegs: [leg(APPLE, TrdSide.Buy, 100), leg(HIGHER_OPTION, TrdSide.Buy)],
    qty: 1,
    price: 102.1,
  })
  assert.equal(listed(rig, covered).strategyType, OptionStrategyType.Covered)
  assert.deepEqual(
    [listed(rig, covered).orderStatus, listed(rig, covered).fillAvgPrice],
    [OrderStatus.Filled_All, 102.1],
  )
  assert.equal(quantities(rig)[APPLE.code], 100)
})

test('at the market the legs go at once, and a leg without a counterparty stays open until it is cancelled', () => {
  const rig = openRig()
  quote(rig, HIGHER_OPTION, 2, 2.1, 1)
  const id = place(rig, { orderType: OrderType.Market, price: undefined })
  assert.deepEqual([listed(rig, id).orderStatus, listed(rig, id).fillQty], [OrderStatus.Filled_Part, 1])
  assert.ok(!('refusal' in change(rig, id, ModifyOrderOp.Cancel)))
  assert.equal(listed(rig, id).orderStatus, OrderStatus.Cancelled_Part)
  assert.ok('refusal' in change(rig, id, ModifyOrderOp.Cancel), 'an order that is over is not cancelled again')
  assertConserved(accountOf(rig))
})

test('a waiting combination holds money for all legs, ends with its day, and can be cancelled but not changed', () => {
  const rig = openRig()
  const power = () => rig.done('Trd_GetFunds', { header: REAL_US }).funds?.power ?? 0
  const before = power()
  const id = place(rig, { price: 1 })
  assert.ok(power() < before)
  const refusal = change(rig, id, ModifyOrderOp.Normal)
  assert.match('refusal' in refusal ? refusal.refusal.retMsg : '', /only cancelled/)
  change(rig, id, ModifyOrderOp.Cancel)
  assert.equal(listed(rig, id).orderStatus, OrderStatus.Cancelled_All)
  assert.equal(power(), before)
  change(rig, id, ModifyOrderOp.Delete)
  assert.equal(rig.done('Trd_GetOrderList', { header: REAL_US }).orderList?.length, 0)

  const next = place(rig, { price: 1 })
  rig.advanceTo(newYorkMs(17))
  assert.equal(listed(rig, next).orderStatus, OrderStatus.Cancelled_All)
})

test('one leg that cannot be placed refuses all, and nothing is left of the others', () => {
  const rig = openRig()
  const cases: [Partial<Combo>, RegExp][] = [
    [{ comboLegs: [leg(OPTION, TrdSide.Buy), leg(HIGHER_OPTION, TrdSide.BuyBack)] }, /0 can be bought back/],
    [{ qty: 1_000_000 }, /Insufficient buying power/],
    [{ price: undefined }, /net price/],
    [{ timeInForce: TimeInForce.GTC }, /good for the day/],
    [{ orderType: OrderType.Stop }, /limit or a market order/],
    [{ comboLegs: [leg(OPTION, TrdSide.Buy), leg(OPTION, TrdSide.Sell)] }, /two to four/],
    [{ remark: 'x'.repeat(65) }, /64 bytes/],
    [{ header: { ...REAL_US, trdEnv: TrdEnv.Simulate } }, /mismatch/],
  ]
  for (const [combo, text] of cases) assert.match(rig.refused('Trd_PlaceComboOrder', { ...SPREAD, ...combo }), text)
})

test('the legs of combinations count as open orders, so their number is bounded', () => {
  const rig = openRig()
  const small = { price: 0.01, qty: 1, comboLegs: [leg(OPTION, TrdSide.Buy), leg(HIGHER_OPTION, TrdSide.Buy)] }
  for (let count = 0; count < MAX_OPEN_ORDERS_PER_ACCOUNT / 2; count += 1) place(rig, small)
  assert.match(rig.refused('Trd_PlaceComboOrder', { ...SPREAD, ...small }), /Too many open orders/)
})
