import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModifyOrderOp, OrderStatus } from '../../../proto/enums.ts'
import type { CallOutcome } from '../../../src/gateway/effect.ts'
import { restingOrder } from '../../limits/sample-orders.ts'
import { DeskRig, failed, limits, orderHistory, orderList, orderOf, REAL_ID } from '../order-rig.ts'

const REAL = { trdEnv: 1, accID: REAL_ID, trdMarket: 1 }
const HISTORY = 2221
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** No reply came within the deadline; the connection lives on. */
const LATE: CallOutcome = {
  ok: false,
  failure: { code: 'gateway.call_timeout', detail: 'test', retryInMs: null },
  sent: true,
}

/** A rig whose order calls get no reply over a connection that lives on. */
function hanging(): DeskRig {
  const rig = new DeskRig()
  for (const protoId of [2202, 2205]) rig.answers.set(protoId, () => LATE)
  return rig
}

/** A rig with an accepted order that OpenD lists, after which replies are lost together with the connection. */
async function withWitness(header = REAL): Promise<DeskRig> {
  const rig = new DeskRig()
  await rig.done(rig.place({ header }))
  rig.listed = [orderOf(rig.latest)]
  await rig.pass(60_000)
  for (const protoId of [2202, 2205]) rig.answers.set(protoId, () => failed('gateway.disconnected', true))
  return rig
}

function polls(rig: DeskRig): number {
  return rig.count(2201)
}

test('an order is never absent while the connection that carried it lives, and is found when OpenD acts late', async () => {
  const rig = hanging()
  void rig.place({}, { limits: limits({ maxDailyValue: 30_000 }) })
  await rig.pass(80_000)
  const { state, holds, looks, detail } = rig.latest
  assert.deepEqual([state, holds, looks], ['unknown', 'rate_and_value', 0])
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
  assert.ok(rig.latest.looks > 0)
  rig.reconnect()
  assert.deepEqual([rig.latest.state, rig.latest.looks], ['unknown', 0])
  await rig.pass(60_000)
  assert.equal(rig.latest.state, 'unknown')
  await rig.pass(5_000)
  assert.equal(rig.latest.state, 'absent')
})

test('a connection with the same id as the one before is another connection', async () => {
  const rig = hanging()
  void rig.place()
  await rig.pass(60_000)
  rig.search.linkReady()
  await rig.pass(65_000)
  assert.equal(rig.latest.state, 'absent')
})

test('after a restart, polls count once a connection came up, also where the frame of the order is not known', async () => {
  const rig = new DeskRig()
  rig.answers.set(2202, () => new Promise(() => undefined))
  void rig.place()
  await rig.pass(1_000)
  assert.equal(rig.latest.state, 'reserved')
  rig.restart()
  await rig.search.run()
  await rig.pass(10 * 60_000)
  assert.deepEqual([rig.latest.state, rig.latest.sentAs, rig.latest.looks], ['unknown', null, 0])
  rig.reconnect()
  await rig.pass(65_000)
  assert.equal(rig.latest.state, 'absent')
})

test('a poll during which the connection changed does not count', async () => {
  const rig = hanging()
  rig.answers.set(2201, async () => {
    await new Promise<void>((resolve) => rig.clock.after(500, resolve))
    rig.reconnect()
    return orderList([])
  })
  void rig.place()
  await rig.pass(10 * 60_000)
  assert.deepEqual([rig.latest.state, rig.latest.looks], ['unknown', 0])
})

test('an entry that polls do not decide is polled less and less often', async () => {
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

test('an order of unknown status is polled less and less often too, and found when OpenD decides', async () => {
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

test('lists that lack an order which OpenD accepted are no evidence, and the entry says which one', async () => {
  for (const header of [REAL, { ...REAL, trdEnv: 0, accID: 281_756n }]) {
    const rig = await withWitness(header)
    const [witness] = rig.entries
    const listed = rig.listed
    rig.listed = []
    rig.restart()
    void rig.place({ header })
    await rig.pass(1_000)
    rig.reconnect()
    await rig.pass(100_000)
    assert.deepEqual([rig.latest.state, rig.latest.looks], ['unknown', 0])
    assert.ok(rig.latest.detail?.includes(witness?.id ?? 'none'), rig.latest.detail ?? '')
    rig.listed = listed
    await rig.pass(60_000)
    assert.equal(rig.latest.state, 'unknown')
    await rig.pass(15_000)
    assert.equal(rig.latest.state, 'absent')
  }
})

test('a witness may be in the history, under either of its ids, or was deleted', async () => {
  const rig = await withWitness()
  const [witness] = rig.listed
  assert.ok(witness !== undefined)
  for (const shown of [
    { ...witness, orderIDEx: '' },
    { ...witness, orderID: 0n },
  ]) {
    rig.listed = []
    rig.answers.set(HISTORY, () => orderHistory([shown]))
    void rig.place({ header: REAL })
    await rig.pass(65_000)
    assert.equal(rig.latest.state, 'absent')
  }
  rig.answers.set(HISTORY, () => orderHistory([]))
  void rig.modify({ header: REAL, orderID: witness.orderID, modifyOrderOp: ModifyOrderOp.Delete })
  await rig.pass(65_000)
  assert.equal(rig.latest.state, 'accepted')
  void rig.place({ header: REAL })
  await rig.pass(65_000)
  assert.equal(rig.latest.state, 'absent')
})

test('an order of another market or account, or of another day, is no witness', async () => {
  for (const header of [
    { ...REAL, trdMarket: 2 },
    { trdEnv: 0, accID: 281_756n, trdMarket: 1 },
  ]) {
    const rig = await withWitness(header)
    rig.listed = []
    void rig.place({ header: REAL })
    await rig.pass(65_000)
    assert.equal(rig.latest.state, 'absent')
  }
  const old = await withWitness()
  old.listed = []
  await old.pass(2 * DAY_MS)
  void old.place({ header: REAL })
  await old.pass(65_000)
  assert.equal(old.latest.state, 'absent')
})

test('without the order that OpenD accepted, an empty list does not prove that nothing is open', async () => {
  const rig = await withWitness()
  rig.listed = []
  void rig.cancel({ header: REAL, forAll: true, orderID: 0n })
  await rig.pass(120_000)
  assert.equal(rig.latest.state, 'unknown')
  rig.answers.set(HISTORY, () => orderHistory([orderOf(rig.entries[1] ?? rig.latest, { orderStatus: 15 })]))
  await rig.pass(60_000)
  assert.deepEqual([rig.latest.state, rig.latest.detail], ['accepted', 'no order of the account is open'])
})

test('without a history, the list of today proves nothing about an older order', async () => {
  const rig = new DeskRig()
  rig.answers.set(HISTORY, () => ({
    ok: true,
    body: new Uint8Array([8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
  }))
  rig.answers.set(2202, () => failed('gateway.disconnected', true))
  rig.answers.set(2201, () => failed('gateway.not_ready', false))
  void rig.place()
  await rig.pass(DAY_MS)
  rig.answers.set(2201, () => orderList([]))
  rig.reconnect()
  await rig.pass(HOUR_MS)
  assert.match(rig.latest.detail ?? '', /only the orders of today/)
  assert.equal(rig.latest.state, 'unknown')
})

test('an order that is still undecided after days holds its idempotency key', async () => {
  const rig = hanging()
  void rig.place({}, { idempotencyKey: 'k' })
  await rig.pass(3 * DAY_MS)
  assert.equal(rig.latest.state, 'unknown')
  for (const qty of [100, 200]) {
    const { reply } = await rig.done(rig.place({ qty }, { idempotencyKey: 'k' }))
    const told = reply.kind === 'refused' ? reply.failure.code : reply.kind
    assert.equal(told, qty === 100 ? 'unknown' : 'order.idempotency_conflict')
  }
  assert.equal(rig.count(2202), 1)
  // Decided, it holds the key no longer than any other call of three days ago.
  rig.listed = [orderOf(rig.latest)]
  rig.reconnect()
  await rig.pass(5_000)
  assert.equal(rig.latest.state, 'accepted')
  await rig.done(rig.place({}, { idempotencyKey: 'k' }))
  assert.equal(rig.count(2202), 2)
})
