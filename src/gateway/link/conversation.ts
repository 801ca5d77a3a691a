import type { Failure } from '../../base/failure.ts'
import type { CallOutcome, Effect } from './effect.ts'
import type { Framing, OpendMessage } from './framing.ts'
import { CALL_RANKS } from '../../calls/call-rank.ts'
import { isOrderCall, stampPacketId } from './packet-id.ts'
import { type PendingCall, PendingCalls, type UnsentCall } from './pending-calls.ts'
import { CALL_DEADLINE_MS } from './timing.ts'

/** Counts since the object started. */
export interface CallCounts {
  sent: number
  answered: number
  failed: number
  repliesUnmatched: number
}

/**
 * The calls of the session: assigns serials, sends calls, matches replies by protocol id and serial, and ends each
 * call exactly once. It outlives links: a waiting call is sent on the next link, a sent call is never sent again.
 */
export class Conversation {
  readonly counts: CallCounts = { sent: 0, answered: 0, failed: 0, repliesUnmatched: 0 }
  readonly pending: PendingCalls
  readonly #emit: (effect: Effect) => void
  #framing: Framing
  #lastSerial = 0
  #linkId = 0
  /** OpenD's id of the connection that sent the last call. */
  #connId = 0n

  constructor(framing: Framing, isShared: boolean, emit: (effect: Effect) => void) {
    this.#framing = framing
    this.pending = new PendingCalls(isShared)
    this.#emit = emit
  }

  /** Sets the link for later calls, and its framing. */
  useLink(linkId: number, framing: Framing): void {
    this.#linkId = linkId
    this.#framing = framing
  }

  /** Releases the calls that waited for the link, by rank and in arrival order. Their owner submits them again. */
  releaseWaiting(): void {
    const calls = this.pending.takeWaiting()
    for (const rank of CALL_RANKS) {
      for (const { callId, protoId, body, ...call } of calls) {
        if (callId !== null && call.rank === rank) this.#emit({ kind: 'released', callId, protoId, body })
      }
    }
  }

  send(call: UnsentCall, connId: bigint): void {
    const serial = this.#nextSerial()
    this.#connId = connId
    this.pending.markSent(serial, call)
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
    this.pending.markSent(serial, { callId: null, protoId, deadlineMs, caller: '', rank: 'system' })
    this.#sendFrame(protoId, body, serial)
    return serial
  }

  /** Ends the call that a message answers. Returns false when no call waits for it, because it arrived too late. */
  reply({ protoId, serial, body }: OpendMessage): boolean {
    const call = this.pending.takeReply(protoId, serial)
    if (call === null) {
      this.counts.repliesUnmatched++
      const connId = this.#connId
      if (isOrderCall(protoId)) this.#emit({ kind: 'late_reply', protoId, connId, serial, body })
      return false
    }
    this.end(call, { ok: true, body })
    return true
  }

  failSent(failure: Failure): void {
    for (const call of this.pending.takeSent()) this.end(call, { ok: false, failure, sent: true })
  }

  failWaiting(failure: Failure): void {
    for (const call of this.pending.takeWaiting()) this.end(call, { ok: false, failure, sent: false })
  }

  /** Ends the calls past their deadline. Returns the protocol ids of those that were sent. */
  expire(nowMs: number, notReady: Failure, late: Failure): readonly number[] {
    const { waiting, sent } = this.pending.takeExpired(nowMs)
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
    this.#emit({ kind: 'send', linkId: this.#linkId, bytes: this.#framing.frame({ protoId, serial, body }) })
  }

  /** Serials are u32 and continue after a reconnect, so a late frame of an old link never matches a new call. */
  #nextSerial(): number {
    do this.#lastSerial = (this.#lastSerial % 0xff_ff_ff_ff) + 1
    while (this.pending.isSerialInUse(this.#lastSerial))
    return this.#lastSerial
  }
}
