import assert from 'node:assert/strict'
import type { CallRank } from '../../src/calls/call-rank.ts'
import { GovernedSession } from '../../src/gateway/governed-session.ts'
import type { Effect } from '../../src/gateway/link/effect.ts'
import { GatewaySession } from '../../src/gateway/link/session.ts'
import { Governor } from '../../src/gateway/rate-limit/governor.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { initConnectReply, replyFrame } from './link/fake-link.ts'
import { bodyOf, specOf } from './rate-limit/governor-rig.ts'
import { plainRoute } from './link/plain-route.ts'

export const ORDER = 2202

/** What OpenD does beside greeting each connection. */
export interface OpendHabits {
  /** How long the next order is under way to OpenD, ms, which then answers at once; null: it answers no order. */
  readonly orderDelayMs?: (() => number) | null
  readonly answersHeartbeats?: boolean
}

/** The whole way from a call to its frame, driven by hand: virtual time, the link, and everything that left or ended. */
export class GovernedRig {
  nowMs = 1_000_000
  readonly governed = new GovernedSession(
    new GatewaySession({ routes: [plainRoute()], random: () => 0.5 }, this.nowMs, false),
    new Governor({ isShared: true }),
  )
  /** Codes that calls ended with, by call. */
  readonly endings = new Map<number, string[]>()
  /** When each order call left, by call. */
  readonly leftMs = new Map<number, number>()
  /** When calls of an id were put on a link. */
  readonly departures: { readonly protoId: number; readonly atMs: number }[] = []
  /** When OpenD read each order, if it answers. */
  readonly arrivals: number[] = []
  readonly #orderDelayMs: (() => number) | null
  readonly #answersHeartbeats: boolean
  /** Replies that arrive at once, and later ones. */
  readonly #replies: { readonly linkId: number; readonly bytes: Uint8Array }[] = []
  readonly #laterReplies: { readonly atMs: number; readonly linkId: number; readonly bytes: Uint8Array }[] = []
  #linkId = 0
  #calls = 0

  constructor({ orderDelayMs = null, answersHeartbeats = false }: OpendHabits = {}) {
    this.#orderDelayMs = orderDelayMs
    this.#answersHeartbeats = answersHeartbeats
  }

  call(protoId: number, caller = 'a', rank: CallRank = 'order'): number {
    const callId = ++this.#calls
    const body = bodyOf(specOf({ protoId, rank }))
    this.#perform(this.governed.call({ callId, protoId, body, caller, rank }, this.nowMs))
    return callId
  }

  /** Lets time pass, from one reply or wake-up to the next. */
  pass(totalMs: number): void {
    const endMs = this.nowMs + totalMs
    for (;;) {
      const [reply] = this.#laterReplies
      const nextMs = Math.min(this.governed.nextWakeMs() ?? Infinity, reply?.atMs ?? Infinity)
      if (nextMs > endMs) break
      this.nowMs = Math.max(this.nowMs, nextMs)
      if (reply !== undefined && reply.atMs <= this.nowMs) {
        this.#laterReplies.shift()
        this.#receive(reply.linkId, reply.bytes)
      } else this.#perform(this.governed.tick(this.nowMs))
    }
    this.nowMs = endMs
  }

  /** Brings the link up, if an attempt is under way. */
  open(): void {
    this.#handle(this.governed.session.opened(this.#linkId, this.nowMs))
  }

  /** Starts the attempt that is due, and brings the link up. */
  connect(): void {
    this.pass(0)
    this.open()
    assert.equal(this.governed.session.stage.name, 'ready')
  }

  cut(): void {
    this.#handle(this.governed.session.closed(this.#linkId, 'cut', this.nowMs))
  }

  park(): void {
    this.#perform(this.governed.park(this.nowMs))
  }

  reload(): void {
    this.#handle(this.governed.session.reload(this.nowMs))
  }

  #receive(linkId: number, bytes: Uint8Array): void {
    this.#handle(this.governed.session.received(linkId, bytes, this.nowMs))
  }

  #handle(effects: readonly Effect[]): void {
    this.#perform(this.governed.govern(effects, this.nowMs))
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      assert.notEqual(effect.kind, 'released', 'GovernedSession must not return a released call')
      if (effect.kind === 'connect') this.#linkId = effect.linkId
      else if (effect.kind === 'sent') this.leftMs.set(effect.callId, this.nowMs)
      else if (effect.kind === 'send') this.#sent(effect.linkId, effect.bytes)
      else if (effect.kind === 'outcome') {
        const code = effect.outcome.ok ? 'ok' : effect.outcome.failure.code
        this.endings.set(effect.callId, [...(this.endings.get(effect.callId) ?? []), code])
      }
    }
    for (let reply = this.#replies.shift(); reply !== undefined; reply = this.#replies.shift()) {
      this.#receive(reply.linkId, reply.bytes)
    }
  }

  /** Records what left, and answers as OpenD does. */
  #sent(linkId: number, bytes: Uint8Array): void {
    const deframed = new Deframer().push(bytes)
    assert.ok(deframed.ok)
    for (const { header } of deframed.frames) {
      const { protoId, serial } = header
      this.departures.push({ protoId, atMs: this.nowMs })
      if (protoId === ORDER && this.#orderDelayMs !== null) this.#answerLater(linkId, serial, this.#orderDelayMs())
      if (protoId === 1001) this.#replies.push({ linkId, bytes: initConnectReply(serial) })
      if (protoId !== 1004 || !this.#answersHeartbeats) continue
      const time = encodeMessage('KeepAlive.Response', { retType: 0, s2c: { time: 1n } })
      this.#replies.push({ linkId, bytes: replyFrame(protoId, serial, time) })
    }
  }

  /** Frames arrive in the order in which they were sent, also when the first is delayed. OpenD answers at once. */
  #answerLater(linkId: number, serial: number, delayMs: number): void {
    const atMs = Math.max(this.nowMs + delayMs, this.arrivals.at(-1) ?? 0)
    this.arrivals.push(atMs)
    this.#laterReplies.push({ atMs, linkId, bytes: replyFrame(ORDER, serial, new Uint8Array()) })
  }
}
