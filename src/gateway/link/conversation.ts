import type { Failure } from '../../base/failure.ts'
import { type BodyCipher, plainCipher } from '../../wire/cipher.ts'
import { digestMatches, encodeFrame, type Frame, type Sha1 } from '../../wire/frame.ts'
import type { CallOutcome, Effect } from './effect.ts'
import { CALL_RANKS } from '../../calls/call-rank.ts'
import { isOrderCall, stampPacketId } from './packet-id.ts'
import { type PendingCall, PendingCalls, type SizedCall, type UnsentCall } from './pending-calls.ts'
import { CALL_DEADLINE_MS } from './timing.ts'

/** Counts since the object started. */
export interface CallCounts {
  sent: number
  answered: number
  failed: number
  repliesUnmatched: number
}

/** A decrypted frame, or a failure. */
type Opened =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly code: 'gateway.bad_frame' | 'gateway.bad_digest'; readonly detail: string }

/**
 * The calls of the session: assigns serials, builds frames, matches replies by protocol id and serial, and ends each
 * call exactly once. It outlives links: a waiting call is sent on the next link, a sent call is never sent again.
 */
export class Conversation {
  readonly counts: CallCounts = { sent: 0, answered: 0, failed: 0, repliesUnmatched: 0 }
  readonly #sha1: Sha1
  readonly #emit: (effect: Effect) => void
  readonly #pending: PendingCalls
  #lastSerial = 0
  #linkId = 0
  /** OpenD's id of the connection that sent the last call. */
  #connId = 0n
  #cipher: BodyCipher = plainCipher

  constructor(sha1: Sha1, isShared: boolean, emit: (effect: Effect) => void) {
    this.#sha1 = sha1
    this.#pending = new PendingCalls(isShared)
    this.#emit = emit
  }

  get size(): number {
    return this.#pending.size
  }

  /** Whether calls of the owner (not heartbeats) wait for a reply. */
  get hasSentCalls(): boolean {
    return this.#pending.hasSentCalls
  }

  /** Whether the bounds allow a call, which is sent at once or waits for the link. */
  hasRoom(call: SizedCall, isSentAtOnce: boolean): boolean {
    return this.#pending.hasRoom(call, isSentAtOnce)
  }

  get nextDeadlineMs(): number | null {
    return this.#pending.nextDeadlineMs()
  }

  /** Sets the cipher for later bodies, in both directions. */
  useCipher(cipher: BodyCipher): void {
    this.#cipher = cipher
  }

  /** Decrypts a frame and checks its digest. */
  open(frame: Frame): Opened {
    const { header } = frame
    const body = this.#cipher.decrypt(frame.body)
    const name = `frame ${header.protoId}/${header.serial}`
    if (body === null) {
      const detail = `the body of ${name} cannot be decrypted: OPEND_RSA_KEY must be the RSA key of OpenD`
      return { ok: false, code: 'gateway.bad_frame', detail }
    }
    return digestMatches(header, body, this.#sha1)
      ? { ok: true, frame: { header, body } }
      : { ok: false, code: 'gateway.bad_digest', detail: `the SHA-1 of ${name} does not match its body` }
  }

  /** Sets the link for later frames. */
  useLink(linkId: number): void {
    this.#linkId = linkId
  }

  /** Queues a call until the link is ready. */
  wait(call: UnsentCall): void {
    this.#pending.wait(call)
  }

  /** Releases the calls that waited for the link, by rank and in arrival order. Their owner submits them again. */
  releaseWaiting(): void {
    const calls = this.#pending.takeWaiting()
    for (const rank of CALL_RANKS) {
      for (const { callId, protoId, body, ...call } of calls) {
        if (callId !== null && call.rank === rank) this.#emit({ kind: 'released', callId, protoId, body })
      }
    }
  }

  send(call: UnsentCall, connId: bigint): void {
    const serial = this.#nextSerial()
    this.#connId = connId
    this.#pending.markSent(serial, call)
    this.counts.sent++
    this.#sendFrame(call.protoId, stampPacketId(call.protoId, call.body, connId, serial), serial)
    if (call.callId !== null && isOrderCall(call.protoId)) {
      this.#emit({ kind: 'sent', callId: call.callId, connId, serial })
    }
  }

  /** Sends a call of the session itself (InitConnect, heartbeats). Returns its serial. */
  sendOwn(protoId: number, body: Uint8Array, nowMs: number): number {
    const serial = this.#nextSerial()
    const deadlineMs = nowMs + CALL_DEADLINE_MS
    this.#pending.markSent(serial, { callId: null, protoId, deadlineMs, caller: '', rank: 'system' })
    this.#sendFrame(protoId, body, serial)
    return serial
  }

  /** Ends the call that a frame answers. Returns false when no call waits for it, because it arrived too late. */
  reply(frame: Frame): boolean {
    const { protoId, serial } = frame.header
    const call = this.#pending.takeReply(protoId, serial)
    if (call === null) {
      this.counts.repliesUnmatched++
      const connId = this.#connId
      if (isOrderCall(protoId)) this.#emit({ kind: 'late_reply', protoId, connId, serial, body: frame.body })
      return false
    }
    this.end(call, { ok: true, body: frame.body })
    return true
  }

  failSent(failure: Failure): void {
    for (const call of this.#pending.takeSent()) this.end(call, { ok: false, failure, sent: true })
  }

  failWaiting(failure: Failure): void {
    for (const call of this.#pending.takeWaiting()) this.end(call, { ok: false, failure, sent: false })
  }

  /** Ends the calls past their deadline. Returns the protocol ids of those that were sent. */
  expire(nowMs: number, notReady: Failure, late: Failure): readonly number[] {
    const { waiting, sent } = this.#pending.takeExpired(nowMs)
    for (const call of waiting) this.end(call, { ok: false, failure: notReady, sent: false })
    for (const call of sent) this.end(call, { ok: false, failure: late, sent: true })
    return sent.map((call) => call.protoId)
  }

  end(call: PendingCall, outcome: CallOutcome): void {
    if (call.callId === null) return
    if (outcome.ok) this.counts.answered++
    else this.counts.failed++
    this.#emit({ kind: 'outcome', callId: call.callId, outcome })
  }

  #sendFrame(protoId: number, body: Uint8Array, serial: number): void {
    const bytes = encodeFrame({ protoId, serial }, this.#cipher.encrypt(body), this.#sha1(body))
    this.#emit({ kind: 'send', linkId: this.#linkId, bytes })
  }

  /** Serials are u32 and continue after a reconnect, so a late frame of an old link never matches a new call. */
  #nextSerial(): number {
    do this.#lastSerial = (this.#lastSerial % 0xff_ff_ff_ff) + 1
    while (this.#pending.isSerialInUse(this.#lastSerial))
    return this.#lastSerial
  }
}
