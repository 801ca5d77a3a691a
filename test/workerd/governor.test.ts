import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TEST_KEY } from './harness.ts'
import { type Answer, PushRig, TRADING_HOUR_MS } from './push-rig.ts'

/** OpenD's limits are kept on our side, in the real runtime, against an OpenD that is strict about them. */

const PLACE = 2202
const MODIFY = 2205
const PLATE_SET = 3204
/** Orders of one account in 30 s. */
const ORDERS_IN_WINDOW = 15
const PLATES_IN_WINDOW = 10
const ACCOUNT = '281756479345015383'
const HEADER = { trd_env: 0, acc_id: ACCOUNT, trd_market: 1 }

let rig: PushRig

before(async () => {
  const clock = { kind: 'fast', factor: 1, fromMs: TRADING_HOUR_MS, sinceMs: Date.now() } as const
  rig = await PushRig.start({ clock, limitsRates: true })
})
after(() => rig.close())

type Json = Readonly<Record<string, unknown>>

function place(remark: string): Promise<Answer> {
  const order = { trd_side: 'BUY', order_type: 'NORMAL', code: '00700', sec_market: 'HK', qty: 100, price: 200 }
  return rig.call('/api/order', { header: HEADER, ...order, remark })
}

test('of a burst of orders OpenD gets as many as it takes, and refuses none', async () => {
  const burst = await Promise.all(Array.from({ length: 30 }, (_, index) => place(`burst-${index}`)))
  const placed = burst.filter(({ status }) => status === 200)
  const limited = burst.filter(({ status }) => status === 429)
  assert.deepEqual([placed.length, limited.length], [ORDERS_IN_WINDOW, 30 - ORDERS_IN_WINDOW])
  assert.equal(rig.opend.seen(PLACE), ORDERS_IN_WINDOW)
  for (const { headers, body } of limited) {
    assert.deepEqual([body['code'], body['retryable']], ['upstream.rate_limited', true])
    const retryAfter = Number(headers.get('Retry-After'))
    assert.ok(retryAfter >= 1 && retryAfter <= 31, `Retry-After ${retryAfter}`)
  }

  // The ledger is clear about each: it went and was accepted, or it never went.
  const { body } = await rig.call('/api/order-intents?all=true&limit=200')
  const states = (body['intents'] as readonly Json[]).map(({ state }) => state)
  const count = (meant: string): number => states.filter((state) => state === meant).length
  assert.deepEqual([count('accepted'), count('not_sent')], [ORDERS_IN_WINDOW, 30 - ORDERS_IN_WINDOW])

  // Getting out is another counter.
  const ids = placed.map((answer) => String((answer.body['s2c'] as Json)['order_id']))
  const cancels = await Promise.all(
    ids
      .slice(0, 10)
      .map((order_id) =>
        rig.call('/api/modify-order', { header: HEADER, order_id, modify_order_op: 'CANCEL', qty: 0, price: 0 }),
      ),
  )
  assert.deepEqual(
    cancels.map(({ status }) => status),
    Array.from({ length: 10 }, () => 200),
  )
  assert.equal(rig.opend.seen(MODIFY), 10)

  // The window is OpenD's, and does not begin anew with the object.
  await rig.worker.evict()
  const late = await place('late')
  assert.deepEqual([late.status, late.body['code']], [429, 'upstream.rate_limited'], JSON.stringify(late.body))
  assert.equal(rig.opend.seen(PLACE), ORDERS_IN_WINDOW)
})

test('of a burst of reads each gets its answer or the time to come back, and OpenD refuses none', async () => {
  const burst = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      rig.call('/api/plate-set', { plate_set_type: index % 4, market: index % 2 === 0 ? 1 : 11 }, TEST_KEY, {
        'Cache-Control': 'no-cache',
      }),
    ),
  )
  const answered = burst.filter(({ status }) => status === 200)
  const limited = burst.filter(({ body }) => body['code'] === 'upstream.rate_limited')
  assert.deepEqual([answered.length, limited.length], [PLATES_IN_WINDOW, 40 - PLATES_IN_WINDOW])
  assert.equal(rig.opend.seen(PLATE_SET), PLATES_IN_WINDOW)
  for (const { status, headers } of limited) {
    assert.equal(status, 429)
    assert.ok(Number(headers.get('Retry-After')) >= 1)
  }
})
