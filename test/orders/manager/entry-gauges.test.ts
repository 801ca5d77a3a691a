import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failed } from '../order-values.ts'
import { OrderPathRig } from '../order-rig.ts'

/** A rig whose OpenD loses the reply of every order and then shows nothing, so that orders stay unknown. */
function silentRig(): OrderPathRig {
  const rig = new OrderPathRig()
  rig.answers.set(2202, () => failed('gateway.call_timeout', true))
  for (const list of [2201, 2221]) rig.answers.set(list, () => failed('gateway.call_timeout', true))
  return rig
}

test('the oldest unknown order is the one that was made first, also after a restart', async () => {
  const rig = silentRig()
  assert.equal(rig.orderEntries.oldestUnknownMs, null)
  await rig.done(rig.place())
  const first = rig.latest
  await rig.pass(30_000)
  await rig.done(rig.place())
  assert.equal(rig.orderEntries.unknownCount, 2)
  assert.equal(rig.orderEntries.oldestUnknownMs, first.createdAtMs)
  rig.restart()
  assert.equal(rig.orderEntries.unknownCount, 2)
  assert.equal(rig.orderEntries.oldestUnknownMs, first.createdAtMs)
})

test('an order that is decided is not counted any more', async () => {
  const rig = silentRig()
  await rig.done(rig.place())
  const first = rig.latest
  await rig.pass(30_000)
  await rig.done(rig.place())
  const second = rig.latest
  const decision = {
    state: 'absent',
    by: 'key:ops',
    orderId: null,
    orderIdEx: null,
    reason: 'seen in the app',
  } as const
  rig.reconciler.resolve(first.id, decision)
  assert.equal(rig.orderEntries.oldestUnknownMs, second.createdAtMs)
  rig.reconciler.resolve(second.id, decision)
  assert.deepEqual([rig.orderEntries.unknownCount, rig.orderEntries.oldestUnknownMs], [0, null])
})

test('orders in flight are those without an outcome', async () => {
  const rig = new OrderPathRig()
  let answer: () => void = () => undefined
  rig.answers.set(2202, async () => {
    await new Promise<void>((resolve) => (answer = resolve))
    return failed('gateway.call_timeout', true)
  })
  const call = rig.place()
  await rig.pass(100)
  assert.equal(rig.orderEntries.inFlightCount, 1)
  answer()
  await rig.done(call)
  assert.equal(rig.orderEntries.inFlightCount, 0)
  void rig.place()
  await rig.pass(100)
  rig.restart()
  assert.deepEqual([rig.orderEntries.inFlightCount, rig.orderEntries.unknownCount], [0, 2])
})
