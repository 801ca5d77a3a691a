import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderRig, PROTO } from './order-rig.ts'

/** An operator decides what OpenD does not, in the real runtime. */

test('an order that nobody can tell about is decided by an administrator, once, and outlives the object', async (t) => {
  const rig = await OrderRig.start()
  t.after(() => rig.close())
  // The request is lost, and so is every look at the orders of the account.
  rig.break([
    { id: PROTO.place, nth: 1, fault: { kind: 'drop-request' } },
    { id: PROTO.orders, nth: 'every', fault: { kind: 'drop-request' } },
  ])
  const arrived = rig.opend.arrival(PROTO.place)
  const placing = rig.place({ name: 'lost' })
  await arrived
  rig.opend.cutAll('the link breaks')
  const { status, body } = await placing
  assert.equal(status, 202, JSON.stringify(body))
  const path = `/api/admin/order-intents/${String(body['intent_id'])}/resolve`
  const decision = { state: 'absent', reason: 'the app lists no such order' }
  const resolved = await rig.post(path, decision)
  assert.equal(resolved.status, 200, JSON.stringify(resolved.body))
  assert.equal(resolved.body['state'], 'absent')
  await rig.worker.evict()
  const kept = await rig.intent(String(body['intent_id']))
  const { by, reason } = kept['resolution'] as Record<string, unknown>
  assert.deepEqual([kept['state'], by, reason], ['absent', 'key:local', decision.reason])
  const again = await rig.post(path, { ...decision, state: 'rejected' })
  assert.deepEqual([again.status, again.body['code']], [409, 'order.already_decided'])
  const missing = await rig.post('/api/admin/order-intents/oi_00000000/resolve', decision)
  assert.deepEqual([missing.status, missing.body['code']], [404, 'order.unknown_intent'])
})
