import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CallRank } from '../../../src/calls/call-rank.ts'
import { GovernedRig } from '../governed-rig.ts'
import { bodyOf, specOf } from './governor-rig.ts'

/**
 * The whole way from the call to the frame: an OpenD that answers heartbeats and nothing else, up to four callers who ask
 * for as much as they like, and one caller who must get its cancel out. All of them use the same account.
 */
function busyRig(): GovernedRig {
  return new GovernedRig({ answersHeartbeats: true })
}

const KINDS: readonly (readonly [protoId: number, rank: CallRank])[] = [
  [3004, 'read'],
  [3203, 'read'],
  [2201, 'system'],
  [2202, 'order'],
  [2205, 'order'],
  [2205, 'cancel'],
  [2205, 'cancel_unknown'],
]

interface Step {
  readonly caller: string
  readonly kind: readonly [protoId: number, rank: CallRank]
  readonly times: number
  readonly passMs: number
}

const flood: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    caller: fc.constantFrom('b', 'c', 'd', 'e'),
    kind: fc.constantFrom(...KINDS),
    times: fc.constantFrom(1, 10, 300),
    passMs: fc.constantFrom(0, 0, 50, 700, 6_000),
  }),
  { minLength: 5, maxLength: 25 },
)

/**
 * How long the calls take to leave after a flood, in ms; `Infinity` for one that does not within 6 s. The link is up, or
 * comes up after all calls have been made.
 */
function delaysMs(steps: readonly Step[], isUpFirst: boolean, calls: number, rank: CallRank): readonly number[] {
  const rig = busyRig()
  if (isUpFirst) rig.connect()
  for (const { caller, kind, times, passMs } of steps) {
    for (let i = 0; i < times; i++) rig.call(kind[0], caller, kind[1])
    if (isUpFirst) rig.pass(passMs)
  }
  const startMs = rig.nowMs
  const ids = Array.from({ length: calls }, () => rig.call(2205, 'a', rank))
  if (!isUpFirst) rig.connect()
  rig.pass(6_000)
  return ids.map((id) => (rig.leftMs.get(id) ?? Infinity) - startMs)
}

test('with the link up a cancel of a known order leaves within 2 s, whatever four other callers do', () => {
  // The assumptions: no kill switch works on the same account (it goes before cancels and may take all 20 changes), and
  // the caller itself has changed nothing in the last 30.5 s.
  fc.assert(
    fc.property(flood, fc.boolean(), (steps, isUpFirst) => {
      const [delayMs = Infinity] = delaysMs(steps, isUpFirst, 1, 'cancel')
      assert.ok(delayMs <= 2_000, `it left after ${delayMs} ms`)
    }),
    { numRuns: 60 },
  )
})

test('with the link up four cancels of a kill switch leave within 5 s, whatever four other callers do', () => {
  // The assumption: no other kill switch works on the same account.
  fc.assert(
    fc.property(flood, fc.boolean(), (steps, isUpFirst) => {
      const delays = delaysMs(steps, isUpFirst, 4, 'switch')
      assert.ok(Math.max(...delays) <= 5_000, `they left after ${delays.join(', ')} ms`)
    }),
    { numRuns: 60 },
  )
})

test('asking the session whether it would refuse answers for its limits, its places and a shutdown', () => {
  const rig = busyRig()
  const code = (caller: string, rank: CallRank): string | null => {
    const body = bodyOf(specOf({ protoId: 2202 }))
    return rig.governed.wouldRefuse({ protoId: 2202, body, caller, rank }, rig.nowMs)?.code ?? null
  }
  assert.equal(code('b', 'order'), null, 'it would wait for the link')
  rig.connect()
  for (let i = 0; i < 11; i++) rig.call(2202, 'b', 'order')
  rig.pass(1_000)
  assert.equal(code('b', 'order'), 'upstream.rate_limited')
  assert.equal(code('a', 'order'), null)
  rig.park()
  assert.equal(code('a', 'order'), 'gateway.parked')
})
