import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderStatus } from '../../../proto/enums.ts'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { OrderPathRig } from '../order-rig.ts'
import { failed, never, orderOf, pushOf } from '../order-values.ts'
import { orderList, placed, refusal } from '../sample-replies.ts'

/** The usual time between a call and its reply, and one that is late. */
const LATE_MS = 5_000
const PUSH = { orderID: 7n, orderIDEx: 'FT7' } as const

/** A rig whose order is pushed at once and whose reply is delayed. */
function pushing(reply: CallOutcome, afterMs: number, change: object = PUSH): OrderPathRig {
  const rig = new OrderPathRig()
  rig.answers.set(2201, never)
  rig.answers.set(2202, async () => {
    await new Promise<void>((resolve) => rig.clock.after(1, resolve))
    rig.orderPush(pushOf(orderOf(rig.latest, change)))
    await new Promise<void>((resolve) => rig.clock.after(afterMs, resolve))
    return reply
  })
  return rig
}

test('an order whose reply is lost after a push is found at once, without a poll', async () => {
  const rig = pushing(failed('gateway.disconnected', true), 1)
  const { reply } = await rig.done(rig.place(), 100)
  assert.equal(reply.kind, 'answered')
  const decoded = reply.kind === 'answered' ? decodeMessage('Trd_PlaceOrder.Response', reply.body) : null
  assert.deepEqual(decoded?.ok === true && decoded.value.s2c?.orderIDEx, 'FT7')
  assert.deepEqual([rig.latest.state, rig.latest.orderId, rig.count(2201)], ['accepted', '7', 0])
})

test('a push with the tag of the order and the id of another one decides nothing', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  const { id, orderId } = rig.latest
  const held = { orderID: BigInt(orderId ?? 0), orderIDEx: `FT${orderId}` }
  rig.answers.set(2201, never)
  rig.answers.set(2202, () => {
    rig.orderPush(pushOf(orderOf(rig.latest, held)))
    return never()
  })
  void rig.place({ qty: 200 })
  await rig.pass(2_000)
  assert.deepEqual([rig.latest.state, rig.latest.orderId], ['unknown', null])
  assert.ok(rig.latest.detail?.includes(id) ?? false, rig.latest.detail ?? '')
})

test('a caller whose order was pushed does not wait for a missing reply', async () => {
  const rig = pushing(placed(7n), LATE_MS)
  const { reply } = await rig.done(rig.place({}, { idempotencyKey: 'k' }), 1_200)
  assert.equal(reply.kind, 'answered')
  assert.deepEqual([rig.latest.state, rig.latest.detail], ['accepted', 'found by its tag in a push'])
  const replay = await rig.done(rig.place({}, { idempotencyKey: 'k' }))
  assert.deepEqual(replay.reply.kind === 'answered' && replay.reply.body, reply.kind === 'answered' && reply.body)
})

test('a reply that arrives after its order was found changes nothing', async () => {
  for (const late of [placed(8n), refusal(2202, -1), refusal(2202, -100), failed('gateway.disconnected', true)]) {
    const rig = pushing(late, LATE_MS)
    await rig.done(rig.place())
    const found = rig.latest
    await rig.pass(2 * LATE_MS)
    assert.deepEqual(rig.latest, found)
  }
})

test('a reply at the usual time counts, also after a push', async () => {
  const failure = { ...PUSH, orderStatus: OrderStatus.SubmitFailed }
  for (const [reply, state, change] of [
    [placed(7n), 'accepted', PUSH],
    [refusal(2202, -1), 'rejected', failure],
  ] as const) {
    const rig = pushing(reply, 100, change)
    await rig.done(rig.place())
    assert.deepEqual([rig.latest.state, rig.latest.reply], [state, reply.ok && reply.body])
  }
})

test('a refusal of an order that a push showed as open decides nothing, and the order is reconciled', async () => {
  for (const orderStatus of [OrderStatus.Submitted, OrderStatus.Filled_All, OrderStatus.Cancelled_All]) {
    for (const retType of [-1, -500]) {
      const rig = pushing(refusal(2202, retType), 100, { ...PUSH, orderStatus })
      const call = rig.place()
      await rig.pass(300)
      assert.equal(rig.latest.state, 'unknown')
      assert.match(rig.latest.detail ?? '', /refused the order \(no\), but a push showed it/)
      rig.answers.set(2201, () => orderList([orderOf(rig.latest, { ...PUSH, orderStatus })]))
      rig.reconnect()
      const { reply } = await rig.done(call)
      assert.deepEqual([reply.kind, rig.latest.state, rig.latest.orderIdEx], ['answered', 'accepted', 'FT7'])
    }
  }
})

test('pushes of two orders with one tag do not show which one is the copy', async () => {
  const rig = pushing(failed('gateway.disconnected', true), 100)
  void rig.place()
  await rig.pass(50)
  rig.orderPush(pushOf(orderOf(rig.latest, { orderID: 8n, orderIDEx: 'FT8' })))
  await rig.pass(LATE_MS)
  assert.equal(rig.latest.state, 'unknown')
})

test('a push with an unknown status, or of another order, is no evidence', async () => {
  for (const change of [{ orderStatus: OrderStatus.TimeOut }, { orderStatus: OrderStatus.Unknown }, { remark: 'x' }]) {
    const rig = pushing(failed('gateway.disconnected', true), LATE_MS, { ...PUSH, ...change })
    void rig.place()
    await rig.pass(LATE_MS - 100)
    assert.equal(rig.latest.state, 'reserved')
    await rig.pass(200)
    assert.equal(rig.latest.state, 'unknown')
  }
})

test('pushes of other orders do not displace the one that matters, up to a bound', async () => {
  const rig = pushing(failed('gateway.disconnected', true), 400)
  const placing = rig.place()
  await rig.pass(50)
  for (let i = 0; i < 200; i++) rig.orderPush(pushOf(orderOf(rig.latest, { remark: `#0000000${i % 10}` })))
  assert.equal((await rig.done(placing, 1_000)).reply.kind, 'answered')
})

test('a change has no tag, so pushes do not decide it', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2201, () => orderList([]))
  await rig.done(rig.place())
  const order = orderOf(rig.latest, PUSH)
  rig.answers.set(2205, async () => {
    rig.orderPush(pushOf(order))
    await new Promise<void>((resolve) => rig.clock.after(LATE_MS, resolve))
    return failed('gateway.disconnected', true)
  })
  void rig.modify({ qty: 300 })
  await rig.pass(LATE_MS + 100)
  assert.equal(rig.latest.state, 'unknown')
})
