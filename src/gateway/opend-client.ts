import type { Failure } from '../base/failure.ts'
import type { Timers } from '../base/time/timers.ts'
import type { CallOutcome } from './link/effect.ts'
import type { Transport } from './link/framing.ts'
import type { CallRank } from '../calls/call-rank.ts'
import { Governor } from './rate-limit/governor.ts'
import type { CallBudget } from './rate-limit/call-limiter.ts'
import { type LinkEvent, LinkRunner } from './link/link-runner.ts'
import { GatewaySession, type SessionDeps } from './link/session.ts'
import { type LeaveCheck, GovernedSession } from './governed-session.ts'

/** Receives the events of the link. */
export interface LinkSubscriber {
  /** The link came up; it has no subscriptions yet. */
  linkReady(): void
  /** A link that was up is lost. */
  linkLost(): void
  push(protoId: number, body: Uint8Array): void
  /** OpenD's reply to an order call, with the serial of its frame, arrived after the call had ended. */
  lateReply(connId: bigint, serial: number, protoId: number, body: Uint8Array): void
  /** The order call of that ledger entry was sent, with the serial of its frame. */
  orderSent(entryId: string, connId: bigint, serial: number): void
}

/** The caller of a call, and its rank. */
export interface CallOrigin {
  /** The caller whose share of OpenD's limits the call uses; '' for the gateway's own calls, which have no share. */
  readonly caller: string
  readonly rank: CallRank
  /** The ledger entry of an order call. */
  readonly entryId?: string | undefined
  /**
   * Called synchronously before the frame is sent, with the time (Unix ms). If it returns a failure, the call is not
   * sent and ends with that failure.
   */
  readonly mayLeave?: LeaveCheck | undefined
}

/** The origin of the gateway's own calls. */
export const OWN_CALL: CallOrigin = { caller: '', rank: 'system' }

/** The dependencies and options of a client. */
export interface OpendClientOptions {
  readonly session: Omit<SessionDeps, 'framing'>
  /** Whether an administrator has shut the gateway down. */
  readonly isParked: boolean
  readonly transport: Transport
  readonly timers: Timers
  readonly subscriber: LinkSubscriber
}

interface OpenCall {
  readonly resolve: (outcome: CallOutcome) => void
  readonly entryId: string | undefined
}

/** Makes calls to OpenD over the one link, with a promise for each call. */
export class OpendClient {
  readonly session: GatewaySession
  readonly #governor: Governor
  readonly #upstream: GovernedSession
  readonly #runner: LinkRunner
  readonly #subscriber: LinkSubscriber
  readonly #timers: Timers
  readonly #openCalls = new Map<number, OpenCall>()
  #lastCallId = 0

  constructor(options: OpendClientOptions) {
    const { timers, transport, subscriber } = options
    this.session = new GatewaySession(
      { ...options.session, framing: transport.framing },
      timers.nowMs(),
      options.isParked,
    )
    this.#governor = new Governor({ isShared: options.session.isShared ?? true })
    this.#upstream = new GovernedSession(this.session, this.#governor)
    this.#runner = new LinkRunner(this.#upstream, transport.connect, timers, (event) => this.#deliver(event))
    this.#subscriber = subscriber
    this.#timers = timers
  }

  /** Makes a call to OpenD. Resolves within the call deadline plus the time that the call waits in the governor. */
  send(protoId: number, body: Uint8Array, { caller, rank, entryId, mayLeave }: CallOrigin): Promise<CallOutcome> {
    return new Promise((resolve) => {
      const callId = ++this.#lastCallId
      this.#openCalls.set(callId, { resolve, entryId })
      this.#runner.perform(this.#upstream.call({ callId, protoId, body, caller, rank, mayLeave }, this.#timers.nowMs()))
    })
  }

  /** The failure with which `send` would refuse a call at once; null when it would send or queue it. Counts nothing. */
  wouldRefuse(protoId: number, body: Uint8Array, caller: string, rank: CallRank): Failure | null {
    return this.#upstream.wouldRefuse({ protoId, body, caller, rank }, this.#timers.nowMs())
  }

  /** The number of calls that wait for OpenD's limits. */
  get waitingForLimits(): number {
    return this.#governor.waiting
  }

  /**
   * The remaining budget of OpenD's limit on such a call, for that rank, and for that caller's share if `caller` is not
   * null. Returns null for a call without a limit.
   */
  budgetOf(
    protoId: number,
    body: Uint8Array,
    rank: CallRank = 'read',
    caller: string | null = null,
  ): CallBudget | null {
    return this.#governor.budgetOf(protoId, body, this.#timers.nowMs(), rank, caller)
  }

  /** Counts a call that was sent before the object restarted. */
  recordSent(protoId: number, accId: bigint, atMs: number): void {
    this.#governor.recordSent(protoId, accId, atMs)
  }

  /** Runs the work that is due; also starts the first connection. */
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
        const entryId = this.#openCalls.get(event.callId)?.entryId
        if (entryId !== undefined) this.#subscriber.orderSent(entryId, event.connId, event.serial)
        break
      }
      case 'outcome': {
        const open = this.#openCalls.get(event.callId)
        this.#openCalls.delete(event.callId)
        open?.resolve(event.outcome)
      }
    }
  }
}
