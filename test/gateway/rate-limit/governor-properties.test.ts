import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CALLS } from '../../../src/calls.ts'
import { countOf } from '../../../src/gateway/rate-limit/classify-call.ts'
import { CALL_RANKS, goesBefore } from '../../../src/calls/call-rank.ts'
import { UPSTREAM_LIMITS } from '../../../src/gateway/rate-limit/upstream-limits.ts'
import { RateLimits } from '../../../src/simulator/session/rate-limits.ts'
import { protocolById } from '../../../src/wire/schema.ts'
import { bodyOf, fieldsOf, GovernorRig, type Spec, START_MS } from './governor-rig.ts'

type Event =
  | { readonly kind: 'submit'; readonly spec: Spec; readonly times: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'forget' }

/** The limited calls of the API: what can come in from outside. */
const LIMITED = [...UPSTREAM_LIMITS.keys()].filter((id) => (protocolById(id)?.name ?? '') in CALLS)

const pass = fc.record({
  kind: fc.constant('pass' as const),
  ms: fc.oneof(
    fc.constantFrom(1, 20, 40, 60, 2_000, 29_999, 30_000, 30_499, 30_500),
    fc.integer({ min: 1, max: 12_000 }),
  ),
})

function submitOf(protoIds: readonly number[]): fc.Arbitrary<Event> {
  return fc.record({
    kind: fc.constant('submit' as const),
    times: fc.constantFrom(1, 3, 12, 40),
    spec: fc.record({
      protoId: fc.constantFrom(...protoIds),
      rank: fc.constantFrom(...CALL_RANKS),
      caller: fc.constantFrom('a', 'b', 'c', 'd'),
      accId: fc.constantFrom(7n, 7n, 8n),
      counts: fc.constantFrom(true, true, true, false),
    }),
  })
}

/** A few kinds of calls at a time, so that their limits are met. */
function trafficOf(protoIds: readonly number[], extra: readonly Event[] = []): fc.Arbitrary<readonly Event[]> {
  return fc
    .uniqueArray(fc.constantFrom(...protoIds), { minLength: 1, maxLength: 3 })
    .chain((few) =>
      fc.array(
        fc.oneof(
          { weight: 6, arbitrary: submitOf(few) },
          { weight: 4, arbitrary: pass },
          ...extra.map((event) => ({ weight: 1, arbitrary: fc.constant(event) })),
        ),
        { maxLength: 30 },
      ),
    )
}

function run(events: readonly Event[]): GovernorRig {
  const rig = new GovernorRig()
  for (const event of events) {
    if (event.kind === 'pass') rig.pass(event.ms)
    else if (event.kind === 'forget') rig.forgetWaiting()
    else for (let i = 0; i < event.times; i++) rig.submit(event.spec)
  }
  return rig
}

/** Feeds what was sent to the simulator's limiter, each call later by its part of the jitter, in the order of TCP. */
function refusalsOf(rig: GovernorRig, jitterMs: readonly number[]): readonly string[] {
  const simulator = new RateLimits()
  const refusals: string[] = []
  let arrivalMs = 0
  for (const [index, callId] of rig.sent.entries()) {
    const spec = rig.specs[callId]
    const ending = rig.ending(callId)
    if (spec === undefined || ending === null) throw new Error(`call ${callId} was sent without a trace`)
    arrivalMs = Math.max(arrivalMs, ending.atMs + (jitterMs[index % jitterMs.length] ?? 0))
    const text = simulator.admit(spec.protoId, fieldsOf(spec), arrivalMs)
    if (text !== null) refusals.push(`${spec.protoId} at ${arrivalMs}: ${text}`)
  }
  return refusals
}

test('OpenD never refuses what was let through, though the network delays some calls more than others', () => {
  const jitter = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(trafficOf(LIMITED), jitter, (events, jitterMs) => {
      assert.deepEqual(refusalsOf(run(events), jitterMs), [])
    }),
    { numRuns: 200 },
  )
})

test('where no gap is asked for, half a second of jitter does no harm', () => {
  const withoutGap = LIMITED.filter((id) => UPSTREAM_LIMITS.get(id)?.leastGapMs === 0)
  const jitter = fc.array(fc.integer({ min: 0, max: 499 }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(trafficOf(withoutGap), jitter, (events, jitterMs) => {
      assert.deepEqual(refusalsOf(run(events), jitterMs), [])
    }),
    { numRuns: 100 },
  )
})

test('every call ends exactly once, and a call that OpenD does not count is sent at once', () => {
  fc.assert(
    fc.property(trafficOf([...LIMITED, 3004], [{ kind: 'forget' }]), (events) => {
      const rig = run(events)
      rig.pass(10_000)
      for (const [callId, spec] of rig.specs.entries()) {
        const ending = rig.ending(callId)
        assert.ok(ending !== null, `call ${callId} never ended`)
        if (countOf(spec.protoId, bodyOf(spec)) === null) {
          assert.ok(ending.kind === 'sent' && !ending.waited)
        }
      }
      assert.equal(rig.governor.waiting, 0)
      assert.equal(rig.governor.nextWakeMs(), null)
    }),
    { numRuns: 200 },
  )
})

test('the same call alone is sent at once when the refusal said it would be, and not a millisecond earlier', () => {
  const kinds = [2205, 2202, 2201, 3203, 3209]
  fc.assert(
    fc.property(trafficOf(kinds), fc.nat(), (events, pick) => {
      // Time goes on before the refusal is tried out: the last event is the refused call.
      const whole = run(events)
      const refused = [...whole.specs.keys()].filter((callId) => {
        const ending = whole.ending(callId)
        return ending?.kind === 'refused' && !ending.waited
      })
      const callId = refused[pick % refused.length]
      if (callId === undefined) return
      const { rig, spec, retryAfterMs } = replayTo(events, callId)
      const early = rig.twin()
      early.pass(retryAfterMs - 1)
      assert.notEqual(early.submit(spec).kind, 'send')
      rig.pass(retryAfterMs)
      assert.equal(rig.submit(spec).kind, 'send')
    }),
    { numRuns: 150 },
  )
})

/** Replays the events up to a call that is refused when it is handed in. */
function replayTo(
  events: readonly Event[],
  callId: number,
): { readonly rig: GovernorRig; readonly spec: Spec; readonly retryAfterMs: number } {
  const rig = new GovernorRig()
  for (const event of events) {
    if (event.kind === 'pass') rig.pass(event.ms)
    if (event.kind !== 'submit') continue
    for (let i = 0; i < event.times; i++) {
      const verdict = rig.submit(event.spec)
      if (rig.specs.length <= callId) continue
      assert.ok(verdict.kind === 'refused')
      return { rig, spec: event.spec, retryAfterMs: verdict.failure.retryAfterMs }
    }
  }
  throw new Error(`call ${callId} was not replayed`)
}

test('callers who wait together are served in turn', () => {
  const crowd = fc.record({
    protoId: fc.constantFrom(2202, 2205, 2201, 3203, 3209),
    rank: fc.constantFrom('order' as const, 'system' as const),
    askers: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 2, maxLength: 60 }),
    fillMs: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 60, maxLength: 60 }),
  })
  fc.assert(
    fc.property(crowd, ({ protoId, rank, askers, fillMs }) => {
      const rig = new GovernorRig()
      for (const pauseMs of fillMs) {
        rig.submit({ protoId, rank, caller: 'filler' })
        rig.pass(pauseMs)
      }
      rig.pass(26_000 - (rig.nowMs - START_MS))
      const first = rig.specs.length
      for (const caller of askers) rig.submit({ protoId, rank, caller })
      const waiting = new Set([...rig.specs.keys()].filter((callId) => callId >= first && rig.ending(callId) === null))
      rig.pass(5_000)
      const order = rig.sent.filter((callId) => waiting.has(callId))
      for (const [index, callId] of order.entries()) {
        const served = (caller: string): number =>
          order.slice(0, index + 1).filter((id) => rig.specs[id]?.caller === caller).length
        const own = served(rig.specs[callId]?.caller ?? '')
        for (const other of order.slice(index + 1)) {
          assert.ok(own - served(rig.specs[other]?.caller ?? '') <= 1, `call ${callId} was out of turn`)
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('a key that polls without pause gets no more than the others who do, also over many windows', () => {
  const flood = fc.record({
    callers: fc.integer({ min: 2, max: 5 }),
    protoId: fc.constantFrom(2201, 3203, 3209),
    stepMs: fc.integer({ min: 50, max: 900 }),
    seconds: fc.integer({ min: 31, max: 130 }),
  })
  fc.assert(
    fc.property(flood, ({ callers, protoId, stepMs, seconds }) => {
      const rig = new GovernorRig()
      const names = Array.from({ length: callers }, (_, i) => `caller ${i}`)
      const untilMs = rig.nowMs + seconds * 1_000
      while (rig.nowMs < untilMs) {
        for (const caller of names) while (rig.submit({ protoId, caller }).kind === 'wait');
        rig.pass(stepMs)
      }
      // The first burst goes to whoever comes first: as long as nobody waits, there are no turns.
      const inTurn = rig.sent.filter((callId) => {
        const ending = rig.ending(callId)
        return ending?.kind === 'sent' && ending.waited
      })
      const shares = names.map((name) => inTurn.filter((callId) => rig.specs[callId]?.caller === name).length)
      assert.ok(Math.max(...shares) - Math.min(...shares) <= 1, `shares ${shares.join(', ')}`)
    }),
    { numRuns: 25 },
  )
})

test('nothing goes before a call of a higher rank that waits for the same counter', () => {
  fc.assert(
    fc.property(trafficOf([2205, 2202, 2201]), (events) => {
      const rig = run(events)
      rig.pass(10_000)
      const counterOf = ({ protoId, accId }: Spec): string => `${protoId}/${accId}`
      const endings = rig.specs.map((spec, callId) => ({ spec, callId, ending: rig.ending(callId) }))
      const counted = endings.filter(({ spec }) => countOf(spec.protoId, bodyOf(spec)) !== null)
      for (const high of counted) {
        const { ending } = high
        if (ending?.kind !== 'sent' || !ending.waited) continue
        const order = rig.sent.indexOf(high.callId)
        for (const low of counted) {
          if (low.callId < high.callId || !goesBefore(high.spec.rank, low.spec.rank)) continue
          if (counterOf(low.spec) !== counterOf(high.spec) || low.ending?.kind !== 'sent') continue
          assert.ok(rig.sent.indexOf(low.callId) > order, `${low.callId} went before ${high.callId}`)
        }
      }
    }),
    { numRuns: 100 },
  )
})
