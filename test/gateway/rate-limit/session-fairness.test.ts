import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Effect } from '../../../src/gateway/link/effect.ts'
import { Governor } from '../../../src/gateway/rate-limit/governor.ts'
import type { CallRank } from '../../../src/calls/call-rank.ts'
import { GatewaySession } from '../../../src/gateway/link/session.ts'
import { GovernedSession } from '../../../src/gateway/governed-session.ts'
import { tcpFraming } from '../../../src/gateway/link/tcp-framing.ts'
import { sha1 } from '../../../src/transport/native-crypto.ts'
import { Deframer } from '../../../src/wire/deframer.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { initConnectReply, replyFrame } from '../link/fake-link.ts'
import { bodyOf, specOf } from './governor-rig.ts'

/**
 * The whole way from the call to the frame: an OpenD that answers heartbeats and nothing else, up to four callers who ask
 * for as much as they like, and one caller who must get its cancel out. All of them use the same account.
 */
class Rig {
  nowMs = 1_000_000
  readonly upstream = new GovernedSession(
    new GatewaySession({ framing: tcpFraming(sha1), random: () => 0.5, encryption: null }, this.nowMs, false),
    new Governor({ isShared: true }),
  )
  /** When each order call left, by call. */
  readonly leftMs = new Map<number, number>()
  readonly #replies: { readonly linkId: number; readonly bytes: Uint8Array }[] = []
  #linkId = 0
  #calls = 0

  call(protoId: number, caller: string, rank: CallRank): number {
    const callId = ++this.#calls
    const body = bodyOf(specOf({ protoId, rank }))
    this.#perform(this.upstream.call({ callId, protoId, body, caller, rank }, this.nowMs))
    return callId
  }

  pass(totalMs: number): void {
    const endMs = this.nowMs + totalMs
    for (
      let wakeMs = this.upstream.nextWakeMs();
      wakeMs !== null && wakeMs <= endMs;
      wakeMs = this.upstream.nextWakeMs()
    ) {
      this.nowMs = Math.max(this.nowMs, wakeMs)
      this.#perform(this.upstream.tick(this.nowMs))
    }
    this.nowMs = endMs
  }

  connect(): void {
    this.pass(0)
    this.#perform(this.upstream.opened(this.#linkId, this.nowMs))
    assert.equal(this.upstream.session.stage.name, 'ready')
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'connect') this.#linkId = effect.linkId
      else if (effect.kind === 'sent') this.leftMs.set(effect.callId, this.nowMs)
      else if (effect.kind === 'send') this.#answer(effect.linkId, effect.bytes)
    }
    for (let reply = this.#replies.shift(); reply !== undefined; reply = this.#replies.shift()) {
      this.#perform(this.upstream.received(reply.linkId, reply.bytes, this.nowMs))
    }
  }

  #answer(linkId: number, bytes: Uint8Array): void {
    const deframed = new Deframer().push(bytes)
    for (const { header } of deframed.frames) {
      const { protoId, serial } = header
      if (protoId === 1001) this.#replies.push({ linkId, bytes: initConnectReply(serial) })
      if (protoId !== 1004) continue
      const time = encodeMessage('KeepAlive.Response', { retType: 0, s2c: { time: 1n } })
      this.#replies.push({ linkId, bytes: replyFrame(protoId, serial, time) })
    }
  }
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
  const rig = new Rig()
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

test('asking the line whether it would refuse answers for its limits, its places and a shutdown', () => {
  const rig = new Rig()
  const code = (caller: string, rank: CallRank): string | null => {
    const body = bodyOf(specOf({ protoId: 2202 }))
    return rig.upstream.wouldRefuse({ protoId: 2202, body, caller, rank }, rig.nowMs)?.code ?? null
  }
  assert.equal(code('b', 'order'), null, 'it would wait for the link')
  rig.connect()
  for (let i = 0; i < 11; i++) rig.call(2202, 'b', 'order')
  rig.pass(1_000)
  assert.equal(code('b', 'order'), 'upstream.rate_limited')
  assert.equal(code('a', 'order'), null)
  rig.upstream.park(rig.nowMs)
  assert.equal(code('a', 'order'), 'gateway.parked')
})
