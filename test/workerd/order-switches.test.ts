import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Answer, orderIdOf, OrderRig, PROTO } from './order-rig.ts'
import { TEST_KEY } from './harness.ts'

/** The kill switch and the cancel-after in the real runtime, through evictions and with an OpenD that misbehaves. */

const ROBOT = { id: 'robot', key: `fc_${'b1'.repeat(32)}`, limits: {} }
const SAFE = { id: 'safe', key: `fc_${'b2'.repeat(32)}`, limits: {} }
const LIMIT = { timeout: 60_000 }

/** The shortest time that a cancel-after takes. */
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

/** The scope of each halt, and who can end it. Every key of this rig is an administrator's, so it sees all of them. */
async function haltsOf(rig: OrderRig, token: string): Promise<readonly unknown[]> {
  const response = await rig.worker.fetch('/api/trading/halts', { headers: { Authorization: `Bearer ${token}` } })
  const { halts } = (await response.json()) as { readonly halts: readonly Readonly<Record<string, unknown>>[] }
  return halts.map(({ scope, resumed_by: by }) => [scope, by])
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
      const typo = await rig.post('/api/trading/halt', { scope: 'account', acc_id: '5' }, { token: TEST_KEY })
      assert.deepEqual([typo.status, typo.body['code']], [400, 'trade.unknown_account'])
      assert.deepEqual(await haltsOf(rig, token), [['key', 'admin']])
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
      assert.deepEqual(rig.statusesOf('first', 'second', 'third'), [CANCELLED_ALL, CANCELLED_ALL, SUBMITTED])

      const { body } = await rig.post(
        '/api/trading/halt',
        { scope: 'all', cancel_open_orders: true },
        { token: TEST_KEY },
      )
      assert.deepEqual(
        new Set((body['cancels'] as readonly Readonly<Record<string, unknown>>[]).map(({ order_id }) => order_id)),
        new Set([orderIdOf(third), rig.upstream('other')[0]?.orderId]),
      )
      assert.deepEqual(rig.statusesOf('third', 'other'), [CANCELLED_ALL, CANCELLED_ALL])
      await rig.worker.evict()
      assert.equal((await rig.place({ name: 'nobody', token: SAFE.key })).body['code'], 'limits.halted')
      assert.deepEqual(await haltsOf(rig, SAFE.key), [
        ['key', 'admin'],
        ['all', 'admin'],
      ])
      await rig.post('/api/trading/resume', { scope: 'all' }, { token: TEST_KEY })
      const resumed = await rig.post('/api/trading/resume', {}, { token })
      assert.deepEqual([resumed.body['halted'], resumed.body['halts']], [false, []])
      await rig.worker.evict()
      assert.equal((await rig.place({ name: 'resumed', token })).status, 200)
    })
  })

  for (const isEvicted of [false, true]) {
    const through = isEvicted ? ', through an eviction' : ''
    test(`a cancel-after cancels the orders of its key with every client gone${through}`, LIMIT, async () => {
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
        assert.deepEqual(rig.statusesOf('robot-1', 'robot-2', 'safe'), [CANCELLED_ALL, CANCELLED_ALL, SUBMITTED])
        assert.ok(firedMs >= Number(armed.body['fires_at_ms']), 'not before its time')
        assert.ok(rig.opend.seen(PROTO.orders) > looks, 'it asked which orders are open')
        // It fires once.
        await rig.worker.api('/api/global-state')
        assert.equal(rig.opend.seen(PROTO.modify), cancels + 2)
      })
    })
  }

  test('a cancel that OpenD refuses for the moment is tried again until the order is gone', LIMIT, async () => {
    await withRig(async (rig) => {
      await rig.place({ name: 'refused', token: ROBOT.key })
      rig.break([1, 2].map((nth) => ({ id: PROTO.modify, nth, fault: { kind: 'rate-exceeded' } })))
      const seen = rig.opend.seen(PROTO.modify)
      await rig.post('/api/trading/cancel-after', { seconds: SECONDS }, { token: ROBOT.key })
      await rig.opend.arrival(PROTO.modify, seen + 1)
      assert.deepEqual(rig.statusesOf('refused'), [SUBMITTED])
      assert.equal(await rig.metric('opend_edge_switch_tasks_running'), 1, 'it stays armed')
      const again = await rig.post('/api/trading/cancel-after', { seconds: SECONDS }, { token: ROBOT.key })
      assert.deepEqual([again.status, again.body['code']], [409, 'switch.fired'])
      await rig.opend.arrival(PROTO.modify, seen + 2)
      assert.deepEqual(rig.statusesOf('refused'), [CANCELLED_ALL])
    })
  })

  test(
    'a halt cancels an order whose reply is lost, and what is refused at first goes on after the answer',
    LIMIT,
    async () => {
      await withRig(async (rig) => {
        const token = ROBOT.key
        await rig.place({ name: 'known', token })
        rig.break([
          { id: PROTO.place, nth: 1, fault: { kind: 'drop-reply' } },
          { id: PROTO.modify, nth: 1, fault: { kind: 'rate-exceeded' } },
        ])
        const placed = rig.opend.arrival(PROTO.place)
        const lost = rig.place({ name: 'lost', token })
        await placed
        const seen = rig.opend.seen(PROTO.modify)
        const { body } = await rig.post('/api/trading/halt', { cancel_open_orders: true }, { token })
        assert.deepEqual([body['stored'], body['cancelling']], [true, true])
        await rig.opend.arrival(PROTO.modify, seen + 2)
        assert.deepEqual(rig.statusesOf('known', 'lost'), [CANCELLED_ALL, CANCELLED_ALL])
        assert.equal((await lost).status, 200)
      })
    },
  )

  test('a switch that is due while the link is down fires when the link is up', LIMIT, async () => {
    await withRig(async (rig) => {
      await rig.place({ name: 'late', token: ROBOT.key })
      const armed = await rig.post('/api/trading/cancel-after', { seconds: SECONDS }, { token: ROBOT.key })
      const firesAtMs = Number(armed.body['fires_at_ms'])
      rig.break([
        { id: PROTO.keepAlive, nth: 1, fault: { kind: 'cut-before' } },
        { id: PROTO.connect, nth: 'every', fault: { kind: 'cut-before' } },
      ])
      const seen = rig.opend.seen(PROTO.modify)
      while (Date.now() < firesAtMs) await rig.opend.arrival(PROTO.connect)
      assert.deepEqual(rig.statusesOf('late'), [SUBMITTED])
      rig.break([])
      await rig.opend.arrival(PROTO.connect)
      const upMs = Date.now()
      await rig.opend.arrival(PROTO.modify, seen)
      assert.ok(Date.now() - upMs < 3_000)
      assert.deepEqual(rig.statusesOf('late'), [CANCELLED_ALL])
    })
  })

  test("an administrator's halt cancels orders that were placed elsewhere", LIMIT, async () => {
    await withRig(async (rig) => {
      await rig.place({ name: 'ours', token: ROBOT.key })
      // As if another gateway had placed it: this one does not know of it.
      await rig.place({ name: 'foreign', token: ROBOT.key })
      await rig.worker.sql("DELETE FROM order_entries WHERE idempotency_key LIKE '%foreign'")
      const scope = { scope: 'account', acc_id: rig.header['acc_id'], cancel_open_orders: true }
      await rig.post('/api/trading/halt', scope, { token: TEST_KEY })
      assert.deepEqual(rig.statusesOf('ours', 'foreign'), [CANCELLED_ALL, SUBMITTED])
      await rig.post('/api/trading/halt', { ...scope, include_foreign: true }, { token: TEST_KEY })
      assert.deepEqual(rig.statusesOf('ours', 'foreign'), [CANCELLED_ALL, CANCELLED_ALL])
    })
  })
})
