import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CALL_RANKS } from '../../../src/calls/call-rank.ts'
import { CounterModel } from './governor-model.ts'
import { GovernorRig, type Spec } from './governor-rig.ts'

type Event =
  | { readonly kind: 'submit'; readonly spec: Spec; readonly times: number }
  | { readonly kind: 'pass'; readonly ms: number }

/** Pauses with the edges of windows, gaps and deadlines as likely as anything else. */
const pass = fc.record({
  kind: fc.constant('pass' as const),
  ms: fc.oneof(
    fc.constantFrom(1, 39, 40, 59, 60, 1_999, 2_000, 5_000, 30_499, 30_500),
    fc.integer({ min: 1, max: 400 }),
    fc.integer({ min: 20_000, max: 30_000 }),
  ),
})

function submitOf(protoId: number): fc.Arbitrary<Event> {
  return fc.record({
    kind: fc.constant('submit' as const),
    times: fc.constantFrom(1, 1, 2, 4, 8, 21),
    spec: fc.record({
      protoId: fc.constant(protoId),
      rank: fc.constantFrom(...CALL_RANKS),
      caller: fc.constantFrom('a', 'a', 'b', 'c', ''),
      accId: fc.constantFrom(7n, 7n, 7n, 8n),
      counts: fc.constant(true),
    }),
  })
}

/** Limits of every shape: with and without a gap, a reserve, an account. */
const schedule: fc.Arbitrary<readonly Event[]> = fc
  .constantFrom(2205, 2202, 2201, 3209)
  .chain((protoId) =>
    fc.array(fc.oneof({ weight: 3, arbitrary: submitOf(protoId) }, { weight: 2, arbitrary: pass }), { maxLength: 22 }),
  )

test('every call goes, waits or is refused exactly as the limits say, instant by instant', () => {
  fc.assert(
    fc.property(schedule, fc.boolean(), (events, isShared) => {
      const rig = new GovernorRig(isShared)
      const models = new Map<string, CounterModel>()
      for (const event of events) {
        if (event.kind === 'pass') {
          rig.pass(event.ms)
          for (const model of models.values()) model.passTo(rig.nowMs)
          continue
        }
        for (let i = 0; i < event.times; i++) {
          const model = modelOf(models, event.spec, isShared)
          model.passTo(rig.nowMs)
          const expected = model.submit(rig.specs.length, event.spec)
          const verdict = rig.submit(event.spec)
          assert.equal(verdict.kind, expected.kind)
          if (verdict.kind === 'refused' && expected.kind === 'refused') {
            assert.equal(verdict.failure.retryAfterMs, expected.retryAfterMs)
          }
        }
      }
      rig.pass(10_000)
      for (const model of models.values()) {
        model.passTo(rig.nowMs)
        for (const [callId, expected] of model.endings) {
          const ending = rig.ending(callId)
          assert.equal(ending?.kind, expected.kind)
          assert.equal(ending?.atMs, expected.atMs)
          if (ending?.kind === 'refused') assert.equal(ending.failure.retryAfterMs, expected.retryAfterMs)
        }
      }
      assert.equal(rig.governor.waiting, 0)
    }),
    { numRuns: 500 },
  )
})

function modelOf(models: Map<string, CounterModel>, { protoId, accId }: Spec, isShared: boolean): CounterModel {
  const key = protoId === 3209 ? '3209' : `${protoId}/${accId}`
  const model = models.get(key) ?? new CounterModel(protoId, isShared)
  models.set(key, model)
  return model
}
