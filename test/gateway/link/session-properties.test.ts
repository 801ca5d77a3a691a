import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_PENDING } from '../../../src/base/memory-budget.ts'
import { CALL_DEADLINE_MS } from '../../../src/gateway/link/timing.ts'
import { initConnectReply, replyFrame, Rig } from './fake-link.ts'

/** What may happen to a gateway, in any order. */
type Event =
  | {
      readonly kind:
        | 'call'
        | 'open'
        | 'cut'
        | 'greet'
        | 'answer'
        | 'answerOld'
        | 'garbage'
        | 'halfFrame'
        | 'reload'
        | 'park'
    }
  | { readonly kind: 'pass'; readonly ms: number }

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<Event>({ kind: 'call' }, { kind: 'greet' }, { kind: 'answer' }, { kind: 'open' }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 9_000 }) }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Event>(
      { kind: 'cut' },
      { kind: 'answerOld' },
      { kind: 'garbage' },
      { kind: 'halfFrame' },
      { kind: 'reload' },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: 'park' }) },
)

function apply(rig: Rig, next: Event): void {
  const last = rig.sent.findLast(({ frame }) => frame.header.protoId === 3004)
  switch (next.kind) {
    case 'call':
      rig.call()
      break
    case 'open':
      rig.opened()
      break
    case 'cut':
      rig.cut()
      break
    case 'greet':
      if (rig.session.stage.name === 'initializing') rig.receive(initConnectReply(rig.session.stage.serial))
      break
    case 'answer':
      if (last !== undefined) rig.receive(replyFrame(3004, last.frame.header.serial, new Uint8Array([1])))
      break
    case 'answerOld':
      if (last !== undefined) rig.receive(replyFrame(3004, last.frame.header.serial, new Uint8Array([1])), last.linkId)
      break
    case 'garbage':
      rig.receive(new Uint8Array(60).fill(7))
      break
    case 'halfFrame':
      rig.receive(replyFrame(3004, 1, new Uint8Array(50)).subarray(0, 50))
      break
    case 'reload':
      rig.perform(rig.session.reload(rig.nowMs))
      break
    case 'park':
      rig.perform(rig.session.park(rig.nowMs))
      break
    case 'pass':
      rig.pass(next.ms)
  }
}

test('under any order of events every call ends exactly once, within its deadline, and is sent at most once', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const rig = new Rig()
      let calls = 0
      for (const next of events) {
        if (next.kind === 'call') calls++
        apply(rig, next)
      }
      rig.pass(CALL_DEADLINE_MS)
      // `codeOf` throws on a call that ended twice.
      for (let callId = 1; callId <= calls; callId++) assert.notEqual(rig.codeOf(callId), 'open')
      assert.ok(rig.sentCount(3004) <= calls)
      const serials = rig.sent.map(({ frame }) => frame.header.serial)
      assert.equal(new Set(serials).size, serials.length, 'serials are never used twice')
    }),
    { numRuns: 400 },
  )
})

test('whatever happened, a friendly OpenD gets the link up again', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const rig = new Rig()
      for (const next of events) apply(rig, next)
      if (rig.session.stage.name === 'parked' || events.some(({ kind }) => kind === 'park')) {
        rig.perform(rig.session.reload(rig.nowMs))
      }
      for (let step = 0; step < 100 && rig.session.stage.name !== 'ready'; step++) {
        if (rig.session.stage.name === 'connecting') rig.opened()
        else if (rig.session.stage.name === 'initializing') rig.receive(initConnectReply(rig.session.stage.serial))
        else rig.pass(30_000)
      }
      assert.equal(rig.session.stage.name, 'ready')
    }),
    { numRuns: 300 },
  )
})

test('calls over the bound are refused at once instead of queued without end', () => {
  const rig = new Rig()
  for (let i = 0; i < MAX_PENDING.read.calls; i++) rig.call()
  assert.equal(rig.codeOf(rig.call()), 'gateway.busy')
  rig.pass(CALL_DEADLINE_MS)
  assert.equal(rig.session.calls.pending.size <= 3, true, 'only heartbeats may be left')
})
