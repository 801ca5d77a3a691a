import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderStatus } from '../../../proto/enums.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { OrderPathRig, type Order, PLAY_ID, REAL_ID } from '../order-rig.ts'
import { failed, orderOf, pushOf, STATUSES } from '../order-values.ts'
import { refusal } from '../sample-replies.ts'

const FAILED: readonly number[] = [OrderStatus.SubmitFailed, OrderStatus.Failed, OrderStatus.Deleted]

/** A rig with an entry whose caller received `absent` or `rejected`. */
async function denied(state: 'absent' | 'rejected'): Promise<OrderPathRig> {
  const rig = new OrderPathRig()
  rig.answers.set(2202, () => (state === 'absent' ? failed('gateway.disconnected', true) : refusal(2202, -1)))
  void rig.place({}, { idempotencyKey: 'k' })
  await rig.pass(65_000)
  assert.equal(rig.latest.state, state)
  return rig
}

/** The ways in which OpenD shows an order. */
const WAYS: readonly [string, (rig: OrderPathRig, order: Order) => Promise<void>][] = [
  ['a push', async (rig, order) => rig.orderPush(pushOf(order))],
  ['a list', async (rig, order) => rig.reconciler.ordersListed(PLAY_ID.toString(), [order])],
  [
    'a poll for another order',
    async (rig, order) => {
      rig.answers.set(2202, () => failed('gateway.disconnected', true))
      rig.listed = [order]
      void rig.place({ qty: 200 })
      await rig.pass(1_000)
    },
  ],
  [
    'a push after a restart',
    async (rig, order) => {
      rig.restart()
      rig.orderPush(pushOf(order))
    },
  ],
]

test('an order that appears after its caller received absent is accepted and reported once', async () => {
  for (const state of ['absent', 'rejected'] as const) {
    for (const [way, show] of WAYS) {
      const rig = await denied(state)
      const { id } = rig.latest
      const order = orderOf(rig.latest, { orderID: 5n, orderIDEx: 'FT5' })
      await show(rig, order)
      const entry = rig.ledger.byId(id)
      assert.deepEqual([entry?.state, entry?.orderId, entry?.orderIdEx], ['accepted', '5', 'FT5'], way)
      assert.equal(entry?.contradiction?.state, state)
      assert.match(entry?.contradiction?.detail ?? '', /status 5/)
      rig.orderPush(pushOf(order))
      assert.deepEqual([rig.contradictions.length, rig.reconciler.contradictions[state]], [1, 1], way)
      // A retry with the same key gets the order, and nothing is sent.
      const sent = rig.count(2202)
      const { reply } = await rig.done(rig.place({}, { idempotencyKey: 'k' }))
      assert.deepEqual([reply.kind, rig.count(2202)], ['answered', sent], way)
    }
  }
})

test('every status except that of a failed order contradicts the final state', async () => {
  const rig = await denied('absent')
  for (const orderStatus of FAILED) rig.orderPush(pushOf(orderOf(rig.latest, { orderStatus })))
  assert.equal(rig.latest.state, 'absent')
  for (const orderStatus of STATUSES.filter((status) => !FAILED.includes(status))) {
    const late = await denied('rejected')
    late.orderPush(pushOf(orderOf(late.latest, { orderStatus })))
    assert.equal(late.latest.state, 'accepted', String(orderStatus))
  }
})

test('an order of another account or another entry is a copy of the remark', async () => {
  const rig = await denied('absent')
  const absent = rig.latest
  const header = { trdEnv: 1, accID: REAL_ID, trdMarket: 1 }
  const s2c = { header, order: orderOf(absent) }
  rig.orderPush(encodeMessage('Trd_UpdateOrder.Response', { retType: 0, s2c }))
  rig.answers.set(2202, () => refusal(2202, -1))
  rig.reconciler.ordersListed(PLAY_ID.toString(), [
    orderOf(absent),
    orderOf(absent, { orderID: 98n, orderIDEx: 'FT98' }),
  ])
  assert.equal(rig.latest.state, 'absent')
  // Among several orders the right one cannot be identified, but the contradiction is reported once.
  rig.reconciler.ordersListed(PLAY_ID.toString(), [
    orderOf(absent),
    orderOf(absent, { orderID: 98n, orderIDEx: 'FT98' }),
  ])
  assert.equal(rig.contradictions.length, 1)
  assert.match(rig.contradictions[0] ?? '', /is absent, but several orders carry its tag/)
})

test('a copy of the remark of an order whose reply was lost decides nothing, and is counted', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  const placed = rig.latest
  rig.answers.set(2202, () => failed('gateway.disconnected', true))
  void rig.place()
  await rig.pass(300)
  const lost = rig.latest
  rig.orderPush(pushOf(orderOf(placed, { orderID: 98n, orderIDEx: 'FT98' })))
  assert.equal(rig.reconciler.copies, 1)
  const held = { orderID: BigInt(placed.orderId ?? 0), orderIDEx: placed.orderIdEx ?? '' }
  rig.orderPush(pushOf(orderOf(lost, held)))
  rig.listed = [orderOf(lost), orderOf(lost, { orderID: 98n, orderIDEx: 'FT98' }), orderOf(placed)]
  await rig.pass(5_000)
  assert.match(rig.latest.detail ?? '', /several orders carry its tag/)
  rig.orderPush(pushOf(orderOf(lost, { orderID: 98n, orderIDEx: 'FT98' })))
  assert.equal(rig.latest.state, 'unknown')
})

test('an order that exists after all is found when the link comes up, without another request', async () => {
  const rig = await denied('absent')
  const { id } = rig.latest
  rig.listed = [orderOf(rig.latest, { orderID: 5n, orderIDEx: 'FT5' })]
  await rig.pass(300_000)
  assert.equal(rig.ledger.byId(id)?.state, 'absent')
  rig.reconnect()
  await rig.pass(1_000)
  assert.equal(rig.ledger.byId(id)?.state, 'accepted')
  assert.equal(rig.contradictions.length, 1)
})
