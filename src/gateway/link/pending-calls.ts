import type { CallRank } from '../../calls/call-rank.ts'
import { PendingBounds } from './pending-bounds.ts'

/** A call on its way: waiting for the link, or sent and waiting for its reply. */
export interface PendingCall {
  /** The owner's number for it; null for the session's own calls. */
  readonly callId: number | null
  readonly protoId: number
  readonly deadlineMs: number
  readonly caller: string
  readonly rank: CallRank
}

/** A call that has not been sent, with its body. */
export interface WaitingCall extends PendingCall {
  readonly body: Uint8Array
}

/** A call by what its room among the pending calls depends on. */
export type SizedCall = Pick<WaitingCall, 'caller' | 'rank' | 'body'>

/**
 * The calls of one gateway, in arrival order. All calls get the same time, so arrival order is deadline order and the
 * oldest call is the first to expire: no heap, no timer per call.
 */
export class PendingCalls {
  readonly #waiting: WaitingCall[] = []
  readonly #sent = new Map<number, PendingCall>()
  readonly #bounds: PendingBounds

  constructor(isShared: boolean) {
    this.#bounds = new PendingBounds(isShared)
  }

  get size(): number {
    return this.#waiting.length + this.#sent.size
  }

  /** Whether there is room for the call, to be sent at once or to wait for the link. */
  hasRoom(call: SizedCall, isSentAtOnce: boolean): boolean {
    return this.#bounds.hasRoom(call, isSentAtOnce ? 0 : call.body.length)
  }

  /** Whether a call of the owner is waiting for its reply. */
  get hasSentCalls(): boolean {
    for (const call of this.#sent.values()) if (call.callId !== null) return true
    return false
  }

  wait(call: WaitingCall): void {
    this.#waiting.push(call)
    this.#bounds.note(call, call.body.length, 1)
  }

  markSent(serial: number, call: PendingCall): void {
    this.#sent.set(serial, call)
    this.#recordSent(call, 1)
  }

  isSerialInUse(serial: number): boolean {
    return this.#sent.has(serial)
  }

  /** The call this reply answers, taken out; null for a reply nobody waits for. Id and serial must both agree. */
  takeReply(protoId: number, serial: number): PendingCall | null {
    const call = this.#sent.get(serial)
    if (call === undefined || call.protoId !== protoId) return null
    this.#sent.delete(serial)
    this.#recordSent(call, -1)
    return call
  }

  takeWaiting(): readonly WaitingCall[] {
    for (const call of this.#waiting) this.#bounds.note(call, call.body.length, -1)
    return this.#waiting.splice(0)
  }

  takeSent(): readonly PendingCall[] {
    const calls = [...this.#sent.values()]
    this.#sent.clear()
    for (const call of calls) this.#recordSent(call, -1)
    return calls
  }

  /** Takes out the calls whose time is over. */
  takeExpired(nowMs: number): { readonly waiting: readonly WaitingCall[]; readonly sent: readonly PendingCall[] } {
    const waiting: WaitingCall[] = []
    for (let first = this.#waiting[0]; first !== undefined && first.deadlineMs <= nowMs; first = this.#waiting[0]) {
      this.#waiting.shift()
      this.#bounds.note(first, first.body.length, -1)
      waiting.push(first)
    }
    const sent: PendingCall[] = []
    for (const [serial, call] of this.#sent) {
      if (call.deadlineMs > nowMs) break
      this.#sent.delete(serial)
      this.#recordSent(call, -1)
      sent.push(call)
    }
    return { waiting, sent }
  }

  /** When the oldest call expires; null without calls. */
  nextDeadlineMs(): number | null {
    const waiting = this.#waiting[0]?.deadlineMs ?? Infinity
    const sent = this.#sent.values().next().value?.deadlineMs ?? Infinity
    const next = Math.min(waiting, sent)
    return next === Infinity ? null : next
  }

  /** The session's own calls take no place of others. */
  #recordSent(call: PendingCall, change: 1 | -1): void {
    if (call.callId !== null) this.#bounds.note(call, 0, change)
  }
}
