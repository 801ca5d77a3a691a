import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderType, SecurityType, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import type { OrderAnswer } from '../../../src/orders/request.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { inMarket, restingOrder } from '../../limits/sample-orders.ts'
import { OrderPathRig } from '../order-rig.ts'
import { changedC2s, failed, limits, orderOf } from '../order-values.ts'
import { snapshot } from '../sample-snapshot.ts'

const SNAPSHOT = 3203
const FUTURE_INFO = 3218

function codeOf({ reply }: OrderAnswer): string {
  return reply.kind === 'refused' ? reply.failure.code : reply.kind
}

function reserved(rig: OrderPathRig): bigint | null {
  return rig.latest.reservation?.value ?? null
}

const BILLION = 1_000_000_000n

test('a key without limits costs no call besides the order', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place({ orderType: OrderType.Market }))
  await rig.done(rig.modify({ qty: 300 }, { limits: limits({ maxOrdersPerMinute: 9 }) }))
  assert.deepEqual(
    rig.sent.map(({ protoId }) => protoId),
    [2202, 2205],
  )
})

test('a market order is valued at the last price and the band', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(SNAPSHOT, () => snapshot(SecurityType.Eqty, 400))
  const capped = { limits: limits({ maxOrderValue: 42_000 }) }
  const market = { orderType: OrderType.Market, price: undefined }
  assert.equal(codeOf(await rig.done(rig.place(market, capped))), 'answered')
  assert.equal(reserved(rig), 42_000n * BILLION)
  assert.equal(codeOf(await rig.done(rig.place({ ...market, qty: 101 }, capped))), 'limits.order_value')
})

test('an order is valued at the price of the code that is sent to OpenD', async () => {
  const rig = new OrderPathRig()
  const order = { code: '700', secMarket: 1, orderType: OrderType.Market, price: undefined }
  await rig.done(rig.place(order, { limits: limits({ maxOrderValue: 42_000 }) }))
  const request = rig.sent.find(({ protoId }) => protoId === SNAPSHOT)
  const decoded = decodeMessage('Qot_GetSecuritySnapshot.Request', request?.body ?? new Uint8Array())
  assert.ok(decoded.ok)
  assert.deepEqual(decoded.value.c2s.securityList, [{ market: 1, code: '700' }])
})

test('before the first trade of the day the last close is used as the price', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(SNAPSHOT, () => snapshot(SecurityType.Eqty, 0, 200))
  const answer = rig.place({ orderType: OrderType.Market }, { limits: limits({ maxDailyValue: 50_000 }) })
  assert.equal(codeOf(await rig.done(answer)), 'answered')
  assert.equal(reserved(rig), 21_000n * BILLION)
})

test('a market order without a price is refused under a value cap, and only there', async () => {
  const failures: readonly CallOutcome[] = [
    { ok: true, body: encodeMessage('Qot_GetSecuritySnapshot.Response', { retType: -1, retMsg: 'no right' }) },
    snapshot(SecurityType.Eqty, 0),
  ]
  for (const failure of failures) {
    const rig = new OrderPathRig()
    rig.answers.set(SNAPSHOT, () => failure)
    const order = { orderType: OrderType.Market }
    assert.equal(
      codeOf(await rig.done(rig.place(order, { limits: limits({ maxOrderValue: 1e9 }) }))),
      'limits.order_value',
    )
    assert.equal(
      codeOf(await rig.done(rig.place(order, { limits: limits({ maxDailyValue: 1e9 }) }))),
      'limits.daily_value',
    )
    assert.equal(codeOf(await rig.done(rig.place(order, { limits: limits({ maxOrdersPerMinute: 2 }) }))), 'answered')
    assert.equal(rig.count(2202), 1)
  }
})

test('the failure of a price request is returned, not a limit', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(SNAPSHOT, () => failed('gateway.not_ready', false))
  const order = { orderType: OrderType.Market }
  const capped = { limits: limits({ maxOrderValue: 1e9 }) }
  assert.equal(codeOf(await rig.done(rig.place(order, capped))), 'gateway.not_ready')
  assert.equal(codeOf(await rig.done(rig.place(order, { ...capped, isDryRun: true }))), 'gateway.not_ready')
  assert.equal(
    codeOf(await rig.done(rig.place(order, { isDryRun: true }))),
    'dry_run',
    'without a cap it is not needed',
  )
  assert.equal(rig.count(2202), 0)
})

test('a future is valued with the size and currency of its contract', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(SNAPSHOT, () => snapshot(SecurityType.Future, 20_000))
  rig.answers.set(FUTURE_INFO, () => {
    const security = { market: 1, code: 'HSImain' }
    const names = { name: 'HSI', ownerOther: '', exchange: '', contractType: '', exchangeFormatUrl: '' }
    const terms = { contractSize: 50, contractSizeUnit: '', quoteCurrency: '港元', minVar: 1, minVarUnit: '' }
    const s2c = { futureInfoList: [{ ...names, ...terms, security, lastTradeTime: '', timeZone: '' }] }
    return { ok: true, body: encodeMessage('Qot_GetFutureInfo.Response', { retType: 0, s2c }) }
  })
  const header = inMarket(TrdMarket.Futures)
  const order = { header, code: 'HSImain', secMarket: 1, qty: 2, price: 20_000 }
  const answer = await rig.done(rig.place(order, { limits: limits({ maxDailyValue: { HKD: 2_000_000 } }) }))
  assert.equal(codeOf(answer), 'answered')
  assert.deepEqual([reserved(rig), rig.latest.reservation?.currency], [2_000_000n * BILLION, 'HKD'])
})

test('an order with its own price needs a snapshot only when its contract is not cached', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxDailyValue: 1e9 }) }
  const [second, third, market] = [{ qty: 200 }, { price: 310 }, { orderType: OrderType.Market, price: undefined }]
  const snapshots: number[] = []
  for (const order of [{}, second, third, market, market, {}]) {
    assert.equal(codeOf(await rig.done(rig.place(order, capped))), 'answered')
    snapshots.push(rig.count(SNAPSHOT))
  }
  assert.deepEqual(snapshots, [1, 1, 1, 2, 3, 3])
  assert.equal(reserved(rig), 30_000n * BILLION)
  await rig.done(rig.place({ code: '00005' }, capped))
  assert.equal(rig.count(SNAPSHOT), 4)
})

test('a contract is requested again after an hour and when the link comes up', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxDailyValue: 1e9 }) }
  const snapshotsAfter = async (): Promise<number> => {
    await rig.done(rig.place({}, capped))
    return rig.count(SNAPSHOT)
  }
  assert.equal(await snapshotsAfter(), 1)
  await rig.pass(3_600_000 - 60_000)
  assert.equal(await snapshotsAfter(), 1)
  await rig.pass(120_000)
  assert.equal(await snapshotsAfter(), 2)
  rig.linkReady()
  assert.equal(await snapshotsAfter(), 3)
  rig.clock.step(-7_200_000)
  assert.equal(await snapshotsAfter(), 4)
})

test('a contract that OpenD does not return is requested each time', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxDailyValue: 1e9 }) }
  rig.answers.set(SNAPSHOT, () => failed('gateway.not_ready', false))
  assert.equal(codeOf(await rig.done(rig.place({}, capped))), 'gateway.not_ready')
  rig.answers.set(SNAPSHOT, () => snapshot(SecurityType.Eqty, 400))
  assert.equal(codeOf(await rig.done(rig.place({}, capped))), 'answered')
})

test('concurrent orders of one security share one snapshot', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxDailyValue: 1e9 }) }
  await rig.done(Promise.all(Array.from({ length: 50 }, () => rig.place({}, capped))))
  assert.deepEqual([rig.count(SNAPSHOT), rig.count(2202)], [1, 50])
})

test("a change counts the value that it adds to the order on OpenD's list", async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxDailyValue: 70_000 }) }
  await rig.done(rig.place({}, capped))
  rig.listed = [restingOrder({ orderID: 1n, orderIDEx: 'FT1' })]
  assert.equal(codeOf(await rig.done(rig.modify({ orderID: 1n, qty: 200 }, capped))), 'answered')
  assert.equal(reserved(rig), 30_000n * BILLION)
  assert.equal(codeOf(await rig.done(rig.modify({ orderID: 0n, orderIDEx: 'FT1', price: 400 }, capped))), 'answered')
  assert.equal(reserved(rig), 10_000n * BILLION)
  assert.equal(codeOf(await rig.done(rig.modify({ orderID: 1n, qty: 101 }, capped))), 'limits.daily_value')
  assert.equal(codeOf(await rig.done(rig.modify({ orderID: 1n, qty: 50 }, capped))), 'answered')
})

test('a change of an order of another key counts in full', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place({ qty: 5_000, price: 1 }, { caller: 'key:b' }))
  const foreign = restingOrder({ orderID: 1n, orderIDEx: 'FT1', qty: 5_000, price: 1 })
  const byHand = restingOrder({ orderID: 7n, orderIDEx: 'FT7', qty: 5_000, price: 1 })
  rig.listed = [foreign, byHand]
  const capped = { limits: limits({ maxOrderValue: 1_000, maxDailyValue: 1_000 }) }
  for (const orderID of [1n, 7n]) {
    const change = { orderID, qty: 20, price: 250 }
    assert.equal(codeOf(await rig.done(rig.modify(change, capped))), 'limits.order_value')
  }
  const small = { orderID: 7n, qty: 2, price: 250 }
  assert.equal(codeOf(await rig.done(rig.modify(small, capped))), 'answered')
  assert.equal(reserved(rig), 500n * BILLION)
})

test('a low limit price does not reduce the value of a sale', async () => {
  const capped = { limits: limits({ maxOrderValue: 1_000, maxDailyValue: 1_000 }) }
  for (const trdSide of [TrdSide.Sell, TrdSide.SellShort]) {
    for (const orderType of [OrderType.Normal, OrderType.AbsoluteLimit, OrderType.SpecialLimit, OrderType.TWAP_LIMIT]) {
      const rig = new OrderPathRig()
      const sale = { trdSide, orderType, qty: 3_000, price: 0.01 }
      assert.equal(codeOf(await rig.done(rig.place(sale, capped))), 'limits.order_value')
      assert.equal(codeOf(await rig.done(rig.place({ ...sale, qty: 2 }, capped))), 'answered')
      // Two at 400 and the band of 5 %.
      assert.equal(reserved(rig), 840n * BILLION)
      rig.answers.set(SNAPSHOT, () => snapshot(SecurityType.Eqty, 0))
      assert.equal(codeOf(await rig.done(rig.place({ ...sale, qty: 1 }, capped))), 'limits.order_value')
    }
  }
})

test('a change of an unlisted order is refused under limits that need its terms', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  for (const key of [limits({ maxOrderValue: 1e9 }), limits({ allowedSymbols: ['HK.00700'] })]) {
    assert.match(codeOf(await rig.done(rig.modify({ qty: 200 }, { limits: key }))), /^gateway\./)
  }
  assert.equal(codeOf(await rig.done(rig.cancel({}, { limits: limits({ maxOrderValue: 1 }) }))), 'answered')
  assert.equal(rig.count(2205), 1)
})

test('without a cap the value may be unknown, and the entry records that', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  assert.equal(rig.latest.isValued, false)
  await rig.done(rig.place({}, { limits: limits({ maxDailyValue: 1e9 }) }))
  assert.equal(rig.latest.isValued, true)
})

test('a change with a 0 for a number that it keeps is checked, and sent, with the number that the order has', async () => {
  for (const zeros of [{ qty: 0 }, { qty: -0 }, { qty: 0, auxPrice: 0, trailValue: 0 }]) {
    const rig = new OrderPathRig()
    await rig.done(rig.place())
    rig.listed = [orderOf(rig.latest, { qty: 1_000, price: 50 })]
    const ids = { orderID: BigInt(rig.latest.orderId ?? 0) }
    const capped = { limits: limits({ maxOrderValue: 50_000, maxDailyValue: 1e9 }) }
    assert.equal(codeOf(await rig.done(rig.modify({ ...ids, ...zeros, price: 310 }, capped))), 'limits.order_value')
    assert.equal(codeOf(await rig.done(rig.modify({ ...ids, ...zeros, price: 49 }, capped))), 'answered')
    const change = rig.sent.find(({ protoId }) => protoId === 2205)
    assert.ok(change !== undefined)
    const { qty, price } = changedC2s(change)
    assert.deepEqual([qty, price], [1_000, 49])
  }
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  rig.listed = [orderOf(rig.latest, { qty: 1_000, price: 50 })]
  const change = { orderID: BigInt(rig.latest.orderId ?? 0), qty: 2_000, price: 0 }
  const capped = { limits: limits({ maxOrderValue: 99_999 }) }
  assert.equal(codeOf(await rig.done(rig.modify(change, capped))), 'limits.order_value')
})
