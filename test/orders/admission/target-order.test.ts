import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp } from '../../../proto/enums.ts'
import type { OrderAnswer } from '../../../src/orders/request.ts'
import { restingOrder } from '../../limits/sample-orders.ts'
import { OrderPathRig } from '../order-rig.ts'
import { changedC2s, limits } from '../order-values.ts'
import { orderList } from '../sample-replies.ts'

function resultOf({ reply }: OrderAnswer): string {
  if (reply.kind !== 'refused') return reply.kind
  return reply.failure.code === 'request.invalid_value'
    ? `${reply.failure.code} ${reply.failure.path}`
    : reply.failure.code
}

const SEVEN = restingOrder({ orderID: 7n, orderIDEx: 'FT7' })
const EIGHT = restingOrder({ orderID: 8n, orderIDEx: 'FT8', code: '00005', qty: 5_000 })

/** The ids of the last change that OpenD received. */
function sentIds(rig: OrderPathRig): readonly unknown[] {
  const sent = rig.sent.findLast(({ protoId }) => protoId === 2205)
  if (sent === undefined) return []
  const { orderID, orderIDEx } = changedC2s(sent)
  return [orderID, orderIDEx]
}

test('a change whose ids name two orders is refused, also without limits', async () => {
  for (const keyLimits of [null, limits({ allowedSymbols: ['HK.00700'] }), limits({ maxOrderValue: 1e9 })]) {
    const rig = new OrderPathRig()
    rig.listed = [SEVEN, EIGHT]
    const answer = await rig.done(rig.modify({ orderID: 7n, orderIDEx: 'FT8', price: 1 }, { limits: keyLimits }))
    assert.deepEqual([resultOf(answer), rig.count(2205)], ['request.invalid_value order_id_ex', 0])
  }
})

test('the call sent to OpenD names the checked order by both its ids', async () => {
  const rig = new OrderPathRig()
  rig.listed = [SEVEN, EIGHT]
  const limited = { limits: limits({ maxOrderValue: 1e9 }) }
  for (const ids of [{ orderID: 7n }, { orderID: 0n, orderIDEx: 'FT7' }, { orderID: 7n, orderIDEx: 'FT7' }]) {
    assert.equal(resultOf(await rig.done(rig.modify({ ...ids, price: 310 }, limited))), 'answered')
    assert.deepEqual(sentIds(rig), [7n, 'FT7'])
  }
})

test('two ids that cannot be verified are not sent', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2201, () => ({ ok: true, body: new Uint8Array() }))
  const answer = await rig.done(rig.modify({ orderID: 7n, orderIDEx: 'FT7', price: 310 }))
  assert.deepEqual([resultOf(answer), rig.count(2205)], ['gateway.bad_reply', 0])
})

test('the ids of an order of the ledger need no list', async () => {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  assert.deepEqual([rig.latest.orderId, rig.latest.orderIdEx], ['1', 'FT1'])
  assert.equal(resultOf(await rig.done(rig.modify({ orderID: 1n, orderIDEx: 'FT1', price: 310 }))), 'answered')
  assert.equal(resultOf(await rig.done(rig.cancel({ orderID: 1n }))), 'answered')
  assert.deepEqual([sentIds(rig), rig.count(2201)], [[1n, 'FT1'], 0])
  await rig.done(rig.place())
  for (const op of [ModifyOrderOp.Normal, ModifyOrderOp.Cancel]) {
    const mixed = rig.modify({ orderID: 1n, orderIDEx: 'FT2', price: 310, modifyOrderOp: op })
    assert.equal(resultOf(await rig.done(mixed)), 'request.invalid_value order_id_ex')
  }
})

test('a cancel of an unknown order is sent without a list', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2201, () => orderList([]))
  assert.equal(resultOf(await rig.done(rig.cancel({ orderID: 77n }))), 'answered')
  assert.deepEqual([sentIds(rig)[0], rig.count(2201)], [77n, 0])
})
