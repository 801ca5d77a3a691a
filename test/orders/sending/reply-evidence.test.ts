import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { modifyOrder, placeOrder, restingOrder } from '../../limits/sample-orders.ts'
import { OrderPathRig, REAL_ID } from '../order-rig.ts'
import { orderOf } from '../order-values.ts'
import { placed } from '../sample-replies.ts'

interface Ids {
  readonly orderID?: bigint
  readonly orderIDEx?: string
}

const { header } = placeOrder()

function placedAs(ids: Ids): CallOutcome {
  return { ok: true, body: encodeMessage('Trd_PlaceOrder.Response', { retType: 0, s2c: { header, ...ids } }) }
}

function changedAs({ orderID = 0n, orderIDEx }: Ids): CallOutcome {
  const s2c = { header, orderID, orderIDEx }
  return { ok: true, body: encodeMessage('Trd_ModifyOrder.Response', { retType: 0, s2c }) }
}

/** The state of an order 200 ms after OpenD answered it. */
async function stateAfter(rig: OrderPathRig, answer: CallOutcome): Promise<string> {
  rig.answers.set(2202, () => answer)
  void rig.place()
  await rig.pass(200)
  return rig.latest.state
}

test('a reply without an order id is no evidence, and the order is found by its tag', async () => {
  const nameless: readonly Ids[] = [
    {},
    { orderID: 0n },
    { orderIDEx: '' },
    { orderIDEx: '0' },
    { orderID: 5n, orderIDEx: '' },
    { orderID: 5n, orderIDEx: '0' },
  ]
  for (const ids of nameless) {
    const rig = new OrderPathRig()
    assert.equal(await stateAfter(rig, placedAs(ids)), 'unknown', JSON.stringify(ids, String))
    assert.deepEqual([rig.latest.reply, rig.latest.orderId, rig.latest.orderIdEx], [null, null, null])
    rig.listed = [orderOf(rig.latest)]
    await rig.pass(5_000)
    assert.deepEqual([rig.latest.state, rig.latest.orderIdEx], ['accepted', 'FT99'])
  }
  assert.equal(await stateAfter(new OrderPathRig(), { ok: true, body: new Uint8Array([8, 0]) }), 'unknown')
})

test('either id identifies an order, also with an OpenD without alphanumeric ids', async () => {
  for (const ids of [
    { orderID: 5n },
    { orderID: 0n, orderIDEx: 'FT5' },
    { orderIDEx: 'FT5' },
    { orderID: 5n, orderIDEx: 'FT5' },
  ]) {
    const rig = new OrderPathRig()
    assert.equal(await stateAfter(rig, placedAs(ids)), 'accepted')
    const named = [rig.latest.orderId, rig.latest.orderIdEx]
    assert.deepEqual(named, [ids.orderID === 5n ? '5' : null, ids.orderIDEx ?? null])
  }
})

test('a reply with either id of another order of the account is no evidence', async () => {
  for (const ids of [{ orderID: 7n, orderIDEx: 'FT8' }, { orderID: 8n, orderIDEx: 'FT7' }, { orderID: 7n }]) {
    const rig = new OrderPathRig()
    assert.equal(await stateAfter(rig, placed(7n)), 'accepted')
    const { id } = rig.latest
    assert.equal(await stateAfter(rig, placedAs(ids)), 'unknown')
    assert.ok(rig.latest.detail?.includes(id) ?? false)
    await rig.pass(2_000)
    assert.deepEqual([rig.latest.state, rig.latest.orderId], ['unknown', null])
  }
  const rig = new OrderPathRig()
  assert.equal(await stateAfter(rig, placed(7n)), 'accepted')
  await rig.done(rig.place({ header: { ...header, trdEnv: 1, accID: REAL_ID } }))
  assert.equal(rig.latest.state, 'accepted', 'an id of another account is another id')
})

test('a reply with the id of an order that was changed before is no evidence', async () => {
  const rig = new OrderPathRig()
  // An order that was placed by hand: the ledger has only its change.
  const { reply } = await rig.done(rig.cancel({ orderID: 7n }))
  assert.equal(reply.kind, 'answered')
  assert.equal(await stateAfter(rig, placed(7n)), 'unknown')
  assert.match(rig.latest.detail ?? '', /the id of an older order/)
})

test('a change that arrives between the push of an order and its reply does not contradict the reply', async () => {
  const rig = new OrderPathRig()
  const answer = Promise.withResolvers<CallOutcome>()
  rig.answers.set(2202, () => answer.promise)
  void rig.place()
  await rig.pass(200)
  const { id } = rig.latest
  void rig.cancel({ orderID: 7n })
  await rig.pass(200)
  answer.resolve(placed(7n))
  await rig.pass(200)
  assert.deepEqual([rig.ledger.byId(id)?.state, rig.ledger.byId(id)?.orderId], ['accepted', '7'])
})

test('the reply to a change counts when it names the order to be changed', async () => {
  const both = { orderID: 7n, orderIDEx: 'FT7' }
  const cases: readonly [Ids, Ids, string][] = [
    [both, both, 'accepted'],
    [{ orderID: 0n, orderIDEx: 'FT7' }, both, 'accepted'],
    [{ orderID: 7n }, both, 'accepted'],
    // The ledger has both ids of this order.
    [{ orderID: 0n, orderIDEx: 'FT7' }, { orderID: 7n }, 'accepted'],
    [both, { orderID: 7n, orderIDEx: '' }, 'accepted'],
    [both, {}, 'unknown'],
    [both, { orderID: 7n, orderIDEx: 'FT8' }, 'unknown'],
    [{ orderID: 7n }, { orderID: 8n }, 'unknown'],
    [{ orderID: 0n, orderIDEx: 'FT7' }, { orderID: 8n }, 'unknown'],
  ]
  for (const [target, answer, state] of cases) {
    const rig = new OrderPathRig()
    rig.answers.set(2202, () => placed(7n))
    await rig.done(rig.place())
    rig.listed = [restingOrder({ orderIDEx: 'FT7' })]
    rig.answers.set(2205, () => changedAs(answer))
    void rig.cancel(target)
    await rig.pass(500)
    assert.equal(
      rig.latest.state,
      state,
      JSON.stringify([target, answer], (_, value: unknown) => String(value)),
    )
  }
})

test('the reply to a cancel of all orders names no order', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2205, () => changedAs({}))
  await rig.done(rig.cancel({ forAll: true, orderID: 0n }))
  assert.equal(rig.latest.state, 'accepted')
})

test('a reply after its deadline decides the entry of the frame that carried it', async () => {
  for (const [protoId, answer, state] of [
    [2202, placed(7n), 'accepted'],
    [2202, { ok: true, body: encodeMessage('Trd_PlaceOrder.Response', { retType: -1, retMsg: 'no' }) }, 'rejected'],
    [2202, placedAs({}), 'unknown'],
    [2205, changedAs({ orderID: 7n }), 'accepted'],
    [2205, changedAs({ orderID: 8n }), 'unknown'],
  ] as const) {
    const rig = new OrderPathRig()
    rig.listed = [restingOrder()]
    const late = { code: 'gateway.call_timeout', detail: 'test', retryInMs: null } as const
    rig.answers.set(protoId, () => ({ ok: false, failure: late, sent: true }))
    void (protoId === 2202 ? rig.place() : rig.modify({ ...modifyOrder(), qty: 300 }))
    await rig.pass(20_000)
    const { sentAs } = rig.latest
    assert.ok(sentAs !== null && answer.ok)
    const { connId, serial } = sentAs
    assert.equal(rig.reconciler.lateReply('other', serial, protoId, answer.body), false)
    assert.equal(rig.reconciler.lateReply(connId, serial + 1, protoId, answer.body), false)
    assert.equal(rig.reconciler.lateReply(connId, serial, protoId === 2202 ? 2205 : 2202, answer.body), false)
    assert.equal(rig.latest.state, 'unknown')
    assert.equal(rig.reconciler.lateReply(connId, serial, protoId, answer.body), state !== 'unknown')
    assert.deepEqual([rig.latest.state, rig.latest.reply], [state, state === 'unknown' ? null : answer.body])
    assert.equal(rig.reconciler.lateReply(connId, serial, protoId, answer.body), false)
  }
})
