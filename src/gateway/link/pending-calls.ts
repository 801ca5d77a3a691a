import type { CallRank } from '../../calls/call-rank.ts'
import { PendingBounds } from './pending-bounds.ts'
import { CALL_DEADLINE_MS } from './timing.ts'

/** A pending call: it waits for the link, or it was sent and waits for its reply. */
export interface PendingCall {
  /** The owner's number of the call; null for the session's own calls. */
  readonly callId: number | null
  readonly protoId: number
  readonly deadlineMs: number
  readonly caller: string
  readonly rank: CallRank
}

/** A call that has not been sent, with its body. */
export interface UnsentCall extends PendingCall {
  readonly body: Uint8Array
}

/** The properties of a call that its bounds depend on. */
export type SizedCall = Pick<UnsentCall, 'caller' | 'rank' | 'body'>

/**
 * The pending calls of a gateway, in arrival order. All calls have the same time limit, so arrival order is deadline
 * order and the oldest call expires first: it needs no heap and no timer per call.
 */
export class PendingCalls {
  readonly #waiting: UnsentCall[] = []
  readonly #sent = new Map<number, PendingCall>()
  readonly #bounds: PendingBounds

  constructor(isShared: boolean) {
    this.#bounds = new PendingBounds(isShared)
  }

  /** From now on, several callers exist. */
  share(): void {
    this.#bounds.share()
  }

  get size(): number {
    return this.#waiting.length + this.#sent.size
  }

  /** Whether the bounds allow the call, which is sent at once or waits for the link. */
  hasRoom(call: SizedCall, isSentAtOnce: boolean): boolean {
    return this.#bounds.hasRoom(call, isSentAtOnce ? 0 : call.body.length)
  }

  /** Whether a call of the owner is waiting for its reply. */
  get hasSentCalls(): boolean {
    for (const call of this.#sent.values()) if (call.callId !== null) return true
    return false
  }

  wait(call: UnsentCall): void {
    this.#waiting.push(call)
    this.#bounds.add(call, call.body.length, 1)
  }

  markSent(serial: number, call: PendingCall): void {
    this.#sent.set(serial, call)
    this.#countSent(call, 1)
  }

  isSerialInUse(serial: number): boolean {
    return this.#sent.has(serial)
  }

  /** Removes and returns the call of a reply; null when no call matches. Protocol id and serial must both match. */
  takeReply(protoId: number, serial: number): PendingCall | null {
    const call = this.#sent.get(serial)
    if (call === undefined || call.protoId !== protoId) return null
    this.#sent.delete(serial)
    this.#countSent(call, -1)
    return call
  }

  takeWaiting(): readonly UnsentCall[] {
    for (const call of this.#waiting) this.#bounds.add(call, call.body.length, -1)
    return this.#waiting.splice(0)
  }

  takeSent(): readonly PendingCall[] {
    const calls = [...this.#sent.values()]
    this.#sent.clear()
    for (const call of calls) this.#countSent(call, -1)
    return calls
  }

  /** Removes and returns the calls past their deadline. */
  takeExpired(nowMs: number): { readonly waiting: readonly UnsentCall[]; readonly sent: readonly PendingCall[] } {
    const waiting: UnsentCall[] = []
    for (let first = this.#waiting[0]; first !== undefined && first.deadlineMs <= nowMs; first = this.#waiting[0]) {
      this.#waiting.shift()
      this.#bounds.add(first, first.body.length, -1)
      waiting.push(first)
    }
    const sent: PendingCall[] = []
    for (const [serial, call] of this.#sent) {
      if (call.deadlineMs > nowMs) break
      this.#sent.delete(serial)
      this.#countSent(call, -1)
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

  /** When the oldest call was sent or began to wait for the link, Unix ms; null without calls. */
  oldestMs(): number | null {
    const deadlineMs = this.nextDeadlineMs()
    return deadlineMs === null ? null : deadlineMs - CALL_DEADLINE_MS
  }

  /** Ignores the session's own calls: they do not count against the bounds. */
  #countSent(call: PendingCall, change: 1 | -1): void {
    if (call.callId !== null) this.#bounds.add(call, 0, change)
  }
}
