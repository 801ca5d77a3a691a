import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderPathRig } from '../order-rig.ts'
import { failed, limits, orderOf } from '../order-values.ts'

/** A rig with an unknown entry whose storage fails from then on. */
async function undecided(): Promise<OrderPathRig> {
  const rig = new OrderPathRig()
  rig.answers.set(2202, () => failed('gateway.disconnected', true))
  void rig.place({}, { limits: limits({ maxOrdersPerMinute: 5 }) })
  await rig.pass(1_000)
  assert.equal(rig.latest.state, 'unknown')
  rig.storageError = new Error('database or disk is full')
  return rig
}

test('while the storage fails a link can come up, and polls stay on schedule', async () => {
  const rig = await undecided()
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  rig.reconnect()
  const before = rig.count(2201)
  await rig.pass(60_000)
  assert.ok(rig.count(2201) - before <= 10, `${rig.count(2201) - before} polls in a minute`)
})

test('an order that is found while the storage fails stays accepted and is written later', async () => {
  const rig = await undecided()
  rig.listed = [orderOf(rig.latest, { orderID: 5n, orderIDEx: 'FT5' })]
  rig.reconnect()
  await rig.pass(10_000)
  const { id } = rig.latest
  assert.deepEqual([rig.ledger.byId(id)?.state, rig.orderEntries.byId(id)?.state], ['unknown', 'accepted'])
  const polls = rig.count(2201)
  await rig.pass(60_000)
  assert.equal(rig.count(2201), polls)
  rig.storageError = null
  rig.orderEntries.writeAgain()
  assert.equal(rig.ledger.byId(id)?.state, 'accepted')
})
