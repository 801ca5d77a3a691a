import { createHash } from 'node:crypto'
import type { CallOutcome, Effect } from '../../../src/gateway/link/effect.ts'
import type { GovernedCall } from '../../../src/gateway/rate-limit/governor.ts'
import { GatewaySession } from '../../../src/gateway/link/session.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { Deframer } from '../../../src/wire/deframer.ts'
import { encodeFrame, type Frame } from '../../../src/wire/frame.ts'
import { plainRoute } from './plain-route.ts'

export function sha1(bytes: Uint8Array): Uint8Array {
  return createHash('sha1').update(bytes).digest()
}

/** A reply frame with a right digest. */
export function replyFrame(protoId: number, serial: number, body: Uint8Array): Uint8Array {
  return encodeFrame({ protoId, serial }, body, sha1(body))
}

export function initConnectReply(serial: number, keepAliveInterval = 10): Uint8Array {
  const s2c = {
    serverVer: 1011,
    loginUserID: 77n,
    connID: 4_611_686_018_427_387_905n,
    connAESKey: '0123456789abcdef',
    keepAliveInterval,
  }
  return replyFrame(1001, serial, encodeMessage('InitConnect.Response', { retType: 0, s2c }))
}

/** Who makes a call, and how urgent it is. */
type Origin = Pick<GovernedCall, 'caller' | 'rank'>

const DEFAULT_ORIGIN: Origin = { caller: '', rank: 'read' }

/** Drives a session by hand: keeps the virtual time, the open link and everything the session did. */
export class Rig {
  nowMs = 1_000_000
  readonly session: GatewaySession
  /** Frames the session sent, by link. */
  readonly sent: { readonly linkId: number; readonly frame: Frame }[] = []
  readonly outcomes = new Map<number, CallOutcome[]>()
  readonly pushes: number[] = []
  /** Frames that answered order calls after these were over. */
  readonly lateReplies: number[] = []
  readonly connects: { readonly linkId: number; readonly atMs: number }[] = []
  readonly closed: number[] = []
  readonly #origins = new Map<number, Partial<Origin>>()
  #nextCallId = 1

  constructor(random: () => number = () => 0.5) {
    this.session = new GatewaySession({ routes: [plainRoute()], random }, this.nowMs, false)
  }

  get linkId(): number {
    return this.connects.at(-1)?.linkId ?? 0
  }

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'connect') this.connects.push({ linkId: effect.linkId, atMs: this.nowMs })
      else if (effect.kind === 'close') this.closed.push(effect.linkId)
      else if (effect.kind === 'push') this.pushes.push(effect.protoId)
      else if (effect.kind === 'late_reply') this.lateReplies.push(effect.serial)
      else if (effect.kind === 'send') this.#record(effect.linkId, effect.bytes)
      else if (effect.kind === 'released')
        this.perform(
          this.session.call({ ...DEFAULT_ORIGIN, ...this.#origins.get(effect.callId), ...effect }, this.nowMs),
        )
      else if (effect.kind === 'outcome')
        this.outcomes.set(effect.callId, [...(this.outcomes.get(effect.callId) ?? []), effect.outcome])
    }
  }

  call(protoId = 3004, body: Uint8Array = new Uint8Array([1, 2, 3]), origin: Partial<Origin> = {}): number {
    const callId = this.#nextCallId++
    this.#origins.set(callId, origin)
    this.perform(this.session.call({ callId, protoId, body, ...DEFAULT_ORIGIN, ...origin }, this.nowMs))
    return callId
  }

  tick(advanceMs = 0): void {
    this.nowMs += advanceMs
    this.perform(this.session.tick(this.nowMs))
  }

  /** Lets time pass in the steps the session asks for. */
  pass(totalMs: number): void {
    const endMs = this.nowMs + totalMs
    for (
      let wakeMs = this.session.nextWakeMs();
      wakeMs !== null && wakeMs <= endMs;
      wakeMs = this.session.nextWakeMs()
    ) {
      this.nowMs = Math.max(this.nowMs, wakeMs)
      this.perform(this.session.tick(this.nowMs))
    }
    this.nowMs = endMs
  }

  opened(): void {
    this.perform(this.session.opened(this.linkId, this.nowMs))
  }

  receive(bytes: Uint8Array, linkId = this.linkId): void {
    this.perform(this.session.received(linkId, bytes, this.nowMs))
  }

  cut(detail = 'cut'): void {
    this.perform(this.session.closed(this.linkId, detail, this.nowMs))
  }

  /** Brings the link up as a friendly OpenD would. */
  connect(): void {
    if (this.session.stage.name === 'waiting') this.pass(this.session.stage.attemptAtMs - this.nowMs)
    this.opened()
    this.receive(initConnectReply(this.lastSent(1001).header.serial))
  }

  lastSent(protoId: number): Frame {
    const found = this.sent.findLast(({ frame }) => frame.header.protoId === protoId)
    if (found === undefined) throw new Error(`nothing sent with id ${protoId}`)
    return found.frame
  }

  sentCount(protoId: number): number {
    return this.sent.filter(({ frame }) => frame.header.protoId === protoId).length
  }

  /** The code a call ended with: `ok`, a failure code, or `open`. */
  codeOf(callId: number): string {
    const outcomes = this.outcomes.get(callId) ?? []
    const [outcome] = outcomes
    if (outcome === undefined) return 'open'
    if (outcomes.length > 1) throw new Error(`call ${callId} ended ${outcomes.length} times`)
    return outcome.ok ? 'ok' : outcome.failure.code
  }

  #record(linkId: number, bytes: Uint8Array): void {
    const deframed = new Deframer().push(bytes)
    if (!deframed.ok) throw new Error(deframed.detail)
    for (const frame of deframed.frames) this.sent.push({ linkId, frame })
  }
}
