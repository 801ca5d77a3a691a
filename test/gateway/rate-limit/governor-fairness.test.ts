import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CallRank } from '../../../src/calls/call-rank.ts'
import { bodyOf, GovernorRig, type Spec, type SpecParts, specOf } from './governor-rig.ts'

/**
 * What a caller can count on, whatever the others do. `a` is the caller, all others are `b`, `c`, ... They share one
 * account, which is the hard case: OpenD counts changes and order lists for each account by itself.
 */

const CANCEL = { protoId: 2205, rank: 'cancel' } as const

/** Everything that a key can make the gateway send for an account, but kill switches. */
const FLOODS: readonly SpecParts[] = [
  CANCEL,
  { protoId: 2205, rank: 'order' },
  { protoId: 2205, rank: 'cancel_unknown' },
  { protoId: 2202, rank: 'order' },
  { protoId: 2201, rank: 'system' },
  { protoId: 2201, rank: 'read' },
]

type Step = { readonly parts: SpecParts; readonly caller: string; readonly times: number } | { readonly passMs: number }

/** The schedule of that many callers who ask for as much as they like, for longer than OpenD's window. */
function floodBy(callers: number, kinds: readonly SpecParts[]): fc.Arbitrary<readonly Step[]> {
  const names = Array.from({ length: callers }, (_, index) => String.fromCodePoint(0x62 + index))
  const flood = fc.record({
    parts: fc.constantFrom(...kinds),
    caller: fc.constantFrom(...names),
    times: fc.constantFrom(1, 2, 8, 40),
  })
  const pause = fc.record({ passMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 9_000 })) })
  return fc.array(fc.oneof({ weight: 3, arbitrary: flood }, { weight: 2, arbitrary: pause }), {
    minLength: 10,
    maxLength: 40,
  })
}

function perform(rig: GovernorRig, step: Step): void {
  if ('passMs' in step) rig.pass(step.passMs)
  else for (let i = 0; i < step.times; i++) rig.submit({ ...step.parts, caller: step.caller })
}

/** In how many ms the calls leave while the flood goes on without pause; `Infinity` for one that does not. */
function delaysMs(rig: GovernorRig, calls: readonly SpecParts[], flood: readonly Step[], forMs: number): number[] {
  const startMs = rig.nowMs
  for (const call of calls) rig.submit({ caller: 'a', ...call })
  const first = rig.specs.length - calls.length
  for (let index = 0; rig.nowMs < startMs + forMs; index++) {
    const step = flood[index % flood.length]
    if (step !== undefined && !('passMs' in step)) perform(rig, step)
    rig.pass(50)
  }
  return calls.map((_, index) => {
    const ending = rig.ending(first + index)
    return ending?.kind === 'sent' ? ending.atMs - startMs : Infinity
  })
}

test('the cancel of a known order leaves within 2 s, whatever up to four other callers do', () => {
  // The assumptions: the caller has changed nothing on the account in the last 30.5 s, and no kill switch works on it. A
  // quarter of the 16 calls that cancels may take is kept for callers that have used none; of the four others one has
  // to use more, so at least one of these calls is left.
  const floods = fc.integer({ min: 1, max: 4 }).chain((others) => floodBy(others, FLOODS))
  fc.assert(
    fc.property(floods, (flood) => {
      const rig = new GovernorRig(true)
      for (const step of flood) perform(rig, step)
      const [delayMs = Infinity] = delaysMs(rig, [CANCEL], flood, 2_000)
      assert.ok(delayMs <= 2_000, `the cancel left after ${delayMs} ms`)
    }),
    { numRuns: 150 },
  )
})

test('a kill switch reads its list and sends four cancels within 5 s, whatever any number of other callers does', () => {
  // The assumptions: no other kill switch has sent calls to that account in the last 30.5 s, and the caller itself has
  // made fewer than half of its calls. A switch can count on the part of OpenD's windows that is kept for switches: 2 of
  // 10 lists and 4 of 20 changes. It takes more if more is left.
  const list = { protoId: 2201, rank: 'switch' } as const
  const cancel = { protoId: 2205, rank: 'switch' } as const
  const floods = fc.integer({ min: 1, max: 12 }).chain((others) => floodBy(others, FLOODS))
  fc.assert(
    fc.property(floods, (flood) => {
      const rig = new GovernorRig(true)
      for (const step of flood) perform(rig, step)
      const delays = delaysMs(rig, [list, cancel, cancel, cancel], flood, 5_000)
      assert.ok(Math.max(...delays) <= 5_000, `its calls left after ${delays.join(', ')} ms`)
    }),
    { numRuns: 150 },
  )
})

test('a kill switch with many orders leaves calls for the kill switch of another key', () => {
  const rig = new GovernorRig(true)
  for (let i = 0; i < 20; i++) rig.submit({ ...CANCEL, rank: 'switch', caller: 'b' })
  rig.pass(2_000)
  assert.equal(rig.sent.length, 18)
  for (let i = 0; i < 2; i++) rig.submit({ ...CANCEL, rank: 'switch' })
  rig.pass(100)
  assert.equal(rig.sent.length, 20)
})

test('made-up order ids of one key leave a switch of another key all its cancels', () => {
  const rig = new GovernorRig(true)
  for (let second = 0; second < 60; second++) {
    for (let i = 0; i < 20; i++) rig.submit({ ...CANCEL, rank: 'cancel_unknown', caller: 'flood' })
    rig.pass(1_000)
  }
  const first = rig.specs.length
  for (let i = 0; i < 8; i++) rig.submit({ ...CANCEL, rank: 'switch' })
  rig.pass(5_000)
  for (let i = 0; i < 8; i++) assert.equal(rig.ending(first + i)?.kind, 'sent')
})

/** Windows of every kind, with the calls that one caller gets of it and those that a second one finds. */
const WINDOWS: readonly (readonly [name: string, call: SpecParts, first: number, second: number])[] = [
  ['history K-lines', { protoId: 3103 }, 45, 1],
  ['snapshots', { protoId: 3203 }, 40, 1],
  ['option chains', { protoId: 3209 }, 7, 1],
  ['refreshed order lists', { protoId: 2201 }, 3, 1],
  ['orders', { protoId: 2202, rank: 'order' }, 11, 1],
  ['changes', { protoId: 2205, rank: 'order' }, 9, 1],
  ['cancels', { protoId: 2205, rank: 'cancel' }, 12, 1],
]

for (const [name, call, first, second] of WINDOWS) {
  test(`one caller gets ${first} ${name} of a window and leaves some to others`, () => {
    const rig = new GovernorRig(true)
    for (let i = 0; i < 100; i++) rig.submit({ ...call, caller: 'b' })
    rig.pass(2_000)
    assert.equal(rig.sent.length, first)
    for (let i = 0; i < 100; i++) rig.submit({ ...call, caller: 'c' })
    rig.pass(2_000)
    assert.ok(rig.sent.length >= first + second)
  })
}

test('the only caller may take all that its rank may', () => {
  const rig = new GovernorRig(false)
  for (const accId of [7n, 8n]) for (let i = 0; i < 15; i++) rig.submit({ protoId: 2202, rank: 'order', accId })
  rig.pass(5_000)
  assert.equal(rig.sent.length, 30)
})

test('where one caller has taken all it can, a second one gets half of what is left, a third one half of the rest', () => {
  const rig = new GovernorRig(true)
  const flood = (caller: string): number => {
    const before = rig.sent.length
    for (let i = 0; i < 80; i++) rig.submit({ protoId: 3203, rank: 'system', caller })
    rig.pass(100)
    return rig.sent.length - before
  }
  assert.deepEqual([flood('b'), flood('c'), flood('d'), flood('e')], [45, 7, 4, 1])
})

test('a call over its share waits like any other and does not hold up callers within theirs', () => {
  const rig = new GovernorRig(true)
  const chain = { protoId: 3209 } as const
  for (let i = 0; i < 7; i++) rig.submit({ ...chain, caller: 'b' })
  assert.equal(rig.submit({ ...chain, caller: 'b' }).kind, 'refused')
  rig.pass(29_000)
  assert.equal(rig.submit({ ...chain, caller: 'b' }).kind, 'wait')
  assert.equal(rig.submit({ ...chain, caller: 'c' }).kind, 'send')
  rig.pass(1_500)
  assert.equal(rig.governor.waiting, 0)
})

test('of callers who wait, the one with fewer calls in the window goes first', () => {
  const rig = new GovernorRig(true)
  for (let i = 0; i < 5; i++) rig.submit({ protoId: 2202, rank: 'order', caller: 'b' })
  const cancel = rig.specs.length
  rig.submit({ protoId: 2202, rank: 'order', caller: 'a' })
  rig.pass(1_000)
  assert.equal(rig.sent.indexOf(cancel), 1)
})

test('the calls of the gateway itself have no share', () => {
  const rig = new GovernorRig(true)
  const kinds = Array.from({ length: 8 }, () => rig.submit({ protoId: 2201, rank: 'system', caller: '' }).kind)
  assert.deepEqual(new Set(kinds), new Set(['send']))
})

test('asking whether a call would be refused answers what handing it in answers, and takes nothing', () => {
  const event = fc.record({
    parts: fc.constantFrom<SpecParts>(...FLOODS, { protoId: 3209 }, { protoId: 3004 }),
    caller: fc.constantFrom('a', 'b', ''),
    passMs: fc.constantFrom(0, 0, 0, 20, 60, 1_999, 28_500),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.boolean(), (events, isShared) => {
      const rig = new GovernorRig(isShared)
      for (const { parts, caller, passMs } of events) {
        const call = askedCall(specOf({ ...parts, caller }))
        const before = rig.governor.limiters
        const expected = rig.governor.wouldRefuse(call, rig.nowMs)
        assert.equal(rig.governor.limiters, before)
        const verdict = rig.submit({ ...parts, caller })
        assert.deepEqual(verdict.kind === 'refused' ? verdict.failure : null, expected)
        rig.pass(passMs)
      }
    }),
    { numRuns: 200 },
  )
})

interface Asked {
  readonly protoId: number
  readonly body: Uint8Array
  readonly caller: string
  readonly rank: CallRank
}

function askedCall(spec: Spec): Asked {
  const { protoId, caller, rank } = spec
  return { protoId, body: bodyOf(spec), caller, rank }
}

test('the budget of a caller is its own share', () => {
  const rig = new GovernorRig(true)
  const left = (caller: string): number | undefined =>
    rig.governor.budgetOf(3209, new Uint8Array(0), rig.nowMs, 'read', caller)?.remaining
  assert.equal(left('a'), 7)
  for (let i = 0; i < 7; i++) rig.submit({ protoId: 3209, caller: 'b' })
  assert.deepEqual([left('b'), left('a')], [0, 1])
})

test('from the moment in which a second caller exists, what the first has used counts against its share', () => {
  const rig = new GovernorRig(false)
  const left = (caller: string): number | undefined =>
    rig.governor.budgetOf(3209, new Uint8Array(0), rig.nowMs, 'read', caller)?.remaining
  for (let count = 0; count < 8; count++) rig.submit({ protoId: 3209, caller: 'a' })
  assert.ok((left('a') ?? 0) > 0)
  // The limiter has computed when the next call is free, which was under the rule of before.
  assert.equal(rig.governor.wouldRefuse(askedCall(specOf({ protoId: 3209 })), rig.nowMs), null)
  rig.governor.share()
  assert.equal(left('a'), 0)
  assert.ok((left('b') ?? 0) > 0)
  assert.equal(rig.submit({ protoId: 3209, caller: 'a' }).kind, 'refused')
  assert.equal(rig.submit({ protoId: 3209, caller: 'b' }).kind, 'send')
})
