import type { Failure } from '../base/failure.ts'
import { type Timers, WakeTimer } from '../base/time/timers.ts'
import type { Link } from '../transport/link.ts'
import type { CallRank } from '../calls/call-rank.ts'
import { GovernedSession, type LeaveCheck } from './governed-session.ts'
import type { CallOutcome, Effect } from './link/effect.ts'
import type { Transport } from './link/framing.ts'
import { GatewaySession, type SessionDeps } from './link/session.ts'
import type { CallBudget } from './rate-limit/call-limiter.ts'
import { Governor } from './rate-limit/governor.ts'
import { TrafficCounts } from './watch/traffic-counts.ts'

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

/**
 * Sends one call to OpenD. It may wait while the link is down or OpenD's limit is used up, and it always resolves.
 * Without an origin the call is the gateway's own.
 */
export type SendCall = (protoId: number, body: Uint8Array, origin?: CallOrigin) => Promise<CallOutcome>

/** The dependencies and options of a client. */
export interface OpendClientOptions {
  readonly session: Omit<SessionDeps, 'routes'>
  /** Whether an administrator has shut the gateway down. */
  readonly isParked: boolean
  /** The ways to OpenD, in the order in which they are tried. */
  readonly transports: readonly [Transport, ...Transport[]]
  readonly timers: Timers
  readonly subscriber: LinkSubscriber
}

interface OpenCall {
  readonly protoId: number
  readonly resolve: (outcome: CallOutcome) => void
  readonly entryId: string | undefined
}

/**
 * Makes calls to OpenD over the one link, with a promise for each call. It decides nothing: it passes the events of the
 * link to the session, and performs the effects that the session and the governor return.
 */
export class OpendClient {
  readonly session: GatewaySession
  /** OpenD's rate limits. */
  readonly governor: Governor
  /** Counts of the calls and pushes. */
  readonly traffic = new TrafficCounts()
  readonly #governed: GovernedSession
  readonly #transports: readonly [Transport, ...Transport[]]
  readonly #subscriber: LinkSubscriber
  readonly #timers: Timers
  readonly #wake: WakeTimer
  readonly #openCalls = new Map<number, OpenCall>()
  #link: { readonly id: number; readonly link: Link } | null = null
  #lastCallId = 0

  constructor(options: OpendClientOptions) {
    const { timers, transports, subscriber } = options
    this.session = new GatewaySession({ ...options.session, routes: transports }, timers.nowMs(), options.isParked)
    this.governor = new Governor({ isShared: options.session.isShared ?? true })
    this.#governed = new GovernedSession(this.session, this.governor)
    this.#transports = transports
    this.#subscriber = subscriber
    this.#timers = timers
    this.#wake = new WakeTimer(timers, () => this.tick())
  }

  /**
   * From now on, several callers exist, and each has a share of OpenD's limits and of the pending calls. Does nothing when
   * they are shared already. It is not undone: callers that were revoked may still have calls under way.
   */
  share(): void {
    this.governor.share()
    this.session.calls.pending.share()
  }

  /** Makes a call to OpenD. Resolves within the call deadline plus the time that the call waits in the governor. */
  send(protoId: number, body: Uint8Array, { caller, rank, entryId, mayLeave }: CallOrigin): Promise<CallOutcome> {
    return new Promise((resolve) => {
      const callId = ++this.#lastCallId
      this.#openCalls.set(callId, { protoId, resolve, entryId })
      this.#perform(this.#governed.call({ callId, protoId, body, caller, rank, mayLeave }, this.#timers.nowMs()))
    })
  }

  /** The failure with which `send` would refuse a call at once; null when it would send or queue it. Counts nothing. */
  wouldRefuse(protoId: number, body: Uint8Array, caller: string, rank: CallRank): Failure | null {
    return this.#governed.wouldRefuse({ protoId, body, caller, rank }, this.#timers.nowMs())
  }

  /**
   * The remaining budget of OpenD's limit on such a call now, for that rank, and for that caller's share if `caller` is
   * not null. Returns null for a call without a limit.
   */
  budgetOf(
    protoId: number,
    body: Uint8Array,
    rank: CallRank = 'read',
    caller: string | null = null,
  ): CallBudget | null {
    return this.governor.budgetOf(protoId, body, this.#timers.nowMs(), rank, caller)
  }

  /** Runs the work that is due; also starts the first connection. */
  tick(): void {
    this.#perform(this.#governed.tick(this.#timers.nowMs()))
  }

  /** Drops the link and connects again; ends a shutdown. */
  reload(): void {
    this.#handle((session, nowMs) => session.reload(nowMs))
  }

  /** The way to OpenD that is used, or tried next. */
  get transport(): Transport {
    return this.#transports[this.session.routes.index] ?? this.#transports[0]
  }

  /** Moves the link to the way with that index. Returns whether it did; it does not while a call waits for its reply. */
  switchTo(route: number): boolean {
    this.#handle((session, nowMs) => session.switchTo(route, nowMs))
    return this.session.routes.index === route
  }

  /** Brings the next attempt to connect forward: a way to OpenD has appeared. */
  hurry(): void {
    this.#handle((session, nowMs) => session.hurry(nowMs))
  }

  /** Refuses new calls, and closes the link when the sent calls have ended. */
  park(): void {
    this.#perform(this.#governed.park(this.#timers.nowMs()))
  }

  /** Passes an event to the session, and performs what the session and the governor return. */
  #handle(event: (session: GatewaySession, nowMs: number) => readonly Effect[]): void {
    const nowMs = this.#timers.nowMs()
    this.#perform(this.#governed.govern(event(this.session, nowMs), nowMs))
  }

  /**
   * Performs effects in order, then sets the timer for the next due time. The timer is only moved to an earlier time: a
   * new call has a later deadline than the calls before it, so the hot path does not touch the timer.
   */
  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#performOne(effect)
    this.#wake.by(this.#governed.nextWakeMs())
  }

  #performOne(effect: Effect): void {
    switch (effect.kind) {
      case 'connect':
        this.#open(effect.linkId, effect.route)
        break
      case 'send':
        if (this.#link?.id === effect.linkId) this.#link.link.send(effect.bytes)
        break
      case 'close':
        if (this.#link?.id === effect.linkId) this.#drop()
        break
      case 'push':
        this.traffic.countPush(effect.protoId, this.#timers.nowMs())
        this.#subscriber.push(effect.protoId, effect.body)
        break
      case 'late_reply':
        this.#subscriber.lateReply(effect.connId, effect.serial, effect.protoId, effect.body)
        break
      case 'ready':
        this.#subscriber.linkReady()
        break
      case 'lost':
        this.#subscriber.linkLost()
        break
      case 'sent': {
        const entryId = this.#openCalls.get(effect.callId)?.entryId
        if (entryId !== undefined) this.#subscriber.orderSent(entryId, effect.connId, effect.serial)
        break
      }
      case 'outcome': {
        const open = this.#openCalls.get(effect.callId)
        this.#openCalls.delete(effect.callId)
        if (open === undefined) break
        this.traffic.countCall(open.protoId, effect.outcome)
        open.resolve(effect.outcome)
        break
      }
      case 'released':
        throw new Error('GovernedSession must not return a released call')
    }
  }

  #open(linkId: number, route: number): void {
    this.#drop()
    try {
      const link = (this.#transports[route] ?? this.#transports[0]).connect({
        opened: () => this.#handle((session, nowMs) => session.opened(linkId, nowMs)),
        received: (bytes) => this.#handle((session, nowMs) => session.received(linkId, bytes, nowMs)),
        closed: (detail) => this.#handle((session, nowMs) => session.closed(linkId, detail, nowMs)),
      })
      this.#link = { id: linkId, link }
    } catch (error) {
      // The platform throws at once for an address that it never connects to. A synchronous callback would re-enter.
      const detail = error instanceof Error ? error.message : 'the connection failed'
      void Promise.resolve().then(() => this.#handle((session, nowMs) => session.closed(linkId, detail, nowMs)))
    }
  }

  #drop(): void {
    this.#link?.link.close()
    this.#link = null
  }
}
