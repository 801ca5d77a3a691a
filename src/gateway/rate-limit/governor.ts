import type { UpstreamFailure } from '../../base/failure.ts'
import { SteadyClock } from './steady-clock.ts'
import { countOf } from './classify-call.ts'
import type { CallBudget, CallLimiter } from './call-limiter.ts'
import { CallLimiterPool } from './call-limiter-pool.ts'
import type { WaitingCall } from './fair-queue.ts'
import { CALL_RANKS, type CallRank, MAX_WAIT_MS } from '../../calls/call-rank.ts'
import { WaitingReads } from './waiting-reads.ts'
import { LIMIT_WINDOW_MS, UPSTREAM_LIMITS } from './upstream-limits.ts'

/** A call to OpenD. */
export interface GovernedCall {
  /** The owner's number of the call. */
  readonly callId: number
  readonly protoId: number
  /** The encoded `Request` message. */
  readonly body: Uint8Array
  /** The caller whose share the call uses; '' for the gateway's own calls, which have no share. */
  readonly caller: string
  readonly rank: CallRank
}

/** The decision about a submitted call. */
export type GovernorDecision =
  | { readonly kind: 'send' }
  /** `release` later returns the call as sent or refused, or `forgetWaiting` returns it. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'refused'; readonly failure: UpstreamFailure }

/** The calls that no longer wait. */
export interface Released {
  /** By rank, and within a rank in turns of the callers. */
  readonly send: readonly number[]
  readonly refused: readonly { readonly callId: number; readonly failure: UpstreamFailure }[]
}

/** Options of the governor. */
export interface GovernorOptions {
  /**
   * Whether several callers exist (two keys, or JWTs). If so, no caller may use a whole window (see `caller-share.ts`);
   * otherwise the only caller may use all calls of its ranks.
   */
  readonly isShared: boolean
}

const SEND: GovernorDecision = { kind: 'send' }
const WAIT: GovernorDecision = { kind: 'wait' }
const EMPTY: Released = { send: [], refused: [] }

/**
 * Enforces OpenD's rate limits before calls reach OpenD, so that OpenD does not refuse them. A call without a limit, or
 * within its limit, is sent at once. A call that can be sent soon waits, ordered by rank and in turns of the callers.
 * Any other call is refused with the exact time at which it can be sent.
 *
 * It has no I/O: it takes calls and the time and returns decisions. Call `release` at `nextWakeMs` and send the calls
 * that it returns at once.
 */
export class Governor {
  readonly #clock = new SteadyClock()
  readonly #limiters: CallLimiterPool
  readonly #reads: WaitingReads
  /** The limiters that have waiting calls. */
  readonly #limitersWithCalls = new Set<CallLimiter>()
  /** The limiter of each sent call whose end starts a least gap. Sent calls are bounded by the session. */
  readonly #holds = new Map<number, CallLimiter>()
  #wakeMs = Infinity
  #waiting = 0

  constructor({ isShared }: GovernorOptions = { isShared: true }) {
    this.#limiters = new CallLimiterPool(isShared)
    this.#reads = new WaitingReads(isShared)
  }

  /** From now on, several callers exist: the calls that wait are sent by shares, too. */
  share(): void {
    this.#limiters.share()
    this.#reads.share()
  }

  /** The number of waiting calls. */
  get waiting(): number {
    return this.#waiting
  }

  /** The number of limiters in the pool. */
  get limiters(): number {
    return this.#limiters.size
  }

  /** The calls that count against OpenD's limits now, see `CallLimiterPool.usage`. */
  usage(nowMs: number): ReadonlyMap<number, { readonly limit: number; readonly used: number }> {
    return this.#limiters.usage(this.#clock.read(nowMs))
  }

  /** Takes a call. Every waiting call is returned exactly once. */
  submit(call: GovernedCall, nowMs: number): GovernorDecision {
    const counted = countOf(call.protoId, call.body)
    if (counted === null) return SEND
    const atMs = this.#clock.read(nowMs)
    const limiter = this.#limiters.of(counted, call.rank, atMs)
    if (limiter.isFree(call, atMs)) {
      limiter.send(call, atMs)
      return SEND
    }
    const waiting = waitingCall(call, atMs)
    if (!this.#mayWait(waiting, limiter, atMs)) return { kind: 'refused', failure: failureOf(limiter, call, atMs) }
    limiter.wait(waiting)
    this.#limitersWithCalls.add(limiter)
    this.#wakeMs = Math.min(this.#wakeMs, limiter.wakeMs())
    this.#count(waiting, 1)
    return WAIT
  }

  /** The failure with which `submit` would refuse a call now; null when it would send or queue it. Counts nothing. */
  wouldRefuse(call: Omit<GovernedCall, 'callId'>, nowMs: number): UpstreamFailure | null {
    const counted = countOf(call.protoId, call.body)
    if (counted === null) return null
    const atMs = this.#clock.read(nowMs)
    const limiter = this.#limiters.find(counted, atMs) ?? this.#limiters.empty(counted)
    if (limiter.isFree(call, atMs)) return null
    const mayWait = this.#mayWait(waitingCall({ ...call, callId: NO_CALL }, atMs), limiter, atMs)
    return mayWait ? null : failureOf(limiter, call, atMs)
  }

  /** Removes and returns the calls that are due: those to send, and those that reached their deadline. */
  release(nowMs: number): Released {
    const atMs = this.#clock.read(nowMs)
    if (this.#wakeMs > atMs) return EMPTY
    const sent: WaitingCall[] = []
    const refused: { callId: number; failure: UpstreamFailure }[] = []
    this.#wakeMs = Infinity
    for (const limiter of this.#limitersWithCalls) {
      const done = limiter.advance(atMs)
      sent.push(...done.sent)
      for (const call of done.refused) {
        refused.push({ callId: call.callId, failure: failureOf(limiter, call, atMs) })
      }
      for (const call of [...done.sent, ...done.refused]) this.#count(call, -1)
      if (!limiter.isWaiting) this.#limitersWithCalls.delete(limiter)
      this.#wakeMs = Math.min(this.#wakeMs, limiter.wakeMs())
    }
    return { send: CALL_RANKS.flatMap((rank) => idsOf(sent.filter((call) => call.rank === rank))), refused }
  }

  /** Whether the end of a call that was sent is awaited: `ended` has an effect. */
  get isHolding(): boolean {
    return this.#holds.size > 0
  }

  /** Tells that an admitted call is sent now. The next call with the same least gap waits for its end. */
  sent({ callId, protoId, body }: GovernedCall, nowMs: number): void {
    const counted = countOf(protoId, body)
    if (counted === null || counted.limit.leastGapMs === 0) return
    const atMs = this.#clock.read(nowMs)
    const limiter = this.#limiters.find(counted, atMs)
    if (limiter?.holdGap(callId, atMs) === true) this.#holds.set(callId, limiter)
  }

  /** Tells that a call has ended: answered, given up, or lost with its link. */
  ended(callId: number, nowMs: number): void {
    const limiter = this.#holds.get(callId)
    if (limiter === undefined) return
    this.#holds.delete(callId)
    limiter.endHold(callId, this.#clock.read(nowMs))
    if (limiter.isWaiting) this.#wakeMs = Math.min(this.#wakeMs, limiter.wakeMs())
  }

  /** When `release` is next due, on the caller's clock; null when no call waits. */
  nextWakeMs(): number | null {
    return this.#wakeMs === Infinity ? null : this.#clock.wallMs(this.#wakeMs)
  }

  /**
   * The remaining budget of such a call for that rank, and for that caller if `caller` is not null. Null for a call
   * that OpenD does not limit or count.
   */
  budgetOf(
    protoId: number,
    body: Uint8Array,
    nowMs: number,
    rank: CallRank = 'read',
    caller: string | null = null,
  ): CallBudget | null {
    const counted = countOf(protoId, body)
    if (counted === null) return null
    const atMs = this.#clock.read(nowMs)
    const limiter = this.#limiters.find(counted, atMs) ?? this.#limiters.empty(counted)
    return limiter.budget(rank, caller, atMs)
  }

  /** Counts a call that was sent before a restart. Calls may be recorded in any order. */
  countEarlier(protoId: number, accId: bigint, atMs: number, caller = ''): void {
    const limit = UPSTREAM_LIMITS.get(protoId)
    if (limit === undefined) return
    const counted = { limit, accId: limit.scope === 'account' ? accId : null }
    const sentMs = this.#clock.past(atMs)
    this.#limiters.of(counted, 'order', this.#clock.latestMs).count(caller, sentMs)
  }

  /** Removes all waiting calls and returns their ids; their owner ends them. Sent calls still count. */
  forgetWaiting(): readonly number[] {
    const calls = [...this.#limitersWithCalls].flatMap((limiter) => limiter.takeWaiting())
    this.#limitersWithCalls.clear()
    this.#wakeMs = Infinity
    for (const call of calls) this.#count(call, -1)
    return idsOf(calls)
  }

  #mayWait(call: WaitingCall, limiter: CallLimiter, atMs: number): boolean {
    return this.#reads.hasRoom(call) && limiter.admits(call, atMs)
  }

  #count(call: WaitingCall, change: 1 | -1): void {
    this.#waiting += change
    this.#reads.count(call, change)
  }
}

/** The call id in `wouldRefuse`, where no call exists. */
const NO_CALL = 0

function waitingCall({ callId, caller, rank, body }: Omit<GovernedCall, 'protoId'>, atMs: number): WaitingCall {
  return { callId, caller, rank, deadlineMs: atMs + MAX_WAIT_MS[rank], bodyBytes: body.length }
}

function failureOf(limiter: CallLimiter, call: Pick<GovernedCall, 'rank' | 'caller'>, atMs: number): UpstreamFailure {
  return {
    code: 'upstream.rate_limited',
    limit: limiter.limit.calls,
    windowMs: LIMIT_WINDOW_MS,
    retryAfterMs: limiter.freeAtMs(call, atMs) - atMs,
  }
}

function idsOf(calls: readonly WaitingCall[]): readonly number[] {
  return calls.map(({ callId }) => callId)
}
