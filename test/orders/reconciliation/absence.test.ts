import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderStatus } from '../../../proto/enums.ts'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import { restingOrder } from '../../limits/sample-orders.ts'
import { OrderPathRig } from '../order-rig.ts'
import { limits, orderOf } from '../order-values.ts'
import { orderList } from '../sample-replies.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** There was no reply within the deadline; the connection lives on. */
const LATE: CallOutcome = {
  ok: false,
  failure: { code: 'gateway.call_timeout', detail: 'test', retryInMs: null },
  sent: true,
}

/** A rig whose order calls get no reply over a connection that lives on. */
function hanging(): OrderPathRig {
  const rig = new OrderPathRig()
  for (const protoId of [2202, 2205]) rig.answers.set(protoId, () => LATE)
  return rig
}

function polls(rig: OrderPathRig): number {
  return rig.count(2201)
}

test('an order is never absent while its connection lives, and is found when OpenD acts late', async () => {
  const rig = hanging()
  void rig.place({}, { limits: limits({ maxDailyValue: 30_000 }) })
  await rig.pass(80_000)
  const { state, holds, pollAttempts, detail } = rig.latest
  assert.deepEqual([state, holds, pollAttempts], ['unknown', 'rate_and_value', 0])
  assert.match(detail ?? '', /the connection that carried the call still lives.*\/api\/admin\/reload.*by hand/)
  rig.listed = [orderOf(rig.latest)]
  await rig.pass(60_000)
  assert.equal(rig.latest.state, 'accepted')
})

test('a change is never absent while its connection lives', async () => {
  const rig = hanging()
  rig.listed = [restingOrder({ orderIDEx: 'FT7' })]
  void rig.modify({ qty: 300 })
  await rig.pass(HOUR_MS)
  assert.equal(rig.latest.state, 'unknown')
  rig.listed = [restingOrder({ orderIDEx: 'FT7', qty: 300 })]
  await rig.pass(6 * 60_000)
  assert.equal(rig.latest.state, 'accepted')
})

test('after its connection ended, an order is absent after a minute of polls over one other connection', async () => {
  const rig = hanging()
  void rig.place()
  await rig.pass(3 * HOUR_MS)
  rig.reconnect()
  await rig.pass(50_000)
  assert.ok(rig.latest.pollAttempts > 0)
  rig.reconnect()
  assert.deepEqual([rig.latest.state, rig.latest.pollAttempts], ['unknown', 0])
  await rig.pass(60_000)
  assert.equal(rig.latest.state, 'unknown')
  await rig.pass(5_000)
  assert.equal(rig.latest.state, 'absent')
})

test('a new connection with the same id as the one before is another connection', async () => {
  const rig = hanging()
  void rig.place()
  await rig.pass(60_000)
  rig.linkReady()
  await rig.pass(65_000)
  assert.equal(rig.latest.state, 'absent')
})

test('after a restart, polls count once a connection has come up, also when the frame is not known', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2202, () => new Promise(() => undefined))
  void rig.place()
  await rig.pass(1_000)
  assert.equal(rig.latest.state, 'reserved')
  rig.restart()
  await rig.reconciler.pollDue()
  await rig.pass(10 * 60_000)
  assert.deepEqual([rig.latest.state, rig.latest.sentAs, rig.latest.pollAttempts], ['unknown', null, 0])
  rig.reconnect()
  await rig.pass(65_000)
  assert.equal(rig.latest.state, 'absent')
})

test('a poll that began over the carrying connection does not count, even if it ends later', async () => {
  const rig = hanging()
  rig.answers.set(2201, async () => {
    await new Promise<void>((resolve) => rig.clock.after(5_000, resolve))
    return orderList([])
  })
  void rig.place()
  await rig.pass(1_000)
  rig.reconnect()
  await rig.pass(4_500)
  assert.deepEqual([rig.latest.state, rig.latest.pollAttempts], ['unknown', 0])
  await rig.pass(120_000)
  assert.equal(rig.latest.state, 'absent')
})

test('an entry that polls do not decide is polled at growing intervals', async () => {
  const rig = hanging()
  void rig.place()
  await rig.pass(HOUR_MS)
  const first = polls(rig)
  assert.ok(first > 100 && first < 130, `${first} polls in the first hour`)
  await rig.pass(DAY_MS - HOUR_MS)
  const day = polls(rig) - first
  assert.ok(day > 200 && day < 300, `${day} polls in the rest of the day`)
  await rig.pass(10 * DAY_MS)
  const later = (polls(rig) - first - day) / 10
  assert.ok(later > 40 && later <= 48, `${later} polls on each day after`)
})

test('many undecided entries of an account share their polls', async () => {
  const rig = hanging()
  for (let order = 0; order < 30; order++) {
    void rig.place()
    await rig.pass(1_700)
  }
  await rig.pass(60_000)
  const before = polls(rig)
  await rig.pass(600_000)
  assert.ok(polls(rig) - before <= 61, `${polls(rig) - before} polls in ten minutes`)
})

test('an order of unknown status is polled at growing intervals, and found when OpenD decides', async () => {
  const rig = hanging()
  void rig.place()
  await rig.pass(300)
  rig.listed = [orderOf(rig.latest, { orderStatus: OrderStatus.TimeOut })]
  await rig.pass(DAY_MS)
  assert.match(rig.latest.detail ?? '', /status 4/)
  assert.ok(polls(rig) < 500)
  rig.listed = [orderOf(rig.latest)]
  await rig.pass(HOUR_MS)
  assert.equal(rig.latest.state, 'accepted')
})

test('an order that is undecided for days keeps its idempotency key in use', async () => {
  const rig = hanging()
  void rig.place({}, { idempotencyKey: 'k' })
  await rig.pass(3 * DAY_MS)
  assert.equal(rig.latest.state, 'unknown')
  for (const qty of [100, 200]) {
    const { reply } = await rig.done(rig.place({ qty }, { idempotencyKey: 'k' }))
    const result = reply.kind === 'refused' ? reply.failure.code : reply.kind
    assert.equal(result, qty === 100 ? 'unknown' : 'order.idempotency_conflict')
  }
  assert.equal(rig.count(2202), 1)
  // Once decided, the entry keeps its key in use no longer than any other call of three days ago.
  rig.listed = [orderOf(rig.latest)]
  rig.reconnect()
  await rig.pass(5_000)
  assert.equal(rig.latest.state, 'accepted')
  await rig.done(rig.place({}, { idempotencyKey: 'k' }))
  assert.equal(rig.count(2202), 2)
})
