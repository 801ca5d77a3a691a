import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Answer, OrderRig, PROTO } from './order-rig.ts'

/** The limits of a key in the real runtime: exact under a crowd, kept through an eviction, untouched by a dry run. */

const CAP = 20
const RATED = { id: 'rated', key: `fc_${'a1'.repeat(32)}`, limits: { max_orders_per_minute: CAP } }
/** Two orders of 100 shares at 200. */
const VALUED = { id: 'valued', key: `fc_${'a2'.repeat(32)}`, limits: { max_daily_value: { HKD: 40_000 } } }
const DRY = { id: 'dry', key: `fc_${'a3'.repeat(32)}`, limits: { max_orders_per_minute: 1, max_daily_value: 20_000 } }

let rig: OrderRig

before(async () => {
  rig = await OrderRig.start([RATED, VALUED, DRY])
})
after(() => rig.close())

function codeOf({ status, body }: Answer): readonly unknown[] {
  return [status, body['code']]
}

test('of two hundred orders at once a rate of N admits N, also after an eviction', async () => {
  const names = Array.from({ length: 200 }, (_, index) => `crowd-${index}`)
  const answers = await Promise.all(names.map((name) => rig.place({ name, token: RATED.key })))
  const count = (status: number): number => answers.filter((answer) => answer.status === status).length
  assert.deepEqual([count(200), count(429)], [CAP, 200 - CAP])
  assert.equal(rig.account.orders.length, CAP)
  assert.equal(rig.opend.seen(PROTO.place), CAP)

  await rig.worker.evict()
  const late = await rig.place({ name: 'late', token: RATED.key })
  assert.deepEqual(codeOf(late), [429, 'limits.rate'])
  const retryAfter = Number(late.headers.get('Retry-After'))
  assert.ok(retryAfter > 0 && retryAfter <= 60, `Retry-After ${retryAfter}`)
  assert.deepEqual(rig.upstream('late'), [])
})

test('the value of a day is used up, also after an eviction', async () => {
  const first = await rig.place({ name: 'value-1', token: VALUED.key })
  const second = await rig.place({ name: 'value-2', token: VALUED.key })
  assert.deepEqual([first.status, second.status], [200, 200])
  for (const name of ['value-3', 'value-4']) {
    assert.deepEqual(codeOf(await rig.place({ name, token: VALUED.key })), [429, 'limits.daily_value'])
    assert.deepEqual(rig.upstream(name), [])
    await rig.worker.evict()
  }
})

test('a dry run tells what would be, sends nothing, writes nothing down and takes nothing', async () => {
  const dryRun = { name: 'dry', token: DRY.key, path: '/api/order?dry_run=true' }
  const placed = rig.opend.seen(PROTO.place)
  for (const _ of [1, 2, 3]) {
    const { status, body } = await rig.place(dryRun)
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body['would_pass'], true, JSON.stringify(body))
  }
  assert.equal(rig.opend.seen(PROTO.place), placed)
  assert.equal(await rig.intentOf('dry'), null)
  assert.equal((await rig.place({ ...dryRun, path: '/api/order' })).status, 200, 'the whole budget is still there')
  const { body } = await rig.place(dryRun)
  assert.equal(body['would_pass'], false, JSON.stringify(body))
})
