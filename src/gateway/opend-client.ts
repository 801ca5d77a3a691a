import type { Failure } from '../base/failure.ts'
import type { Timers } from '../base/timers.ts'
import type { Connect } from '../transport/link.ts'
import type { CallOutcome } from './link/effect.ts'
import type { CallRank } from '../calls/call-rank.ts'
import { Governor } from './rate-limit/governor.ts'
import type { Budget } from './rate-limit/limiter.ts'
import { type LinkEvent, LinkRunner } from './link/link-runner.ts'
import { GatewaySession, type SessionDeps } from './link/session.ts'
import { type LeaveCheck, UpstreamClient } from './upstream-client.ts'

/** Receives what happens on the link. */
export interface LinkSubscriber {
  /** The link came up; nothing is subscribed over it yet. */
  linkReady(): void
  /** A link that was up is gone. */
  linkLost(): void
  push(protoId: number, body: Uint8Array): void
  /** OpenD answered an order call, in that frame, after the call was over. */
  lateReply(connId: bigint, serial: number, protoId: number, body: Uint8Array): void
  /** An order call of that ledger entry is on the link, in that frame. */
  orderSent(entryId: string, connId: bigint, serial: number): void
}

/** On whose behalf a call is made. */
export interface CallOrigin {
  /** Whose share of OpenD's limits the call counts against; '' for the gateway's own calls, which have none. */
  readonly caller: string
  readonly rank: CallRank
  /** The ledger entry of an order call. */
  readonly entryId?: string | undefined
  /**
   * Asked in the turn in which the frame is handed to the link, with the time (Unix ms): a failure keeps the call from
   * being sent, and is its outcome.
   */
  readonly mayLeave?: LeaveCheck | undefined
}

/** Our own calls: nobody outside asked for them. */
export const OWN_CALL: CallOrigin = { caller: '', rank: 'system' }

/** What a client is made of. */
export interface OpendClientOptions {
  readonly session: SessionDeps
  /** Whether an administrator has shut the gateway down. */
  readonly isParked: boolean
  readonly connect: Connect
  readonly timers: Timers
  readonly subscriber: LinkSubscriber
}

interface WaitingCall {
  readonly settle: (outcome: CallOutcome) => void
  readonly entryId: string | undefined
}

/** OpenD as the rest of the gateway calls it: one promise for each call, over the one link. */
export class OpendClient {
  readonly session: GatewaySession
  readonly #governor: Governor
  readonly #upstream: UpstreamClient
  readonly #runner: LinkRunner
  readonly #subscriber: LinkSubscriber
  readonly #timers: Timers
  readonly #waiting = new Map<number, WaitingCall>()
  #lastCallId = 0

  constructor(options: OpendClientOptions) {
    const { timers, connect, subscriber } = options
    this.session = new GatewaySession(options.session, timers.nowMs(), options.isParked)
    this.#governor = new Governor({ isShared: options.session.isShared ?? true })
    this.#upstream = new UpstreamClient(this.session, this.#governor)
    this.#runner = new LinkRunner(this.#upstream, connect, timers, (event) => this.#deliver(event))
    this.#subscriber = subscriber
    this.#timers = timers
  }

  /** Makes a call of OpenD. Settles within the call deadline, and what the governor lets it wait before. */
  send(protoId: number, body: Uint8Array, { caller, rank, entryId, mayLeave }: CallOrigin): Promise<CallOutcome> {
    return new Promise((settle) => {
      const callId = ++this.#lastCallId
      this.#waiting.set(callId, { settle, entryId })
      this.#runner.perform(this.#upstream.call({ callId, protoId, body, caller, rank, mayLeave }, this.#timers.nowMs()))
    })
  }

  /** Why `send` would refuse such a call at once; null when it would go or wait. Takes nothing. */
  wouldRefuse(protoId: number, body: Uint8Array, caller: string, rank: CallRank): Failure | null {
    return this.#upstream.wouldRefuse({ protoId, body, caller, rank }, this.#timers.nowMs())
  }

  /** Calls that wait until OpenD's limits let them go. */
  get waitingForLimits(): number {
    return this.#governor.waiting
  }

  /**
   * What is left of OpenD's limit on such a call for calls of that rank, and of that caller's share if one is named;
   * null when it has none.
   */
  budgetOf(protoId: number, body: Uint8Array, rank: CallRank = 'read', caller: string | null = null): Budget | null {
    return this.#governor.budgetOf(protoId, body, this.#timers.nowMs(), rank, caller)
  }

  /** A call that an earlier life of the object sent: it still counts. */
  recordSent(protoId: number, accId: bigint, atMs: number): void {
    this.#governor.recordSent(protoId, accId, atMs)
  }

  /** Does what is due; also starts the first connection. */
  tick(): void {
    this.#runner.perform(this.#upstream.tick(this.#timers.nowMs()))
  }

  reload(): void {
    this.#runner.perform(this.#upstream.reload(this.#timers.nowMs()))
  }

  park(): void {
    this.#runner.perform(this.#upstream.park(this.#timers.nowMs()))
  }

  #deliver(event: LinkEvent): void {
    switch (event.kind) {
      case 'push':
        this.#subscriber.push(event.protoId, event.body)
        break
      case 'late_reply':
        this.#subscriber.lateReply(event.connId, event.serial, event.protoId, event.body)
        break
      case 'ready':
        this.#subscriber.linkReady()
        break
      case 'lost':
        this.#subscriber.linkLost()
        break
      case 'sent': {
        const entryId = this.#waiting.get(event.callId)?.entryId
        if (entryId !== undefined) this.#subscriber.orderSent(entryId, event.connId, event.serial)
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
