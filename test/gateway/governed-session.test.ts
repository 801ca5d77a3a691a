import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Effect } from '../../src/gateway/link/effect.ts'
import { Governor } from '../../src/gateway/rate-limit/governor.ts'
import { GatewaySession } from '../../src/gateway/link/session.ts'
import { GovernedSession } from '../../src/gateway/governed-session.ts'
import { tcpFraming } from '../../src/gateway/link/tcp-framing.ts'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { initConnectReply, replyFrame } from './link/fake-link.ts'
import { bodyOf, specOf } from './rate-limit/governor-rig.ts'

/** The session behind the governor: what waits for the link passes OpenD's limits too, and every call ends once. */

const ORDER = 2202
/** What the governor keeps between two orders of an account. */
const ORDER_GAP_MS = 40
/** What OpenD documents for two orders of an account. */
const LEAST_GAP_MS = 20

class UpstreamRig {
  nowMs = 1_000_000
  readonly upstream = new GovernedSession(
    new GatewaySession({ framing: tcpFraming(sha1), random: () => 0.5, encryption: null }, this.nowMs, false),
    new Governor(),
  )
  /** Codes that calls ended with, by call. */
  readonly endings = new Map<number, string[]>()
  /** When calls of an id were put on a link. */
  readonly departures: { readonly protoId: number; readonly atMs: number }[] = []
  /** When OpenD read each order, if it answers. */
  readonly arrivals: number[] = []
  /** How long the next frame is under way to OpenD, ms; null for an OpenD that answers no call. */
  readonly #delayMs: (() => number) | null
  #replies: { readonly atMs: number; readonly linkId: number; readonly bytes: Uint8Array }[] = []
  #linkId = 0
  #calls = 0

  constructor(delayMs: (() => number) | null = null) {
    this.#delayMs = delayMs
  }

  call(protoId: number): number {
    const callId = ++this.#calls
    const body = bodyOf(specOf({ protoId, rank: 'order' }))
    this.perform(this.upstream.call({ callId, protoId, body, caller: 'a', rank: 'order' }, this.nowMs))
    return callId
  }

  /** Lets time pass, from one reply or wake-up to the next. */
  pass(totalMs: number): void {
    const endMs = this.nowMs + totalMs
    for (;;) {
      const wakeMs = this.upstream.nextWakeMs() ?? Infinity
      const [reply] = this.#replies
      const nextMs = Math.min(wakeMs, reply?.atMs ?? Infinity)
      if (nextMs > endMs) break
      this.nowMs = Math.max(this.nowMs, nextMs)
      if (reply !== undefined && reply.atMs <= this.nowMs) {
        this.#replies.shift()
        this.perform(this.upstream.received(reply.linkId, reply.bytes, this.nowMs))
      } else this.perform(this.upstream.tick(this.nowMs))
    }
    this.nowMs = endMs
  }

  /** Brings the link up, if an attempt is under way. */
  open(): void {
    this.perform(this.upstream.opened(this.#linkId, this.nowMs))
  }

  cut(): void {
    this.perform(this.upstream.closed(this.#linkId, 'cut', this.nowMs))
  }

  park(): void {
    this.perform(this.upstream.park(this.nowMs))
  }

  reload(): void {
    this.perform(this.upstream.reload(this.nowMs))
  }

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      assert.notEqual(effect.kind, 'released', 'GovernedSession must not return a released call')
      if (effect.kind === 'connect') this.#linkId = effect.linkId
      else if (effect.kind === 'outcome') {
        const { outcome } = effect
        const code = outcome.ok ? 'ok' : outcome.failure.code
        this.endings.set(effect.callId, [...(this.endings.get(effect.callId) ?? []), code])
      } else if (effect.kind === 'send') this.#sent(effect.linkId, effect.bytes)
    }
  }

  /** Notes what left, and greets as OpenD does. Nothing else is answered. */
  #sent(linkId: number, bytes: Uint8Array): void {
    const deframed = new Deframer().push(bytes)
    assert.ok(deframed.ok)
    for (const { header } of deframed.frames) {
      this.departures.push({ protoId: header.protoId, atMs: this.nowMs })
      if (header.protoId === ORDER && this.#delayMs !== null) this.#answer(linkId, header.serial, this.#delayMs())
      if (header.protoId !== 1001) continue
      const reply = initConnectReply(header.serial)
      queueMicrotask(() => this.perform(this.upstream.received(linkId, reply, this.nowMs)))
    }
  }

  /** Frames arrive in the order in which they were sent, also when the first is delayed. OpenD answers at once. */
  #answer(linkId: number, serial: number, delayMs: number): void {
    const atMs = Math.max(this.nowMs + delayMs, this.arrivals.at(-1) ?? 0)
    this.arrivals.push(atMs)
    this.#replies.push({ atMs, linkId, bytes: replyFrame(ORDER, serial, new Uint8Array()) })
  }
}

function gapsOf(rig: UpstreamRig): readonly number[] {
  const times = rig.departures.filter(({ protoId }) => protoId === ORDER).map(({ atMs }) => atMs)
  return times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0))
}

test('orders that waited for the link leave one after the other, as OpenD wants them', async () => {
  const rig = new UpstreamRig()
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
      const rig = new UpstreamRig(() => left.shift() ?? 0)
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
  const rig = new UpstreamRig()
  rig.pass(0)
  rig.open()
  await Promise.resolve()
  for (let count = 0; count < 3; count++) rig.call(ORDER)
  rig.pass(1_000)
  assert.deepEqual(gapsOf(rig), [290, 290])
})

test('what waits for its turn when the link is lost goes out on the next one', async () => {
  const rig = new UpstreamRig()
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
      const rig = new UpstreamRig()
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
