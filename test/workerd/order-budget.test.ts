import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderRig, PROTO } from './order-rig.ts'

/** OpenD's own limits are kept by what was sent, also by an object that is new. */

test('an object that starts anew knows which orders still count against the limit of OpenD', async (t) => {
  const rig = await OrderRig.start()
  t.after(() => rig.close())
  const names = Array.from({ length: 15 }, (_, index) => `budget-${index}`)
  const first = await Promise.all(names.map((name) => rig.place({ name, fields: { price: 100 } })))
  assert.deepEqual(new Set(first.map(({ status }) => status)), new Set([200]))
  await rig.worker.evict()
  const { status, body, headers } = await rig.place({ name: 'one-too-many', fields: { price: 100 } })
  assert.deepEqual([status, body['code']], [429, 'upstream.rate_limited'], JSON.stringify(body))
  assert.ok(Number(headers.get('Retry-After')) > 0 && Number(headers.get('Retry-After')) <= 31)
  assert.match(headers.get('RateLimit') ?? '', /"opend";r=0;t=\d+$/)
  assert.equal(rig.opend.seen(PROTO.place), 15)
})
