import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Answer, OrderRig, PROTO } from './order-rig.ts'
import { TEST_KEY } from './harness.ts'

/** The kill switch and the dead man's switch in the real runtime, through evictions. */

const ROBOT = { id: 'robot', key: `fc_${'b1'.repeat(32)}`, limits: {} }
const SAFE = { id: 'safe', key: `fc_${'b2'.repeat(32)}`, limits: {} }
const LIMIT = { timeout: 30_000 }

/** The shortest time that the dead man's switch takes. */
const SECONDS = 5

const SUBMITTED = 5
const CANCELLED_ALL = 15

async function withRig(use: (rig: OrderRig) => Promise<void>): Promise<void> {
  const rig = await OrderRig.start([ROBOT, SAFE])
  try {
    await use(rig)
  } finally {
    await rig.close()
  }
}

function orderIdOf({ body }: Answer): unknown {
  return (body['s2c'] as Readonly<Record<string, unknown>> | undefined)?.['order_id']
}

function statusesOf(rig: OrderRig, ...names: readonly string[]): readonly (number | undefined)[] {
  return names.map((name) => rig.upstream(name)[0]?.status)
}

function cancel(rig: OrderRig, order_id: unknown, token: string): Promise<Answer> {
  return rig.post('/api/cancel-order', { header: rig.header, order_id }, { token })
}

describe('the switches', { concurrency: true }, () => {
  test('the kill switch stops orders and changes, not cancels, until it is turned back', LIMIT, async () => {
    await withRig(async (rig) => {
      const token = ROBOT.key
      const [first, second, third] = [
        await rig.place({ name: 'first', token }),
        await rig.place({ name: 'second', token }),
        await rig.place({ name: 'third', token: SAFE.key }),
      ]
      assert.equal((await rig.post('/api/trading/halt', {}, { token })).status, 200)
      assert.deepEqual((await rig.place({ name: 'halted', token })).body['code'], 'limits.halted')
      assert.equal((await cancel(rig, orderIdOf(first), token)).status, 200)

      await rig.worker.evict()
      const halted = await rig.place({ name: 'halted', token })
      assert.deepEqual([halted.status, halted.body['code']], [429, 'limits.halted'])
      const change = {
        header: rig.header,
        order_id: orderIdOf(second),
        modify_order_op: 'Normal',
        qty: 200,
        price: 210,
      }
      assert.equal((await rig.post('/api/modify-order', change, { token })).body['code'], 'limits.halted')
      assert.equal((await cancel(rig, orderIdOf(second), token)).status, 200)
      assert.equal((await rig.place({ name: 'other', token: SAFE.key })).status, 200, 'another key trades on')
      assert.deepEqual(rig.upstream('halted'), [])
      assert.deepEqual(statusesOf(rig, 'first', 'second', 'third'), [CANCELLED_ALL, CANCELLED_ALL, SUBMITTED])

      const { body } = await rig.post(
        '/api/trading/halt',
        { scope: 'all', cancel_open_orders: true },
        { token: TEST_KEY },
      )
      assert.deepEqual(
        new Set((body['cancels'] as readonly Readonly<Record<string, unknown>>[]).map(({ order_id }) => order_id)),
        new Set([orderIdOf(third), rig.upstream('other')[0]?.orderId]),
      )
      assert.deepEqual(statusesOf(rig, 'third', 'other'), [CANCELLED_ALL, CANCELLED_ALL])
      await rig.worker.evict()
      assert.equal((await rig.place({ name: 'nobody', token: SAFE.key })).body['code'], 'limits.halted')
      await rig.post('/api/trading/resume', { scope: 'all' }, { token: TEST_KEY })
      await rig.post('/api/trading/resume', {}, { token })
      await rig.worker.evict()
      assert.equal((await rig.place({ name: 'resumed', token })).status, 200)
    })
  })

  for (const isEvicted of [false, true]) {
    const through = isEvicted ? ', through an eviction' : ''
    test(`the dead man's switch cancels the orders of its key with every client gone${through}`, LIMIT, async () => {
      await withRig(async (rig) => {
        const armed = await rig.post('/api/trading/cancel-after', { seconds: SECONDS }, { token: ROBOT.key })
        await rig.post('/api/trading/cancel-after', { seconds: SECONDS }, { token: SAFE.key })
        await rig.place({ name: 'robot-1', token: ROBOT.key })
        await rig.place({ name: 'robot-2', token: ROBOT.key })
        await rig.place({ name: 'safe', token: SAFE.key })
        await rig.post('/api/trading/cancel-after', { seconds: 0 }, { token: SAFE.key })
        const [cancels, looks] = [rig.opend.seen(PROTO.modify), rig.opend.seen(PROTO.orders)]
        if (isEvicted) await rig.worker.evict()
        // From here on nobody calls: only the alarm can do it.
        await rig.opend.arrival(PROTO.modify, cancels + 1)
        const firedMs = Date.now()
        assert.deepEqual(statusesOf(rig, 'robot-1', 'robot-2', 'safe'), [CANCELLED_ALL, CANCELLED_ALL, SUBMITTED])
        assert.ok(firedMs >= Number(armed.body['fires_at_ms']), 'not before its time')
        assert.ok(rig.opend.seen(PROTO.orders) > looks, 'it asked which orders are open')
        // It fires once.
        await rig.worker.api('/api/global-state')
        assert.equal(rig.opend.seen(PROTO.modify), cancels + 2)
      })
    })
  }
})
