import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENTRY_STATES } from '../../../src/orders/entry.ts'
import type { OperatorDecision } from '../../../src/orders/reconciliation/resolve-by-operator.ts'
import { OrderPathRig } from '../order-rig.ts'
import { failed, limits, orderOf, pushOf } from '../order-values.ts'
import { orderList } from '../sample-replies.ts'

function decision(change: Partial<OperatorDecision>): OperatorDecision {
  return { state: 'absent', by: 'key:admin', reason: 'seen in the app', orderId: null, orderIdEx: null, ...change }
}

/** A rig whose newest entry is a new order, or a change, that stays unknown. */
async function undecided(kind: 'place' | 'modify'): Promise<OrderPathRig> {
  const rig = new OrderPathRig()
  await rig.done(rig.place())
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  for (const protoId of [2202, 2205]) rig.answers.set(protoId, () => failed('gateway.disconnected', true))
  const request = { idempotencyKey: 'k', limits: limits({ maxOrdersPerMinute: 9, maxDailyValue: 90_000 }) }
  void (kind === 'place' ? rig.place({}, request) : rig.modify({ qty: 100 }, { idempotencyKey: 'k' }))
  await rig.pass(20_000)
  assert.equal(rig.latest.state, 'unknown')
  return rig
}

/** The failure code of a decision, or the resulting state. */
function resolved(rig: OrderPathRig, change: Partial<OperatorDecision>, id = rig.latest.id): string {
  const result = rig.reconciler.resolve(id, decision(change))
  return result.ok ? result.value.state : result.failure.code
}

test('an operator decides an undecided entry, which updates its budget, its callers and the ledger', async () => {
  for (const [kind, change, holds, replayed] of [
    ['place', { state: 'accepted', orderIdEx: 'FT55' }, 'rate_and_value', 'answered'],
    ['place', { state: 'accepted', orderId: '55' }, 'rate_and_value', 'answered'],
    ['place', { state: 'rejected' }, 'rate', 'answered'],
    ['place', { state: 'absent' }, 'rate', 'unknown'],
    ['modify', { state: 'accepted' }, 'nothing', 'answered'],
    ['modify', { state: 'rejected' }, 'nothing', 'answered'],
    ['modify', { state: 'lapsed' }, 'nothing', 'refused'],
  ] as const) {
    const rig = await undecided(kind)
    assert.equal(resolved(rig, change), change.state)
    const { resolution, detail, holds: held, id } = rig.latest
    const atMs = rig.clock.wallMs()
    assert.deepEqual(resolution, { by: 'key:admin', reason: 'seen in the app', atMs })
    assert.deepEqual([detail, held], ['decided by key:admin: seen in the app', kind === 'place' ? holds : held])
    await rig.done(rig.ledger.sync())
    rig.restart()
    assert.equal(rig.ledger.byId(id)?.state, change.state)
    // A retry gets the decision; after `absent` the order may be sent once more.
    const again =
      kind === 'place' ? rig.place({}, { idempotencyKey: 'k' }) : rig.modify({ qty: 100 }, { idempotencyKey: 'k' })
    assert.equal((await rig.done(again)).reply.kind, replayed)
    assert.equal(rig.latest.id === id, change.state !== 'absent')
  }
})

test('only an unknown entry can be decided, and only once', async () => {
  const rig = await undecided('place')
  assert.equal(resolved(rig, {}, 'oi_none'), 'order.unknown_intent')
  assert.equal(resolved(rig, {}, rig.entries[1]?.id), 'order.already_decided')
  assert.equal(resolved(rig, {}), 'absent')
  for (const state of ['absent', 'accepted', 'rejected'] as const) {
    assert.equal(resolved(rig, { state, orderId: '5' }), 'order.already_decided')
  }
  rig.answers.set(2202, () => new Promise(() => undefined))
  void rig.place()
  await rig.pass(100)
  assert.equal(resolved(rig, {}), 'order.in_flight')
})

test('a decision needs an allowed state, and for an accepted order its ids', async () => {
  const rig = await undecided('place')
  const [, witness] = rig.entries
  for (const state of ENTRY_STATES) {
    if (state === 'absent' || state === 'rejected') continue
    const code = state === 'accepted' ? 'request.missing_field' : 'request.invalid_value'
    assert.equal(resolved(rig, { state }), code, state)
  }
  for (const orderId of ['-1', '1.5', 'FT5', '18446744073709551616', '0x5']) {
    assert.equal(resolved(rig, { state: 'accepted', orderId }), 'request.invalid_value', orderId)
  }
  assert.equal(resolved(rig, { state: 'accepted', orderId: '0', orderIdEx: '' }), 'request.missing_field')
  assert.equal(resolved(rig, { state: 'accepted', orderId: witness?.orderId ?? '' }), 'request.invalid_value')
  assert.equal(resolved(rig, { state: 'accepted', orderIdEx: witness?.orderIdEx ?? '' }), 'request.invalid_value')
  assert.equal(rig.latest.state, 'unknown')
})

test('an order that appears after an operator declared it absent is reported like any other', async () => {
  const rig = await undecided('place')
  resolved(rig, {})
  rig.orderPush(pushOf(orderOf(rig.latest, { orderID: 55n, orderIDEx: 'FT55' })))
  const { state, contradiction, resolution, orderIdEx } = rig.latest
  assert.deepEqual([state, contradiction?.state, orderIdEx], ['accepted', 'absent', 'FT55'])
  assert.equal(resolution?.by, 'key:admin')
})

test('an order id from an operator does not prove that a list without it is incomplete', async () => {
  const rig = await undecided('place')
  const [named, witness] = rig.entries
  assert.ok(named !== undefined && witness !== undefined)
  resolved(rig, { state: 'accepted', orderId: '55' })
  await rig.pass(60_000)
  rig.answers.set(2201, () => orderList([orderOf(witness)]))
  void rig.place()
  await rig.pass(65_000)
  assert.equal(rig.latest.state, 'absent')
})
