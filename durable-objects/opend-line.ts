import type { CallOutcome } from '../src/gateway/effect.ts'
import { type CallRank, Governor } from '../src/gateway/governor.ts'
import type { Budget } from '../src/gateway/governor-counter.ts'
import { GatewaySession, type SessionOutside } from '../src/gateway/session.ts'
import { UpstreamLine } from '../src/gateway/upstream-line.ts'
import type { Connect } from '../src/transport/link.ts'
import { LinkRunner, type LineEvent } from './link-runner.ts'

/** Who hears of what happens on the line. */
export interface LineListener {
  /** The link came up; nothing is subscribed over it yet. */
  linkReady(): void
  /** A link that was up is gone. */
  linkLost(): void
  push(protoId: number, body: Uint8Array): void
  /** An order call of that ledger entry is on the link, in that frame. */
  orderSent(entryId: string, connId: bigint, serial: number): void
}

/** On whose behalf a call is made. */
export interface CallOrigin {
  /** Callers are served in turn. */
  readonly caller: string
  readonly rank: CallRank
  /** The ledger entry of an order call. */
  readonly entryId?: string | undefined
}

/** Our own calls: nobody outside asked for them. */
export const OWN_CALL: CallOrigin = { caller: '', rank: 'system' }

interface WaitingCall {
  readonly settle: (outcome: CallOutcome) => void
  readonly entryId: string | undefined
}

/** The line to OpenD with promises: what the rest of the object calls. */
export class OpendLine {
  readonly session: GatewaySession
  readonly #governor: Governor
  readonly #line: UpstreamLine
  readonly #runner: LinkRunner
  readonly #listener: LineListener
  readonly #waiting = new Map<number, WaitingCall>()
  #lastCallId = 0

  constructor(outside: SessionOutside, isParked: boolean, connect: Connect, listener: LineListener) {
    this.session = new GatewaySession(outside, Date.now(), isParked)
    this.#governor = new Governor({ isShared: outside.isShared ?? true })
    this.#line = new UpstreamLine(this.session, this.#governor)
    this.#runner = new LinkRunner(this.#line, connect, (event) => this.#deliver(event))
    this.#listener = listener
  }

  /** Makes a call of OpenD. Settles within the call deadline, and what the governor lets it wait before. */
  send(protoId: number, body: Uint8Array, { caller, rank, entryId }: CallOrigin): Promise<CallOutcome> {
    return new Promise((settle) => {
      const callId = ++this.#lastCallId
      this.#waiting.set(callId, { settle, entryId })
      this.#runner.perform(this.#line.call({ callId, protoId, body, caller, rank }, Date.now()))
    })
  }

  /** Calls that wait until OpenD's limits let them go. */
  get waitingForLimits(): number {
    return this.#governor.waiting
  }

  /** What is left of OpenD's limit on such a call for calls of that rank; null when it has none. */
  budgetOf(protoId: number, body: Uint8Array, rank: CallRank = 'read'): Budget | null {
    return this.#governor.budgetOf(protoId, body, Date.now(), rank)
  }

  /** A call that an earlier life of the object sent: it still counts. */
  noteSent(protoId: number, accId: bigint, atMs: number): void {
    this.#governor.noteSent(protoId, accId, atMs)
  }

  /** Does what is due; also starts the first connection. */
  tick(): void {
    this.#runner.perform(this.#line.tick(Date.now()))
  }

  reload(): void {
    this.#runner.perform(this.#line.reload(Date.now()))
  }

  park(): void {
    this.#runner.perform(this.#line.park(Date.now()))
  }

  #deliver(event: LineEvent): void {
    switch (event.kind) {
      case 'push':
        this.#listener.push(event.protoId, event.body)
        break
      case 'ready':
        this.#listener.linkReady()
        break
      case 'lost':
        this.#listener.linkLost()
        break
      case 'sent': {
        const entryId = this.#waiting.get(event.callId)?.entryId
        if (entryId !== undefined) this.#listener.orderSent(entryId, event.connId, event.serial)
        break
      }
      case 'settle': {
        const waiting = this.#waiting.get(event.callId)
        this.#waiting.delete(event.callId)
        waiting?.settle(event.outcome)
      }
    }
  }
}
