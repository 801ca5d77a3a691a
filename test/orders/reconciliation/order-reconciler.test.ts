import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp, OrderStatus } from '../../../proto/enums.ts'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { restingOrder } from '../../limits/sample-orders.ts'
import { OrderPathRig, REAL_ID } from '../order-rig.ts'
import { failed, limits, never, orderOf, pushOf } from '../order-values.ts'
import { orderHistory, orderList } from '../sample-replies.ts'

const REAL = { trdEnv: 1, accID: REAL_ID, trdMarket: 1 }
const HISTORY = 2221
const DAY_MS = 86_400_000

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** A rig whose order calls lose their replies. */
function losing(): OrderPathRig {
  const rig = new OrderPathRig()
  for (const protoId of [2202, 2205]) rig.answers.set(protoId, () => failed('gateway.disconnected', true))
  return rig
}

function refused(name: 'Trd_GetOrderList.Response' | 'Trd_GetHistoryOrderList.Response', retType = -1): CallOutcome {
  return { ok: true, body: encodeMessage(name, { retType, retMsg: 'too often' }) }
}

test('a missing order is declared absent after a minute of polls, and its value is released', async () => {
  const rig = losing()
  void rig.place({}, { limits: limits({ maxDailyValue: 30_000, maxOrdersPerMinute: 5 }) })
  await rig.pass(55_000)
  assert.deepEqual([rig.latest.state, rig.latest.holds], ['unknown', 'rate_and_value'])
  await rig.pass(10_000)
  assert.deepEqual([rig.latest.state, rig.latest.holds], ['absent', 'rate'])
  assert.equal(rig.count(2202), 1)
  const times = rig.sent.filter(({ protoId }) => protoId === 2201).map(({ atMs }) => atMs)
  const gaps = times.slice(1).map((atMs, i) => Math.round((atMs - (times[i] ?? 0)) / 1_000))
  assert.deepEqual(gaps, [1, 2, 4, 8, 16, 30])
})

test('an absent order may be sent again with the same idempotency key', async () => {
  const rig = losing()
  void rig.place({}, { idempotencyKey: 'k' })
  await rig.pass(70_000)
  rig.answers.set(2202, () => failed('gateway.not_ready', false))
  await rig.done(rig.place({}, { idempotencyKey: 'k' }))
  assert.deepEqual(
    rig.entries.map(({ state }) => state),
    ['not_sent', 'absent'],
  )
})

test('polls for which OpenD does not list the orders do not count', async () => {
  for (const [protoId, answer] of [
    [2201, failed('gateway.disconnected', true)],
    [2201, refused('Trd_GetOrderList.Response')],
    [HISTORY, failed('gateway.disconnected', true)],
  ] as const) {
    const rig = losing()
    rig.answers.set(protoId, () => answer)
    void rig.place()
    await rig.pass(300_000)
    assert.deepEqual([rig.latest.state, rig.latest.pollAttempts], ['unknown', 0])
    rig.answers.set(2201, () => orderList([]))
    rig.answers.set(HISTORY, () => orderHistory([]))
    await rig.pass(55_000)
    assert.equal(rig.latest.state, 'unknown')
    await rig.pass(25_000)
    assert.equal(rig.latest.state, 'absent')
  }
})

test('a failed list does not prove that no order is open', async () => {
  const rig = losing()
  rig.answers.set(2201, () => failed('gateway.disconnected', true))
  void rig.cancel({ forAll: true, orderID: 0n })
  await rig.pass(30_000)
  assert.equal(rig.latest.state, 'unknown')
})

test('an order does not count as deleted when the history is not available', async () => {
  const rig = losing()
  rig.answers.set(HISTORY, () => failed('gateway.disconnected', true))
  void rig.modify({ modifyOrderOp: ModifyOrderOp.Delete })
  await rig.pass(30_000)
  assert.equal(rig.latest.state, 'unknown')
  rig.answers.set(HISTORY, () => orderHistory([]))
  await rig.pass(30_000)
  assert.equal(rig.latest.state, 'accepted')
})

test('one empty list does not prove a deletion', async () => {
  const rig = losing()
  const lists = [[], [restingOrder({ createTimestamp: 1 })], [], [], []]
  rig.answers.set(2201, () => orderList(lists.shift() ?? []))
  void rig.cancel({ forAll: true, orderID: 0n })
  await rig.pass(500)
  assert.equal(rig.latest.state, 'unknown')
  await rig.pass(30_000)
  assert.deepEqual([rig.latest.state, lists.length], ['accepted', 0])
})

test('many simultaneous empty lists do not prove a deletion, since they may share one fault', async () => {
  const rig = losing()
  rig.answers.set(2201, () => orderList([]))
  void rig.cancel({ forAll: true, orderID: 0n })
  await rig.pass(300)
  for (let time = 0; time < 10; time++) {
    rig.linkReady()
    await rig.pass(100)
  }
  assert.equal(rig.latest.state, 'unknown')
  await rig.pass(30_000)
  assert.equal(rig.latest.state, 'accepted')
})

test('a link that comes up repeatedly does not make an order absent sooner', async () => {
  const rig = losing()
  void rig.place()
  await rig.pass(500)
  for (let i = 0; i < 50; i++) {
    rig.linkReady()
    await rig.pass(100)
  }
  assert.equal(rig.latest.state, 'unknown')
  assert.ok(rig.latest.pollAttempts < 4)
})

test('an order is found at once when the link comes up', async () => {
  const rig = losing()
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  void rig.place()
  await rig.pass(20_000)
  rig.answers.set(2201, () => orderList([orderOf(rig.latest)]))
  rig.linkReady()
  await rig.pass(0)
  assert.equal(rig.latest.state, 'accepted')
})

test('a clock that is set back does not delay a poll', async () => {
  const rig = losing()
  void rig.place()
  await rig.pass(10_000)
  rig.clock.step(-3_600_000)
  rig.listed = [orderOf(rig.latest)]
  await rig.pass(40_000)
  assert.equal(rig.latest.state, 'accepted')
})

test('a clock that is set forward does not make an order absent sooner', async () => {
  const rig = losing()
  void rig.place()
  await rig.pass(500)
  rig.restart()
  rig.clock.step(3_600_000)
  await rig.reconciler.pollDue()
  await rig.pass(25_000)
  assert.equal(rig.latest.state, 'unknown')
})

test('while an account is polled, no second poll of it starts', async () => {
  const rig = losing()
  rig.answers.set(2201, never)
  void rig.place()
  await rig.pass(1_000)
  void rig.place()
  await rig.pass(60_000)
  assert.equal(rig.count(2201), 1)
})

test('a slow account does not delay another one', async () => {
  const rig = losing()
  rig.answers.set(2201, (body) => {
    const decoded = decodeMessage('Trd_GetOrderList.Request', body)
    return decoded.ok && decoded.value.c2s.header.accID === REAL_ID ? never() : orderList(rig.listed)
  })
  void rig.place({ header: REAL })
  void rig.place()
  await rig.pass(5_000)
  const pollAttempts = Object.fromEntries(rig.entries.map(({ call, pollAttempts: count }) => [call.accId, count]))
  assert.equal(pollAttempts[REAL_ID.toString()], 0)
  assert.equal(pollAttempts['281756'], 3)
})

test('the history is requested from the oldest missing order up to now', async () => {
  const rig = losing()
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  void rig.place({ header: REAL })
  await rig.pass(1_000)
  const firstMs = rig.clock.wallMs()
  rig.clock.step(5 * DAY_MS)
  void rig.place({ header: REAL })
  await rig.pass(100)
  let requested: readonly (string | undefined)[] = []
  rig.answers.set(2201, () => orderList([]))
  rig.answers.set(HISTORY, (body) => {
    const decoded = decodeMessage('Trd_GetHistoryOrderList.Request', body)
    const conditions = decoded.ok ? decoded.value.c2s.filterConditions : undefined
    requested = [conditions?.beginTime?.slice(0, 10), conditions?.endTime?.slice(0, 10)]
    return orderHistory([])
  })
  rig.linkReady()
  await rig.pass(10_000)
  assert.deepEqual(requested, [dayOf(firstMs - DAY_MS), dayOf(firstMs + 6 * DAY_MS)])

  // The order of a change may have any age.
  void rig.modify({ header: REAL, qty: 200 })
  await rig.pass(500)
  assert.deepEqual(requested, [dayOf(firstMs - 84 * DAY_MS), dayOf(firstMs + 6 * DAY_MS)])
})

test('an order that ended on an earlier day is found in the history, also that of a simulated account', async () => {
  for (const header of [REAL, { ...REAL, trdEnv: 0, accID: 281_756n }]) {
    const rig = losing()
    void rig.place({ header })
    await rig.pass(300)
    const order = orderOf(rig.latest, { orderStatus: OrderStatus.Filled_All })
    rig.answers.set(HISTORY, () => orderHistory([order]))
    await rig.pass(5_000)
    assert.equal(rig.latest.state, 'accepted')
  }
})

test('for a simulated account without a history, its list of today is complete', async () => {
  for (const [header, state] of [
    [{ ...REAL, trdEnv: 0, accID: 281_756n }, 'absent'],
    [REAL, 'unknown'],
  ] as const) {
    const rig = losing()
    rig.answers.set(HISTORY, () => refused('Trd_GetHistoryOrderList.Response'))
    void rig.place({ header })
    await rig.pass(120_000)
    assert.equal(rig.latest.state, state)
  }
})

test('a push of the order decides it before any poll', async () => {
  const rig = losing()
  rig.answers.set(2201, never)
  // There was no reply, and the connection that carried the order lives.
  rig.answers.set(2202, () => failed('gateway.call_timeout', true))
  void rig.place()
  await rig.pass(500)
  const push = (change: object): Uint8Array => {
    return pushOf(orderOf(rig.latest, change))
  }
  rig.orderPush(push({ remark: '#zzzzzzzz' }))
  rig.orderPush(push({ orderStatus: OrderStatus.TimeOut }))
  rig.orderPush(new Uint8Array([0xff]))
  assert.equal(rig.latest.state, 'unknown')
  rig.orderPush(push({ orderID: 5n }))
  assert.deepEqual([rig.latest.state, rig.latest.orderId], ['accepted', '5'])
  rig.orderPush(push({ orderID: 6n }))
  assert.equal(rig.latest.orderId, '5')
})

test('after its connection ended, a push does not decide an order, as it may show a copy; a list does', async () => {
  const rig = losing()
  rig.listed = []
  void rig.place()
  await rig.pass(1_500)
  const polls = rig.count(2201)
  const order = orderOf(rig.latest, { orderID: 5n, orderIDEx: 'FT5' })
  const copy = orderOf(rig.latest, { orderID: 6n, orderIDEx: 'FT6' })
  rig.listed = [order, copy]
  rig.orderPush(pushOf(copy))
  assert.deepEqual([rig.latest.state, rig.latest.orderId], ['unknown', null])
  await rig.pass(200)
  assert.equal(rig.count(2201), polls + 1, 'the push causes a poll at once')
  assert.equal(rig.latest.state, 'unknown')
  rig.listed = [order]
  await rig.pass(5_000)
  assert.deepEqual([rig.latest.state, rig.latest.orderId], ['accepted', '5'])
})

test('a lost change that came too late is rejected, and its reply states that', async () => {
  const rig = losing()
  rig.listed = [restingOrder({ orderID: 7n, orderStatus: OrderStatus.Filled_All })]
  const { reply } = await rig.done(rig.modify({ qty: 300, modifyOrderOp: ModifyOrderOp.Normal }))
  const decoded = reply.kind === 'answered' ? decodeMessage('Trd_ModifyOrder.Response', reply.body) : null
  assert.equal(decoded?.ok === true && decoded.value.retType, -1)
  assert.equal(rig.latest.state, 'rejected')
})
