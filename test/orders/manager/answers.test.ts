import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderAnswer } from '../../../src/orders/request.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { OrderPathRig } from '../order-rig.ts'
import { failed, limits, never } from '../order-values.ts'
import { placed } from '../sample-replies.ts'

const DRY = { isDryRun: true, idempotencyKey: 'k' }

async function dryRun(rig: OrderPathRig, qty = 100) {
  const { reply } = await rig.done(rig.place({ qty }, DRY))
  assert.ok(reply.kind === 'dry_run')
  const { idempotency, wouldPass, failure } = reply.report
  return { idempotency, wouldPass, code: failure?.code ?? null }
}

/** The entry id and state in the reply of a refused or answered call. */
function entryOf({ reply }: OrderAnswer) {
  assert.ok(reply.kind === 'refused' || reply.kind === 'answered')
  return { id: reply.intentId, state: reply.state, isReplay: reply.isReplay }
}

test('a dry run reports the effect of its idempotency key and refuses as the call would', async () => {
  const rig = new OrderPathRig()
  assert.deepEqual(await dryRun(rig), { idempotency: null, wouldPass: true, code: null })
  await rig.done(rig.place({}, { idempotencyKey: 'k', limits: limits({ maxOrdersPerMinute: 0 }) }))
  assert.equal((await dryRun(rig)).idempotency, null, 'a call that a limit refused does not use up its key')
  rig.answers.set(2202, () => failed('gateway.not_ready', false))
  await rig.done(rig.place({}, { idempotencyKey: 'k' }))
  const [unsentId] = rig.entries.map(({ id }) => id)
  assert.deepEqual(await dryRun(rig), {
    idempotency: { state: 'free', intentId: unsentId },
    wouldPass: true,
    code: null,
  })
  rig.answers.set(2202, () => placed(7n))
  await rig.done(rig.place({}, { idempotencyKey: 'k' }))
  const { id } = rig.latest
  assert.deepEqual(await dryRun(rig), { idempotency: { state: 'replay', intentId: id }, wouldPass: true, code: null })
  assert.deepEqual(await dryRun(rig, 200), {
    idempotency: { state: 'conflict', intentId: id },
    wouldPass: false,
    code: 'order.idempotency_conflict',
  })
  assert.equal(rig.count(2202), 2)
})

test('a dry run of a call that is in flight reports in_flight', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2202, never)
  void rig.place({}, { idempotencyKey: 'k' })
  await rig.pass(100)
  const { idempotency, code } = await dryRun(rig)
  assert.deepEqual([idempotency?.state, code], ['in_flight', 'order.in_flight'])
})

test('a refusal has the id of its entry and its state in the ledger', async () => {
  const rig = new OrderPathRig()
  rig.answers.set(2202, () => failed('gateway.not_ready', false))
  const unsent = entryOf(await rig.done(rig.place()))
  assert.deepEqual(unsent, { id: rig.latest.id, state: 'not_sent', isReplay: false })
  rig.accounts = { code: 'gateway.connect_failed', detail: '', retryInMs: null }
  const unreached = entryOf(await rig.done(rig.place()))
  assert.deepEqual(unreached, { id: rig.latest.id, state: 'refused', isReplay: false })
})

test("OpenD's refusal has its entry as rejected, and as a replay when the call is repeated", async () => {
  const rig = new OrderPathRig()
  const body = encodeMessage('Trd_PlaceOrder.Response', { retType: -1, retMsg: 'no' })
  rig.answers.set(2202, () => ({ ok: true, body }))
  for (const isReplay of [false, true]) {
    const entry = entryOf(await rig.done(rig.place({}, { idempotencyKey: 'k' })))
    assert.deepEqual(entry, { id: rig.latest.id, state: 'rejected', isReplay })
  }
  const conflict = entryOf(await rig.done(rig.place({ qty: 200 }, { idempotencyKey: 'k' })))
  assert.deepEqual(conflict, { id: rig.latest.id, state: 'rejected', isReplay: false })
})

test('an order that two limits refuse gets both texts, and Retry-After is the longer wait', async () => {
  const rig = new OrderPathRig()
  const capped = { limits: limits({ maxOrdersPerMinute: 1, maxDailyValue: 50_000 }) }
  await rig.done(rig.place({}, capped))
  const sentBefore = rig.sent.length
  const { reply } = await rig.done(rig.place({}, capped))
  assert.ok(reply.kind === 'refused' && reply.failure.code === 'limits.rate')
  assert.match(reply.failure.text, /^rate limit exceeded: .*; daily value exceeded: 30000\.00 \+ 30000\.00/)
  assert.ok((reply.failure.retryAfterMs ?? 0) > 60_000, String(reply.failure.retryAfterMs))
  assert.equal(rig.sent.length, sentBefore, 'the refusal needs no call to OpenD')
})
