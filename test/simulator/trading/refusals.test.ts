import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ModifyOrderOp,
  OrderType,
  SecurityFirm,
  TimeInForce,
  TrdEnv,
  TrdMarket,
  TrdSide,
} from '../../../proto/enums.ts'
import type { C2S } from '../../../src/simulator/handler.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../../src/simulator/trading/unlock.ts'
import { APPLE, OPTION, hongKongMs, newYorkMs } from './scripted-market.ts'
import {
  MARGIN_HK,
  PACKET_ID,
  REAL_CN,
  REAL_HK,
  REAL_US,
  SIMULATED_FUTURES,
  SIMULATED_HK,
  TradingRig,
  placeOf,
} from './trading-rig.ts'

const NOW_MS = hongKongMs(10)

function openHub(): TradingRig {
  return new TradingRig(NOW_MS).unlock()
}

test('an account must exist, be of the stated environment and be allowed in the market', () => {
  const hub = openHub()
  const funds = (header: Partial<typeof REAL_HK>): string =>
    hub.refused('Trd_GetFunds', { header: { ...REAL_HK, ...header } })
  assert.match(funds({ accID: 0n }), /^invalid acc_id=0/)
  assert.equal(funds({ accID: 281756455988247917n }), 'Nonexisting acc_id', 'one off the real one, beyond doubles')
  assert.match(funds({ trdEnv: TrdEnv.Simulate }), /^trd_env mismatch/)
  assert.match(funds({ trdEnv: 2 }), /^trd_env mismatch/)
  assert.match(funds({ trdMarket: TrdMarket.US }), /no trading permission/)
})

test('real accounts trade only unlocked, simulated ones always; looking needs no unlock', () => {
  const hub = new TradingRig(NOW_MS)
  const locked = hub.call('Trd_PlaceOrder', placeOf({}))
  assert.ok('refusal' in locked)
  assert.match(locked.refusal.retMsg, /^交易未解锁.*unlock/)
  assert.equal(locked.refusal.errCode, -401)
  hub.done('Trd_GetFunds', { header: REAL_HK })
  hub.place({ header: SIMULATED_HK })

  assert.match(hub.refused('Trd_UnlockTrade', { unlock: true }), /password is wrong/)
  assert.match(hub.refused('Trd_UnlockTrade', { unlock: true, pwdMD5: DEFAULT_PASSWORD_MD5.toUpperCase() }), /wrong/)
  assert.match(hub.placeRefused({}), /unlock/)

  const order = hub.unlock().place({ price: 90 })
  hub.done('Trd_UnlockTrade', { unlock: false })
  assert.match(hub.placeRefused({}), /unlock/)
  const cancel = { packetID: PACKET_ID, header: REAL_HK, orderID: BigInt(order.orderId), modifyOrderOp: 2 }
  assert.match(hub.refused('Trd_ModifyOrder', cancel), /unlock/)
})

test('a firm is unlocked by itself; the password can be chosen', () => {
  const passwordMd5 = '5f4dcc3b5aa765d61d8327deb882cf99'
  const hub = new TradingRig(newYorkMs(10), { passwordMd5 })
  const us = { header: { trdEnv: TrdEnv.Real, accID: 283445328110215941n, trdMarket: TrdMarket.US }, code: APPLE.code }
  hub.done('Trd_UnlockTrade', { unlock: true, pwdMD5: passwordMd5, securityFirm: SecurityFirm.FutuInc })
  hub.place({ ...us, qty: 1 })
  assert.match(hub.placeRefused({ header: REAL_US, code: APPLE.code, qty: 1 }), /unlock/)
  hub.done('Trd_UnlockTrade', { unlock: true, pwdMD5: passwordMd5, securityFirm: SecurityFirm.FutuSecurities })
  hub.place({ ...us, qty: 1 })
  hub.place({ header: REAL_US, code: APPLE.code, qty: 1 })
  assert.match(
    hub.refused('Trd_UnlockTrade', { unlock: true, pwdMD5: passwordMd5, securityFirm: SecurityFirm.FutuJP }),
    /security_firm 7/,
  )
})

test('an order is refused in words when it cannot be', () => {
  const hub = openHub()
  hub.scripted.band = { low: 80, high: 120 }
  const cases: readonly (readonly [Partial<C2S<'Trd_PlaceOrder'>>, RegExp])[] = [
    [{ code: 'NOPE' }, /Unknown stock NOPE/],
    [{ code: '' }, /Unknown stock/],
    [{ code: APPLE.code }, /Unknown stock AAPL/],
    [{ code: '800000' }, /cannot be traded/],
    [{ secMarket: 2 }, /sec_market does not belong/],
    [{ trdSide: 0 }, /trd_side/],
    [{ qty: 150 }, /lot size 100/],
    [{ qty: 0 }, /whole number/],
    [{ qty: -100 }, /whole number/],
    [{ qty: 100.5 }, /whole number/],
    [{ qty: Number.NaN }, /whole number/],
    [{ qty: 2 ** 60 }, /whole number/],
    [{ qty: 1e9 }, /upper limit/],
    [{ price: 100.01 }, /minimum price spread 0.05/],
    [{ price: 100.02, adjustPrice: true, adjustSideAndLimit: 0.0001 }, /cannot be adjusted/],
    [{ price: 120.05 }, /between 80 and 120/],
    [{ price: 0 }, /price greater than 0/],
    [{ price: undefined }, /price greater than 0/],
    [{ price: Number.NaN }, /price greater than 0/],
    [{ price: Infinity }, /price greater than 0/],
    [{ orderType: OrderType.TWAP_LIMIT }, /TWAP_LIMIT is not supported/],
    [{ orderType: 99 }, /99 is not supported/],
    [{ orderType: OrderType.Auction }, /auction sessions only/],
    [{ orderType: OrderType.Stop }, /aux_price/],
    [{ orderType: OrderType.StopLimit, auxPrice: 100.01 }, /minimum price spread/],
    [{ orderType: OrderType.TrailingStop }, /trail_type/],
    [{ orderType: OrderType.TrailingStop, trailType: 1, trailValue: 100 }, /trail_type/],
    [{ orderType: OrderType.TrailingStopLimit, trailType: 2, trailValue: 1 }, /trail_spread/],
    [{ orderType: OrderType.Market, timeInForce: TimeInForce.GTC }, /time_in_force/],
    [{ timeInForce: 9 }, /time_in_force/],
    [{ timeInForce: TimeInForce.GTD }, /expire_time/],
    [{ timeInForce: TimeInForce.GTD, expireTime: '2025-02-30' }, /expire_time/],
    [{ timeInForce: TimeInForce.GTD, expireTime: '2025-03-02' }, /expire_time/],
    [{ remark: 'x'.repeat(65) }, /64 bytes/],
    [{ remark: '备'.repeat(22) }, /64 bytes/],
    [{ qty: 10_000 }, /needs 1001\d{3}\.\d{2}, 1000000\.00 is available/],
    [{ trdSide: TrdSide.Sell }, /Insufficient position: 0/],
    [{ trdSide: TrdSide.SellShort }, /not permitted/],
    [{ trdSide: TrdSide.BuyBack }, /0 can be bought back/],
    [{ header: REAL_CN, code: '600519', orderType: OrderType.Market }, /MARKET is not supported/],
    [{ header: REAL_CN, code: '600519', trdSide: TrdSide.SellShort }, /not permitted/],
    [{ header: SIMULATED_HK, orderType: OrderType.Stop, auxPrice: 101 }, /limit and market orders only/],
    [{ header: SIMULATED_HK, timeInForce: TimeInForce.GTC }, /day orders only/],
    [{ header: SIMULATED_FUTURES }, /cannot be traded/],
  ]
  for (const [order, text] of cases) assert.match(hub.placeRefused(order), text)
})

test('a price off the grid is moved to the next valid one when the client allows it', () => {
  const hub = openHub()
  assert.equal(hub.place({ price: 90.02, adjustPrice: true, adjustSideAndLimit: 0.001 }).price, 90_050_000)
  assert.equal(hub.place({ price: 90.02, adjustPrice: true, adjustSideAndLimit: -0.001 }).price, 90_000_000)
})

test('a remark of 64 bytes comes back as it was', () => {
  const hub = openHub()
  const remark = `${'备注'.repeat(10)}abcd`
  hub.place({ price: 90, remark })
  assert.equal(hub.done('Trd_GetOrderList', { header: REAL_HK }).orderList?.[0]?.remark, remark)
})

test('market and special limit orders are for trading hours', () => {
  const hub = new TradingRig(hongKongMs(12, 30)).unlock()
  for (const orderType of [OrderType.Market, OrderType.SpecialLimit]) {
    assert.match(hub.placeRefused({ orderType }), /market is closed/)
  }
  assert.match(hub.placeRefused({ timeInForce: TimeInForce.IOC }), /market is closed/)
})

test('short selling and options keep to the accounts that have them', () => {
  const hub = new TradingRig(newYorkMs(10)).unlock()
  const short = { header: REAL_US, code: APPLE.code, trdSide: TrdSide.SellShort, qty: 10, price: 90 }
  hub.place(short)
  assert.match(hub.placeRefused({ ...short, qty: 1_000_000 }), /not permitted/)
  hub.place({ header: REAL_US, code: OPTION.code, qty: 1 })
  const long = hub.place({ header: REAL_US, code: APPLE.code, qty: 50, price: 101 })
  assert.ok(long.filledQty > 10)
  assert.match(hub.placeRefused(short), /Sell the long position first/)
})

test('modifying is refused for orders that are over, unknown, or would become impossible', () => {
  const hub = openHub()
  const order = hub.place({ price: 90, qty: 500 })
  const text = (change: Partial<C2S<'Trd_ModifyOrder'>>): string => {
    const answer = hub.modify(order, change)
    assert.ok('refusal' in answer)
    return answer.refusal.retMsg
  }
  assert.match(text({ orderIDEx: 'FT0' }), /does not exist/)
  assert.match(text({ orderIDEx: '', orderID: 1n }), /does not exist/)
  assert.match(text({ modifyOrderOp: 0 }), /modify_order_op/)
  assert.match(text({ modifyOrderOp: 9 }), /modify_order_op/)
  assert.match(text({ qty: 550 }), /lot size/)
  assert.match(text({ price: 90.01 }), /minimum price spread/)
  assert.match(text({ qty: 20_000 }), /Insufficient buying power/)
  assert.match(text({ modifyOrderOp: ModifyOrderOp.Enable }), /present status/)
  assert.match(text({ modifyOrderOp: ModifyOrderOp.Delete }), /present status/)
  assert.match(text({ forAll: true }), /only be used to cancel/)
  hub.modify(order, { modifyOrderOp: ModifyOrderOp.Cancel })
  assert.match(text({ modifyOrderOp: ModifyOrderOp.Cancel }), /present status/)
  assert.match(text({ qty: 100 }), /present status/)

  const partly = hub.place({ price: 101, qty: (100_00 / 100) * 50 })
  assert.ok(partly.filledQty > 0 && partly.filledQty < partly.qty)
  const answer = hub.modify(partly, { qty: partly.filledQty })
  assert.ok('refusal' in answer)
  assert.match(answer.refusal.retMsg, /greater than the \d+ that are filled/)
})

test('simulated accounts have no deals, fees, flows, disabling or cancelling of all', () => {
  const hub = openHub()
  const header = SIMULATED_HK
  const order = hub.place({ header, price: 90 })
  const filterConditions = {}
  assert.equal(hub.refused('Trd_GetOrderFillList', { header }), 'Simulated trade does not support deal list')
  assert.match(hub.refused('Trd_GetHistoryOrderFillList', { header, filterConditions }), /does not support deal list/)
  assert.equal(hub.refused('Trd_GetOrderFee', { header }), 'Simulated trade is not supported')
  assert.equal(
    hub.refused('Trd_FlowSummary', { header, clearingDate: '2025-03-03' }),
    'Paper trading does not support requesting cash flow data.',
  )
  const modify = { packetID: PACKET_ID, header, orderID: BigInt(order.orderId) }
  for (const modifyOrderOp of [ModifyOrderOp.Disable, ModifyOrderOp.Enable, ModifyOrderOp.Delete]) {
    assert.match(hub.refused('Trd_ModifyOrder', { ...modify, modifyOrderOp }), /supports only modifying and cancelling/)
  }
  assert.match(hub.refused('Trd_ModifyOrder', { ...modify, modifyOrderOp: 2, forAll: true }), /cancelling all/)
  const bought = hub.place({ header, price: 101 })
  assert.ok(bought.filledQty > 0)
  assert.ok(
    hub.accounts.drainEvents().every((event) => event.kind === 'order'),
    'nor fill pushes',
  )
})

test('cancel all takes every open order, or those of one market', () => {
  const hub = openHub()
  const cancelAll = (trdMarket?: number) =>
    hub.done('Trd_ModifyOrder', {
      packetID: PACKET_ID,
      header: MARGIN_HK,
      orderID: 0n,
      modifyOrderOp: ModifyOrderOp.Cancel,
      forAll: true,
      trdMarket,
    })
  const orders = [
    hub.place({ header: MARGIN_HK, price: 90 }),
    hub.place({ header: REAL_US, code: APPLE.code, qty: 1, price: 90 }),
    hub.place({ header: MARGIN_HK, price: 91 }),
  ]
  cancelAll(TrdMarket.US)
  assert.deepEqual(
    orders.map((one) => one.status),
    [5, 15, 5],
  )
  cancelAll()
  assert.deepEqual(
    orders.map((one) => one.status),
    [15, 15, 15],
  )
})

test('an account takes 500 open orders and not one more', () => {
  const hub = openHub()
  for (let count = 0; count < 500; count += 1) hub.place({ price: 10 })
  assert.match(hub.placeRefused({ price: 10 }), /at most 500/)
  assert.equal(hub.accounts.account(REAL_HK.accID)?.orders.length, 500)
})
