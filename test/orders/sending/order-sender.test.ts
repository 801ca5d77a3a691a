import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderAnswer } from '../../../src/orders/request.ts'
import { SEND_DEADLINE_MS } from '../../../src/orders/sending/send-deadline.ts'
import { OrderPathRig, PLAY_ID } from '../order-rig.ts'
import { failed, limits } from '../order-values.ts'
import { refusal } from '../sample-replies.ts'
import { START_MS } from '../simulation/virtual-clock.ts'

/** The kind of a reply, with the code of a refusal. */
function resultOf({ reply }: OrderAnswer): string {
  return reply.kind === 'refused' ? reply.failure.code : reply.kind
}

/** An order rig in which calls wait that long before their frames are written to the link. */
function waitingRig(ms: number): OrderPathRig {
  const rig = new OrderPathRig()
  rig.waitsToLeaveMs = ms
  return rig
}

test('a halt refuses waiting orders at once, and a cancel is still sent', async () => {
  for (const scope of [
    { kind: 'caller', caller: 'key:a' },
    { kind: 'account', accId: PLAY_ID.toString() },
    { kind: 'all' },
  ] as const) {
    const rig = waitingRig(3_000)
    const order = rig.place()
    const change = rig.modify({ qty: 200 })
    const cancel = rig.cancel({ orderID: 7n })
    await rig.pass(1_000)
    rig.switches.halt(scope, true)
    rig.stopInScope(scope)
    const answers = await rig.done(Promise.all([order, change]), 100)
    assert.deepEqual(answers.map(resultOf), ['limits.halted', 'limits.halted'])
    assert.equal(resultOf(await rig.done(cancel)), 'answered')
    await rig.pass(60_000)
    assert.deepEqual([rig.count(2202), rig.count(2205)], [0, 1])
    const states = rig.entries.map(({ state, call }) => `${call.kind} ${state}`).toSorted()
    assert.deepEqual(states, ['cancel accepted', 'modify refused', 'place refused'])
  }
})

test('an order that a halt refused is not sent after a resume', async () => {
  const rig = waitingRig(3_000)
  const order = rig.place()
  await rig.pass(1_000)
  rig.switches.halt({ kind: 'all' }, true)
  rig.stopInScope({ kind: 'all' })
  assert.equal(resultOf(await rig.done(order, 100)), 'limits.halted')
  rig.switches.resume({ kind: 'all' })
  await rig.pass(60_000)
  assert.deepEqual([rig.count(2202), rig.latest.state], [0, 'refused'])
})

test('a halt of another scope does not stop a waiting order', async () => {
  const rig = waitingRig(2_000)
  const order = rig.place()
  await rig.pass(1_000)
  rig.switches.halt({ kind: 'caller', caller: 'key:b' }, true)
  rig.stopInScope({ kind: 'caller', caller: 'key:b' })
  rig.stopInScope({ kind: 'account', accId: '9' })
  assert.equal(resultOf(await rig.done(order)), 'answered')
})

test('a halt that was not passed to the waiting orders is found at the moment of sending', async () => {
  const rig = waitingRig(2_000)
  const order = rig.place()
  await rig.pass(1_000)
  rig.switches.halt({ kind: 'all' }, true)
  assert.equal(resultOf(await rig.done(order)), 'limits.halted')
  assert.deepEqual([rig.count(2202), rig.latest.state, rig.latest.holds], [0, 'refused', 'nothing'])
})

test('an order is sent within ten seconds of its arrival or not at all, whichever step is slow', async () => {
  const slow = <Value>(rig: OrderPathRig, value: Value): Promise<Value> =>
    new Promise((resolve) => void rig.clock.after(11_000, () => resolve(value)))
  const priced = { limits: limits({ maxOrderValue: 1_000_000 }) }
  const cases: readonly ((rig: OrderPathRig) => Promise<OrderAnswer>)[] = [
    (rig) => {
      rig.accountsAfterMs = 11_000
      return rig.place()
    },
    (rig) => {
      const answer = rig.answers.get(3203)
      assert.ok(answer !== undefined)
      rig.answers.set(3203, async (body) => slow(rig, await answer(body)))
      return rig.place({}, priced)
    },
    (rig) => {
      rig.waitsToLeaveMs = 11_000
      return rig.place()
    },
  ]
  for (const begin of cases) {
    const rig = new OrderPathRig()
    const startMs = rig.clock.elapsedMs
    assert.equal(resultOf(await rig.done(begin(rig))), 'order.too_late')
    // Writing to the ledger may take longer than the deadline; every other step ends with it.
    assert.ok(rig.clock.elapsedMs - startMs <= SEND_DEADLINE_MS + 3_000, `${rig.clock.elapsedMs - startMs} ms`)
    await rig.pass(60_000)
    assert.deepEqual([rig.count(2202), rig.latest.holds], [0, 'nothing'])
    assert.ok(rig.latest.state === 'refused' || rig.latest.state === 'not_sent', rig.latest.state)
  }
})

test('an order that waits longer than its deadline is answered at the deadline', async () => {
  const rig = waitingRig(60_000)
  const startMs = rig.clock.elapsedMs
  assert.equal(resultOf(await rig.done(rig.place())), 'order.too_late')
  assert.ok(rig.clock.elapsedMs - startMs <= SEND_DEADLINE_MS, `${rig.clock.elapsedMs - startMs} ms`)
})

test('a key that is revoked while its order waits sends nothing, not even a cancel', async () => {
  const rig = waitingRig(2_000)
  const calls = [rig.place(), rig.cancel({ orderID: 7n })]
  await rig.pass(1_000)
  rig.standing = { code: 'auth.invalid_token' }
  const answers = await rig.done(Promise.all(calls))
  assert.deepEqual(answers.map(resultOf), ['auth.invalid_token', 'auth.invalid_token'])
  assert.deepEqual([rig.count(2202), rig.count(2205)], [0, 0])
})

test('an order that waits beyond the trading hours of its key is not sent', async () => {
  const rig = waitingRig(5_000)
  const atMs = new Date(START_MS + 3_000)
  // The hours end with the next minute, and the order begins 2 s before.
  rig.clock.step(60_000 - (atMs.getTime() % 60_000) + 1_000)
  const end = new Date(rig.clock.wallMs() + 2_000).toISOString().slice(11, 16)
  const hours = { limits: limits({ hoursWindow: `00:00-${end}` }) }
  assert.equal(resultOf(await rig.done(rig.place({}, hours))), 'limits.hours')
  assert.equal(rig.count(2202), 0)
})

test('an order of a key with a daily cap that waits past midnight is not sent', async () => {
  for (const [change, expected] of [
    [{ maxDailyValue: 1e9 }, 'limits.daily_value'],
    [{ maxOrdersPerMinute: 5 }, 'answered'],
  ] as const) {
    const rig = waitingRig(5_000)
    const day = 86_400_000
    rig.clock.step(day - (rig.clock.wallMs() % day) - 2_000)
    assert.equal(resultOf(await rig.done(rig.place({}, { limits: limits(change) }))), expected)
  }
})

test('while the storage fails no order is sent, and the next successful write ends the failure', async () => {
  const rig = new OrderPathRig()
  rig.storageError = new Error('database or disk is full')
  assert.equal(resultOf(await rig.done(rig.place())), 'server.storage_failed')
  assert.deepEqual([rig.count(2202), rig.storage.failure?.detail], [0, 'database or disk is full'])
  rig.storageError = null
  assert.equal(resultOf(await rig.done(rig.place())), 'answered')
  assert.equal(rig.storage.failure, null)
})

test('when the storage fails after the frame was sent, the caller still gets the reply of OpenD', async () => {
  for (const [answer, expected] of [
    [null, 'answered'],
    [() => refusal(2202, -1), 'answered'],
    [() => failed('gateway.disconnected', true), 'unknown'],
  ] as const) {
    const rig = waitingRig(1)
    if (answer !== null) rig.answers.set(2202, answer)
    const answered = rig.answers.get(2202)
    rig.answers.set(2202, (body) => {
      rig.storageError = new Error('database or disk is full')
      return answered?.(body) ?? failed('gateway.not_ready', false)
    })
    const order = rig.place()
    assert.equal(resultOf(await rig.done(order)), expected)
    assert.notEqual(rig.storage.failure, null)
    // A change that could not be written is in memory, and written later.
    const { id, state } = rig.latest
    assert.equal(state, 'reserved')
    assert.notEqual(rig.orderEntries.byId(id)?.state, 'reserved')
    rig.storageError = null
    rig.orderEntries.writeAgain()
    assert.notEqual(rig.latest.state, 'reserved')
    assert.equal(rig.storage.failure, null)
  }
})

test('a cancel of the kill switch is sent although the ledger cannot be written', async () => {
  const rig = new OrderPathRig()
  rig.storageError = new Error('database or disk is full')
  const answer = await rig.done(rig.cancel({ orderID: 7n }, { isKillSwitch: true }))
  assert.deepEqual([resultOf(answer), rig.count(2205)], ['answered', 1])
})

test('the entry has the sending time and the frame that carried it', async () => {
  const rig = waitingRig(2_000)
  await rig.done(rig.place({}, { limits: limits({ maxOrdersPerMinute: 1 }) }))
  const { createdAtMs, sentAtMs, reservation } = rig.latest
  assert.equal(sentAtMs, rig.sent[0]?.atMs === undefined ? null : START_MS + rig.sent[0].atMs)
  assert.ok((sentAtMs ?? 0) >= createdAtMs + 2_000)
  assert.equal(reservation?.atMs, sentAtMs)
})

test('a cap applies to the times at which orders are sent, not to those at which they arrive', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxOrdersPerMinute: 2 }) }
  rig.waitsToLeaveMs = 5_000
  await rig.done(Promise.all([rig.place({}, capped), rig.place({}, capped)]))
  const firstMs = Math.min(...rig.sent.map(({ atMs }) => atMs))
  // 60 s after the calls arrived, the window by arrival has passed, and the window by sending has not.
  rig.waitsToLeaveMs = 0
  await rig.pass(firstMs + 56_000 - rig.clock.elapsedMs)
  assert.equal(resultOf(await rig.done(rig.place({}, capped), 3_900)), 'limits.rate')
  await rig.pass(firstMs + 70_000 - rig.clock.elapsedMs)
  assert.equal(resultOf(await rig.done(rig.place({}, capped))), 'answered')
})

test('an order that waits to be sent counts among the orders of the minute', async () => {
  const rig = waitingRig(5_000)
  const capped = { limits: limits({ maxOrdersPerMinute: 1 }) }
  const first = rig.place({}, capped)
  await rig.pass(4_000)
  assert.equal(resultOf(await rig.done(rig.place({}, capped), 900)), 'limits.rate')
  assert.equal(resultOf(await rig.done(first)), 'answered')
})
