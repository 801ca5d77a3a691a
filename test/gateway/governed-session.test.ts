import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GovernedRig, ORDER } from './governed-rig.ts'

/** The session behind the governor: what waits for the link passes OpenD's limits too, and every call ends once. */

/** What the governor keeps between two orders of an account. */
const ORDER_GAP_MS = 40
/** What OpenD documents for two orders of an account. */
const LEAST_GAP_MS = 20

function gapsOf(rig: GovernedRig): readonly number[] {
  const times = rig.departures.filter(({ protoId }) => protoId === ORDER).map(({ atMs }) => atMs)
  return times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0))
}

test('orders that waited for the link leave one after the other, as OpenD wants them', async () => {
  const rig = new GovernedRig()
  for (let count = 0; count < 5; count++) rig.call(ORDER)
  rig.pass(0)
  rig.open()
  await Promise.resolve()
  rig.pass(1_500)
  const gaps = gapsOf(rig)
  assert.equal(gaps.length, 4)
  assert.ok(
    gaps.every((gap) => gap >= ORDER_GAP_MS),
    gaps.join(),
  )
})

test('orders reach OpenD with its least gap between them, however long each is under way', async () => {
  const delays = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 240 })), { minLength: 8 })
  await fc.assert(
    fc.asyncProperty(delays, async (delaysMs) => {
      const left = [...delaysMs]
      const rig = new GovernedRig({ orderDelayMs: () => left.shift() ?? 0 })
      rig.pass(0)
      rig.open()
      await Promise.resolve()
      for (let count = 0; count < 8; count++) rig.call(ORDER)
      rig.pass(4_000)
      const gapsMs = rig.arrivals.slice(1).map((atMs, index) => atMs - (rig.arrivals[index] ?? 0))
      assert.equal(gapsMs.length, 7)
      assert.ok(
        gapsMs.every((gapMs) => gapMs >= LEAST_GAP_MS),
        gapsMs.join(),
      )
    }),
    { numRuns: 200 },
  )
})

test('a reply that never comes delays the next order by a quarter of a second, not more', async () => {
  const rig = new GovernedRig()
  rig.pass(0)
  rig.open()
  await Promise.resolve()
  for (let count = 0; count < 3; count++) rig.call(ORDER)
  rig.pass(1_000)
  assert.deepEqual(gapsOf(rig), [290, 290])
})

test('what waits for its turn when the link is lost goes out on the next one', async () => {
  const rig = new GovernedRig()
  rig.pass(0)
  rig.open()
  await Promise.resolve()
  const calls = [rig.call(ORDER), rig.call(ORDER)]
  rig.cut()
  rig.pass(2_000)
  rig.open()
  await Promise.resolve()
  rig.pass(100)
  const [first, second] = calls.map((call) => rig.endings.get(call) ?? [])
  assert.deepEqual([first, second], [['gateway.disconnected'], []])
  assert.equal(rig.departures.filter(({ protoId }) => protoId === ORDER).length, 2, 'each was sent once')
})

test('whatever happens to the link, each call ends once and orders keep their distance', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(ORDER, 2205, 3004, 3209).map((protoId) => ({ kind: 'call', protoId })) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 3_000 }).map((ms) => ({ kind: 'pass', ms })) },
    { weight: 3, arbitrary: fc.constant({ kind: 'open' }) },
    { weight: 1, arbitrary: fc.constantFrom({ kind: 'cut' }, { kind: 'park' }, { kind: 'reload' }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const rig = new GovernedRig()
      const calls: number[] = []
      for (const one of steps) {
        if ('protoId' in one) calls.push(rig.call(one.protoId))
        else if ('ms' in one) rig.pass(one.ms)
        else if (one.kind === 'open') rig.open()
        else if (one.kind === 'cut') rig.cut()
        else if (one.kind === 'park') rig.park()
        else rig.reload()
        await Promise.resolve()
      }
      // Longer than a call may wait for the link, for its turn and for its reply.
      rig.pass(60_000)
      for (const call of calls) assert.equal(rig.endings.get(call)?.length, 1, `call ${call}`)
      assert.ok(gapsOf(rig).every((gap) => gap >= ORDER_GAP_MS))
    }),
    { numRuns: 300 },
  )
})
