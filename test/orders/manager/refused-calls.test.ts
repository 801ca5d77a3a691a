import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderAnswer } from '../../../src/orders/request.ts'
import { MOST_REFUSED_PER_MINUTE } from '../../../src/orders/manager/order-manager.ts'
import { OrderPathRig } from '../order-rig.ts'
import { limits } from '../order-values.ts'

/** The kind of a reply, with the code of a refusal. */
function resultOf({ reply }: OrderAnswer): string {
  return reply.kind === 'refused' ? reply.failure.code : reply.kind
}

test('a refused call is stored with its reason, without a reservation, and its idempotency key is free', async () => {
  const rig = new OrderPathRig()
  const spent = { limits: limits({ maxOrdersPerMinute: 1 }) }
  await rig.done(rig.place({}, spent))
  const answer = await rig.done(rig.place({ qty: 200 }, { ...spent, idempotencyKey: 'k' }))
  assert.equal(resultOf(answer), 'limits.rate')
  const { id, state, holds, reservation, tag, call, refusal: why, idempotencyKey } = rig.latest
  assert.deepEqual(
    [state, holds, reservation, tag, call.qty, idempotencyKey],
    ['refused', 'nothing', null, null, 200, 'k'],
  )
  assert.deepEqual(answer.reply.kind === 'refused' && [answer.reply.intentId, answer.reply.failure], [id, why])
  assert.deepEqual(rig.refused, ['limits.rate'])
  assert.equal(rig.orderEntries.counts.refused, 1)
  // It blocks neither the same call nor another one with that key.
  assert.equal(resultOf(await rig.done(rig.place({}, { idempotencyKey: 'k' }))), 'answered')
  rig.restart()
  const replay = await rig.done(rig.place({}, { idempotencyKey: 'k' }))
  assert.equal(replay.reply.kind === 'answered' && replay.reply.isReplay, true)
})

test('a refusal does not wait for the storage', async () => {
  const rig = new OrderPathRig()
  const startMs = rig.clock.elapsedMs
  await rig.done(rig.place({}, { limits: limits({ maxOrdersPerMinute: 0 }) }))
  assert.equal(rig.clock.elapsedMs, startMs)
})

test('a runaway program stores 60 refusals a minute, counted for each caller', async () => {
  const rig = new OrderPathRig()
  const none = { limits: limits({ maxOrdersPerMinute: 0 }) }
  const runAway = (caller: string) => Promise.all(Array.from({ length: 100 }, () => rig.place({}, { ...none, caller })))
  await rig.done(Promise.all([runAway('key:a'), runAway('key:b')]))
  assert.equal(rig.entries.length, 2 * MOST_REFUSED_PER_MINUTE)
  assert.deepEqual([rig.refused.length, rig.orderEntries.counts.refused], [200, 200])
  await rig.pass(60_000)
  await rig.done(runAway('key:a'))
  assert.equal(rig.entries.length, 3 * MOST_REFUSED_PER_MINUTE)
})

test('a refused dry run has no entry', async () => {
  const rig = new OrderPathRig()
  const dry = { isDryRun: true }
  assert.equal(
    resultOf(await rig.done(rig.place({ header: { accID: 5n, trdEnv: 0, trdMarket: 1 } }, dry))),
    'trade.unknown_account',
  )
  await rig.done(rig.place({}, { ...dry, limits: limits({ maxOrdersPerMinute: 0 }) }))
  assert.deepEqual([rig.entries.length, rig.refused.length], [0, 0])
})
