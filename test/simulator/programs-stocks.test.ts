import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import FutuClient from 'futu-api'
import {
  KLType,
  ModifyOrderOp,
  OrderStatus,
  OrderType,
  QotMarketState,
  RehabType,
  SubType,
  TrdEnv,
  TrdMarket,
  TrdSide,
} from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { serve, Trader } from './program-rig.ts'

/**
 * Kinds of programs that people run against OpenD, on a server with its limits and latency. Each waits for the reply to
 * one call before it makes the next, and none knows of limits: it must not meet one.
 */

const HK = 1
const PAPER_HK = { trdEnv: TrdEnv.Simulate, accID: 281756479345015383n, trdMarket: TrdMarket.HK }
const MORNING = '2026-11-20T02:00:00Z'

function limitOrder(trdSide: number, code: string, qty: number, price: number) {
  return { trdSide, orderType: OrderType.Normal, secMarket: HK, code, qty, price }
}

function marketOrder(trdSide: number, code: string, qty: number) {
  return { trdSide, orderType: OrderType.Market, secMarket: HK, code, qty }
}

before(() => {
  // The official client writes about its life to the console.
  console.debug = console.log = () => {}
})

test('place, change and cancel in a loop, with the official client', async () => {
  const server = await serve(MORNING, 1)
  const api = new FutuClient()
  try {
    const loggedIn = new Promise<boolean>((resolve) => {
      api.onlogin = resolve
    })
    api.start('127.0.0.1', server.webSocketPort, false, '')
    // The client's five seconds also pass while the whole machine pauses, and then a call fails with a bare 'timeout'.
    if (api.websock !== null) api.websock.timeout = 100_000
    assert.equal(await loggedIn, true)
    const header = { ...PAPER_HK, accID: String(PAPER_HK.accID) }
    let serialNo = 0
    const packetID = () => ({ connID: api.getConnID(), serialNo: ++serialNo })
    for (let round = 0; round < 7; round++) {
      const c2s = { packetID: packetID(), header, ...limitOrder(TrdSide.Buy, '00700', 100, 100) }
      const { s2c } = await api.PlaceOrder({ c2s })
      const change = (modifyOrderOp: number, more: object) =>
        api.ModifyOrder({ c2s: { packetID: packetID(), header, orderID: s2c['orderID'], modifyOrderOp, ...more } })
      await change(ModifyOrderOp.Normal, { qty: 200, price: 101 })
      await change(ModifyOrderOp.Cancel, {})
    }
    const { s2c } = await api.GetOrderList({ c2s: { header } })
    const orders = s2c['orderList'] as unknown as { readonly orderStatus: number; readonly qty: number }[]
    assert.deepEqual(
      orders.map(({ orderStatus, qty }) => [orderStatus, qty]),
      Array.from({ length: 7 }, () => [OrderStatus.Cancelled_All, 200]),
    )
  } finally {
    api.stop()
    api.websock?.close()
  }
})

test('a grid: each fill is answered with the opposite order one step away', async () => {
  const server = await serve(MORNING, 600)
  const trader = await Trader.login(server, PAPER_HK)
  await trader.subscribe(HK, ['00700'], SubType.OrderBook)
  const lot = 100
  const step = 0.4
  await trader.until(await trader.place(marketOrder(TrdSide.Buy, '00700', 5 * lot)), OrderStatus.Filled_All)
  const { bid, ask } = await trader.book(HK, '00700')
  const grid = new Map<bigint, { readonly side: number; readonly price: number }>()
  const put = async (side: number, price: number): Promise<void> => {
    const rounded = Math.round(price * 5) / 5
    grid.set(await trader.place(limitOrder(side, '00700', lot, rounded)), { side, price: rounded })
  }
  for (const away of [1, 2, 3]) {
    await put(TrdSide.Buy, bid - away * step)
    await put(TrdSide.Sell, ask + away * step)
  }
  let position = 5 * lot
  for (let fills = 0; fills < 4; fills++) {
    const { s2c } = await trader.client.push('a filled order of the grid', (push) => {
      const order = push.s2c['order'] as MessageTypes['Trd_Common.Order'] | undefined
      return order !== undefined && grid.has(order.orderID) && order.orderStatus === OrderStatus.Filled_All
    })
    const { orderID } = s2c['order'] as MessageTypes['Trd_Common.Order']
    const filled = grid.get(orderID)
    assert.ok(filled !== undefined)
    grid.delete(orderID)
    const isBuy = filled.side === TrdSide.Buy
    position += isBuy ? lot : -lot
    await put(isBuy ? TrdSide.Sell : TrdSide.Buy, filled.price + (isBuy ? step : -step))
  }
  const cancelled = new Set<bigint>()
  for (const orderID of grid.keys()) {
    // An order may fill before the cancel arrives.
    const packetID = trader.client.packetID()
    const change = { packetID, header: PAPER_HK, orderID, modifyOrderOp: ModifyOrderOp.Cancel }
    if ((await trader.client.ask('Trd_ModifyOrder', change)).retType === 0) cancelled.add(orderID)
  }
  for (const [orderID, { side }] of grid) {
    if (!cancelled.has(orderID)) position += side === TrdSide.Buy ? lot : -lot
  }
  const { orderList = [] } = await trader.client.call('Trd_GetOrderList', { header: PAPER_HK })
  assert.ok(
    orderList.every((order) => [OrderStatus.Filled_All, OrderStatus.Cancelled_All].includes(order.orderStatus as 11)),
  )
  assert.equal((await trader.positions())['00700'] ?? 0, position)
})

const WATCHLIST = ['00700', '00005', '00941', '01299', '00388', '02318']

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

test('a crossover of moving averages over a watchlist: positions follow the signals', async () => {
  const server = await serve(MORNING, 120)
  const trader = await Trader.login(server, PAPER_HK)
  const { client } = trader
  const { staticInfoList = [] } = await client.call('Qot_GetStaticInfo', {
    securityList: WATCHLIST.map((code) => ({ market: HK, code })),
  })
  const lots = new Map(staticInfoList.map(({ basic }) => [basic.security.code, basic.lotSize]))
  await trader.subscribe(HK, WATCHLIST, SubType.KL_1Min)
  const bars = new Map<string, Map<string, number>>()
  for (const code of WATCHLIST) {
    const security = { market: HK, code }
    const read = { rehabType: RehabType.None, klType: KLType._1Min, security, reqNum: 30 }
    const { klList = [] } = await client.call('Qot_GetKL', read)
    assert.equal(klList.length, 30)
    bars.set(code, new Map(klList.map(({ time, closePrice = 0 }) => [time, closePrice])))
  }
  const held = new Map<string, number>()
  const signals = new Map<string, boolean>()
  let orders = 0
  const decide = async (code: string): Promise<void> => {
    const closes = [...(bars.get(code)?.values() ?? [])]
    const isLong = average(closes.slice(-5)) > average(closes.slice(-20))
    if (signals.get(code) === isLong || (!isLong && !held.has(code)) || orders >= 14) return
    signals.set(code, isLong)
    const qty = lots.get(code) ?? 0
    orders++
    const side = isLong ? TrdSide.Buy : TrdSide.Sell
    await trader.until(await trader.place(marketOrder(side, code, qty)), OrderStatus.Filled_All)
    if (isLong) held.set(code, qty)
    else held.delete(code)
  }
  for (const code of WATCHLIST) await decide(code)
  const updated = new Set<string>()
  while (updated.size < WATCHLIST.length) {
    const { s2c } = await client.push('a bar', ({ protoId }) => protoId === 3007)
    const { security, klList = [] } = s2c as unknown as MessageTypes['Qot_UpdateKL.S2C']
    for (const { time, closePrice = 0 } of klList) bars.get(security.code)?.set(time, closePrice)
    updated.add(security.code)
    await decide(security.code)
  }
  assert.ok(orders > 0, 'no signal at all')
  assert.deepEqual(await trader.positions(), Object.fromEntries(held))
})

test('a bot that starts before the market opens and runs through the close', async () => {
  const server = await serve('2026-11-20T01:00:00Z', 5400)
  const trader = await Trader.login(server, PAPER_HK)
  const { client } = trader
  const states: number[] = []
  await trader.subscribe(HK, ['00700'], SubType.Basic)
  let resting: bigint | null = null
  let bought: bigint | null = null
  for (let isOver = false; !isOver;) {
    // A quote push or a reminder wakes a real bot; this one asks again as soon as it has its answer.
    const { marketHK } = await client.call('GetGlobalState', { userID: 0n })
    if (states.at(-1) !== marketHK) states.push(marketHK)
    if (resting === null) resting = await trader.place(limitOrder(TrdSide.Buy, '00700', 100, 100))
    const isOpen = marketHK === QotMarketState.Morning || marketHK === QotMarketState.Afternoon
    if (isOpen && bought === null) {
      bought = await trader.place(marketOrder(TrdSide.Buy, '00700', 100))
      await trader.until(bought, OrderStatus.Filled_All)
    }
    isOver = bought !== null && marketHK === QotMarketState.Closed
  }
  const passes = [QotMarketState.Morning, QotMarketState.Rest, QotMarketState.Afternoon, QotMarketState.Closed]
  assert.deepEqual(
    states.filter((state) => passes.some((one) => one === state)).slice(-4),
    passes,
    'the bot saw the whole day',
  )
  const { orderList = [] } = await client.call('Trd_GetOrderList', { header: PAPER_HK })
  const statuses = new Map(orderList.map(({ orderID, orderStatus }) => [orderID, orderStatus]))
  assert.equal(statuses.get(bought ?? 0n), OrderStatus.Filled_All)
  assert.ok(resting !== null)
  assert.notEqual(statuses.get(resting), OrderStatus.Submitted, 'a day order does not outlive its day')
  assert.deepEqual(await trader.positions(), { '00700': 100 })
})
