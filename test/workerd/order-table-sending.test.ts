import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pass } from 'node:timers/promises'
import { type Answer, type LimitedKey, orderIdOf, OrderRig, PROTO } from './order-rig.ts'

/** What was decided about an order still holds in the moment in which OpenD gets it, however late that is. */

const CAP = 3
const RATED = { id: 'rated', key: `fc_${'c1'.repeat(32)}`, limits: { max_orders_per_minute: CAP } }
/** Of two orders of this key one is refused at once, which shows that the other one has been taken. */
const SINGLE = { id: 'single', key: `fc_${'c2'.repeat(32)}`, limits: { max_orders_per_minute: 1 } }
/** A key whose orders are valued, so that a price is looked up on the way. */
const VALUED = { id: 'valued', key: `fc_${'c3'.repeat(32)}`, limits: { max_order_value: 1_000_000 } }

const LIMIT = { timeout: 40_000 }
const CANCELLED_ALL = 15

/** OpenD takes so many orders of an account in any time of that length. */
const OPEND_ORDERS = 15
const OPEND_WINDOW_MS = 30_000

/** From the arrival of an order to the moment at which it may leave at the latest, and some time for the answer. */
const LATEST_MS = 12_000

/** A rig that ends with the test, also when the test hangs. */
async function rigOf(t: TestContext, ...keys: readonly LimitedKey[]): Promise<OrderRig> {
  const rig = await OrderRig.start(keys, { hasMiddle: true })
  t.after(() => rig.close())
  return rig
}

function codeOf({ status, body }: Answer): readonly unknown[] {
  return [status, body['code']]
}

/** Takes the link away, and leaves the next one half open until it is released. */
async function withoutLink(rig: OrderRig) {
  // The account list is read before, so that orders come as far as they can without a link.
  await rig.worker.api('/api/accounts')
  const link = rig.middle.hold('request', PROTO.connect)
  rig.middle.cut()
  await link.first
  return link
}

describe('an order that leaves late', { concurrency: true }, () => {
  test('counts against the cap of its key from when OpenD gets it, so the cap holds at OpenD', LIMIT, async (t) => {
    const rig = await rigOf(t, RATED)
    const token = RATED.key
    const link = await withoutLink(rig)
    const names = Array.from({ length: CAP + 1 }, (_, index) => `capped-${index}`)
    const placing = names.map((name) => rig.place({ name, token }))
    // The others are taken and wait.
    assert.deepEqual(codeOf(await Promise.race(placing)), [429, 'limits.rate'])
    const takenMs = Date.now()
    // Long enough to tell the two moments apart in a number of whole seconds.
    await pass(2_000)
    link.release()
    const accepted = (await Promise.all(placing)).filter(({ status }) => status === 200)
    assert.equal(accepted.length, CAP)
    const arrivals = rig.middle.arrivals(PROTO.place)
    assert.equal(arrivals.length, CAP)
    const [firstMs = 0] = arrivals
    assert.ok(firstMs > takenMs + 1_900, 'they waited for the link')
    for (const isNew of [false, true]) {
      if (isNew) await rig.worker.evict()
      const next = await rig.place({ name: `next-${isNew}`, token })
      assert.deepEqual(codeOf(next), [429, 'limits.rate'])
      const retryMs = Date.now() + Number(next.headers.get('Retry-After')) * 1_000
      assert.ok(retryMs > firstMs + 60_000 - 100, `the next may be sent ${retryMs - firstMs} ms after the first`)
    }
    assert.equal(rig.middle.arrivals(PROTO.place).length, CAP)
  })

  test('is refused by a halt while it waits for the link, and does not leave when the link is up', LIMIT, async (t) => {
    const rig = await rigOf(t, SINGLE)
    const token = SINGLE.key
    const link = await withoutLink(rig)
    const placing = ['waits-1', 'waits-2'].map((name) => rig.place({ name, token }))
    assert.deepEqual(codeOf(await Promise.race(placing)), [429, 'limits.rate'])
    const halt = await rig.post('/api/trading/halt', {}, { token })
    assert.equal(halt.status, 200, JSON.stringify(halt.body))
    // Answered while there is no link yet.
    const codes = (await Promise.all(placing)).map((answer) => codeOf(answer)[1])
    assert.deepEqual(new Set(codes), new Set(['limits.halted', 'limits.rate']))
    link.release()
    await rig.caughtUp()
    assert.deepEqual(rig.middle.arrivals(PROTO.place), [])
    assert.deepEqual(rig.account.orders, [])
    const { body } = await rig.worker.api('/api/order-intents?all=true&state=refused')
    const { intents } = body as { readonly intents: readonly Answer['body'][] }
    assert.deepEqual(new Set(intents.map(({ code }) => code)), new Set(['limits.halted', 'limits.rate']))
  })

  test(
    "is refused by a halt while it waits for OpenD's limit, and does not leave when its turn comes",
    LIMIT,
    async (t) => {
      const rig = await rigOf(t, SINGLE)
      await rig.place({ name: 'first' })
      // As if the window had been used up a while ago: a new object counts what the ledger has.
      const columns = 'caller, acc_id, kind, state, created_ms, reply'
      await rig.worker.sql(
        `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${OPEND_ORDERS})
         INSERT INTO order_entries (id, entry, ${columns})
         SELECT 'used_' || i, json_set(entry, '$.id', 'used_' || i), ${columns} FROM n, (SELECT * FROM order_entries)`,
      )
      const usedMs = Date.now() - OPEND_WINDOW_MS + 4_500
      await rig.worker.sql(`UPDATE order_entries SET entry = json_set(entry, '$.updatedAtMs', ?)`, usedMs)
      await rig.worker.evict()

      const token = SINGLE.key
      const placing = ['waits-1', 'waits-2'].map((name) => rig.place({ name, token }))
      assert.deepEqual(codeOf(await Promise.race(placing)), [429, 'limits.rate'])
      // Another key's order waits behind it, and shows when its turn would have been.
      const behind = rig.place({ name: 'behind' })
      assert.equal((await rig.post('/api/trading/halt', {}, { token })).status, 200)
      const codes = (await Promise.all(placing)).map((answer) => codeOf(answer)[1])
      assert.deepEqual(new Set(codes), new Set(['limits.halted', 'limits.rate']))
      assert.equal(rig.middle.arrivals(PROTO.place).length, 1, 'the window is not open yet')
      assert.equal((await behind).status, 200)
      assert.equal(rig.middle.arrivals(PROTO.place).length, 2)
      assert.deepEqual([...rig.upstream('waits-1'), ...rig.upstream('waits-2')], [])
    },
  )

  test('is cancelled when it appears after a halt, if it was on its way', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const request = rig.middle.hold('request', PROTO.place)
    const placing = rig.place({ name: 'on-its-way' })
    await request.first
    const halt = await rig.post('/api/trading/halt', { cancel_open_orders: true })
    assert.deepEqual([halt.status, halt.body['cancelling']], [200, true], JSON.stringify(halt.body))
    assert.deepEqual(rig.account.orders, [])
    const cancelled = rig.opend.arrival(PROTO.modify)
    request.release()
    await cancelled
    assert.deepEqual(rig.statusesOf('on-its-way'), [CANCELLED_ALL])
    const answer = await placing
    assert.deepEqual([answer.status, orderIdOf(answer)], [200, rig.upstream('on-its-way')[0]?.orderId])
  })

  test('is not placed when OpenD takes so long for each call that its time is over', LIMIT, async (t) => {
    const rig = await rigOf(t, VALUED)
    const accounts = rig.middle.hold('reply', PROTO.accounts)
    const price = rig.middle.hold('reply', PROTO.snapshot)
    const askedMs = Date.now()
    const placing = rig.place({ name: 'slow', token: VALUED.key })
    const answeredMs = placing.then(() => Date.now())
    // Each reply is within the 12 s that a call of OpenD may take, the two together are not.
    await accounts.first
    await pass(6_000)
    accounts.release()
    await price.first
    await pass(6_000)
    price.release()
    const answer = await placing
    assert.equal(codeOf(answer)[1], 'order.too_late', JSON.stringify(answer.body))
    assert.ok((await answeredMs) - askedMs < LATEST_MS)
    await rig.caughtUp()
    assert.deepEqual(rig.middle.arrivals(PROTO.place), [])
    assert.deepEqual(rig.account.orders, [])
  })

  test('is accepted although the storage fails once it has left, and a halt works all the same', LIMIT, async (t) => {
    const rig = await rigOf(t)
    const request = rig.middle.hold('request', PROTO.place)
    const placing = rig.place({ name: 'unwritten' })
    await request.first
    const tables = ['order_entries', 'trading_halts']
    for (const table of tables) {
      for (const verb of ['INSERT', 'UPDATE']) {
        await rig.worker.sql(`CREATE TRIGGER full_${table}_${verb} BEFORE ${verb} ON ${table}
            BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
      }
    }
    request.release()
    const answer = await placing
    assert.deepEqual([answer.status, orderIdOf(answer)], [200, rig.upstream('unwritten')[0]?.orderId])
    const readiness = await rig.worker.fetch('/readyz')
    assert.equal(readiness.status, 503)
    assert.match(await readiness.text(), /The storage refuses writes/)
    assert.equal(await rig.metric('opend_edge_storage_failing'), 1)
    const halt = await rig.post('/api/trading/halt', {})
    assert.deepEqual([halt.status, halt.body['stored']], [200, false], JSON.stringify(halt.body))
    const placed = rig.middle.arrivals(PROTO.place).length
    assert.deepEqual(codeOf(await rig.place({ name: 'halted' })), [429, 'limits.halted'])
    assert.equal(rig.middle.arrivals(PROTO.place).length, placed)
  })
})
