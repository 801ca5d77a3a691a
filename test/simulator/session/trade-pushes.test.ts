import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp, OrderStatus, OrderType, TrdEnv, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import { Bench, type TcpClient } from './tcp-client.ts'

/** The simulated account that may trade Hong Kong stocks. */
function paperAccount(client: TcpClient): bigint {
  const accounts = client.call('Trd_GetAccList', { userID: 0n }).s2c?.accList ?? []
  const account = accounts.find(
    ({ trdEnv, trdMarketAuthList }) => trdEnv === TrdEnv.Simulate && trdMarketAuthList?.includes(TrdMarket.HK),
  )
  assert.ok(account !== undefined)
  return account.accID
}

function order(
  client: TcpClient,
  accID: bigint,
  serialNo: number,
  terms: { readonly price: number; readonly qty: number },
) {
  return client.call('Trd_PlaceOrder', {
    packetID: { connID: client.connId, serialNo },
    header: { trdEnv: TrdEnv.Simulate, accID, trdMarket: TrdMarket.HK },
    trdSide: TrdSide.Buy,
    orderType: OrderType.Normal,
    code: '00700',
    secMarket: 1,
    ...terms,
  })
}

/** The statuses a connection was told, in order. */
function statuses(client: TcpClient): number[] {
  return client
    .takePushes()
    .filter(({ protoId }) => protoId === 2208)
    .map(({ s2c }) => (s2c['order'] as { orderStatus: number }).orderStatus)
}

/** A price well below the market, on the tick grid. */
function lowPrice(bench: Bench): number {
  const { market } = bench.opend.world
  const tencent = market.instrument(1, '00700')
  assert.ok(tencent !== null)
  return Math.floor(market.lastPrice(tencent, bench.nowMs) * 0.9)
}

test('order pushes reach every connection that listed the account, in order, after the reply', () => {
  const bench = new Bench()
  const [trader, watcher, stranger] = [bench.login(), bench.login(), bench.login()]
  const accID = paperAccount(trader)
  for (const client of [trader, watcher]) client.call('Trd_SubAccPush', { accIDList: [accID] })
  const placed = order(trader, accID, 1, { price: lowPrice(bench), qty: 100 })
  assert.equal(placed.retType, 0, placed.retMsg)
  const seen = statuses(trader)
  assert.ok(seen.length > 0)
  assert.equal(seen.at(-1), OrderStatus.Submitted)
  assert.deepEqual(statuses(watcher), seen)
  assert.deepEqual(stranger.takePushes(), [])

  bench.pass(1000)
  const cancelled = trader.call('Trd_ModifyOrder', {
    packetID: { connID: trader.connId, serialNo: 2 },
    header: { trdEnv: TrdEnv.Simulate, accID, trdMarket: TrdMarket.HK },
    orderID: placed.s2c?.orderID ?? 0n,
    modifyOrderOp: ModifyOrderOp.Cancel,
  })
  assert.equal(cancelled.retType, 0, cancelled.retMsg)
  assert.equal(statuses(trader).at(-1), OrderStatus.Cancelled_All)
  assert.equal(statuses(watcher).at(-1), OrderStatus.Cancelled_All)
})

test('the account list of a connection is replaced, not added to, and one unknown account refuses it whole', () => {
  const bench = new Bench()
  const client = bench.login()
  const accID = paperAccount(client)
  client.call('Trd_SubAccPush', { accIDList: [accID] })
  assert.equal(client.call('Trd_SubAccPush', { accIDList: [accID, 42n] }).retType, -1)
  order(client, accID, 1, { price: lowPrice(bench), qty: 100 })
  assert.notDeepEqual(statuses(client), [], 'a refused list changes nothing')
  bench.pass(1000)
  assert.equal(client.call('Trd_SubAccPush', {}).retType, 0)
  order(client, accID, 2, { price: lowPrice(bench), qty: 100 })
  assert.deepEqual(statuses(client), [])
})

test('a resting order fills by itself when time passes, and its connection hears of it', () => {
  const bench = new Bench()
  const client = bench.login()
  const accID = paperAccount(client)
  client.call('Trd_SubAccPush', { accIDList: [accID] })
  const { market } = bench.opend.world
  const tencent = market.instrument(1, '00700')
  assert.ok(tencent !== null)
  // A bid just under the last price: sooner or later somebody sells into it.
  const last = market.lastPrice(tencent, bench.nowMs)
  const placed = order(client, accID, 1, { price: last - market.tickSize(tencent, last - 0.001) * 2, qty: 100 })
  assert.equal(placed.retType, 0, placed.retMsg)
  statuses(client)
  for (let minutes = 0; minutes < 60 && client.frames.length === 0; minutes++) {
    bench.pass(20_000)
    client.call('KeepAlive', { time: 1n })
  }
  assert.equal(statuses(client).at(-1), OrderStatus.Filled_All)
})

test('an order of one run is there in the next one, and the clients cannot tell', () => {
  const bench = new Bench()
  const client = bench.login()
  const accID = paperAccount(client)
  const before = bench.opend.revision
  const placed = order(client, accID, 1, { price: lowPrice(bench), qty: 100 })
  assert.ok(bench.opend.revision > before, 'a shell must see that there is something to store')
  const state = JSON.parse(JSON.stringify(bench.opend.snapshot(bench.nowMs))) as ReturnType<Bench['opend']['snapshot']>
  const after = new Bench({ state })
  after.nowMs = bench.nowMs + 5000
  const again = after.login()
  assert.notEqual(again.connId, client.connId, 'no connection id comes twice')
  const query = { header: { trdEnv: TrdEnv.Simulate, accID, trdMarket: TrdMarket.HK } }
  const orders = again.call('Trd_GetOrderList', query).s2c?.orderList ?? []
  assert.deepEqual(
    orders.map(({ orderIDEx, orderStatus }) => [orderIDEx, orderStatus]),
    [[placed.s2c?.orderIDEx, OrderStatus.Submitted]],
  )
})

test('reading changes nothing that a shell would have to store', () => {
  const bench = new Bench()
  const client = bench.login()
  const before = bench.opend.revision
  client.call('KeepAlive', { time: 1n })
  client.call('GetGlobalState', { userID: 0n })
  client.call('Trd_GetFunds', {
    header: { trdEnv: TrdEnv.Simulate, accID: paperAccount(client), trdMarket: TrdMarket.HK },
  })
  bench.pass(10_000)
  assert.equal(bench.opend.revision, before)
})
