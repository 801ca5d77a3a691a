import type { UpstreamFailure } from '../../base/failure.ts'
import { SteadyClock } from './steady-clock.ts'
import { countOf } from './classify-call.ts'
import type { Budget, Limiter } from './limiter.ts'
import { LimiterPool } from './limiter-pool.ts'
import type { WaitingCall } from './fair-queue.ts'
import { CALL_RANKS, type CallRank, MAX_WAIT_MS } from '../../calls/call-rank.ts'
import { WaitingReads } from './waiting-reads.ts'
import { LIMIT_WINDOW_MS, UPSTREAM_LIMITS } from './upstream-limits.ts'

/** A call on its way to OpenD. */
export interface GovernedCall {
  /** The owner's number for it. */
  readonly callId: number
  readonly protoId: number
  /** The encoded `Request` message. */
  readonly body: Uint8Array
  /** Whose share the call counts against; '' for the gateway's own calls, which have none. */
  readonly caller: string
  readonly rank: CallRank
}

/** What happens to a call that was handed in. */
export type GovernorDecision =
  | { readonly kind: 'send' }
  /** It comes out of `release` later, as sent or as refused, or of `forgetWaiting`. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'refused'; readonly failure: UpstreamFailure }

/** The calls whose waiting is over. */
export interface Released {
  /** By rank, and within a rank by turns of the callers. */
  readonly send: readonly number[]
  readonly refused: readonly { readonly callId: number; readonly failure: UpstreamFailure }[]
}

/** What the limits depend on beside OpenD. */
export interface GovernorOptions {
  /**
   * Whether more than one caller exists (two keys, or JWTs). Then no caller may take a whole window (see
   * `governor-share.ts`); else the only caller may take all that its ranks may.
   */
  readonly isShared: boolean
}

const SEND: GovernorDecision = { kind: 'send' }
const WAIT: GovernorDecision = { kind: 'wait' }
const NOTHING: Released = { send: [], refused: [] }

/**
 * Keeps OpenD's rate limits on our side of the link, so that OpenD never has to refuse. A call that OpenD does not limit
 * goes at once; one within its limit too; one that can go soon waits for it, ranks in their order and callers
 * in turn; any other is refused with the exact time at which it can go.
 *
 * Without I/O: calls and the time go in, verdicts come out. Call `release` at `nextWakeMs` and do at once what it says.
 */
export class Governor {
  readonly #clock = new SteadyClock()
  readonly #counters: LimiterPool
  readonly #reads: WaitingReads
  /** The counters for which calls wait. */
  readonly #busy = new Set<Limiter>()
  #wakeMs = Infinity
  #waiting = 0

  constructor({ isShared }: GovernorOptions = { isShared: true }) {
    this.#counters = new LimiterPool(isShared)
    this.#reads = new WaitingReads(isShared)
  }

  /** Calls that wait. */
  get waiting(): number {
    return this.#waiting
  }

  /** Counters that are kept. */
  get counters(): number {
    return this.#counters.size
  }

  /** Takes a call. Every call that waits is handed back exactly once. */
  submit(call: GovernedCall, nowMs: number): GovernorDecision {
    const counted = countOf(call.protoId, call.body)
    if (counted === null) return SEND
    const atMs = this.#clock.read(nowMs)
    const counter = this.#counters.of(counted, call.rank, atMs)
    if (counter.isFree(call, atMs)) {
      counter.send(call, atMs)
      return SEND
    }
    const waiting = waitingCall(call, atMs)
    if (!this.#mayWait(waiting, counter, atMs)) return { kind: 'refused', failure: failureOf(counter, call, atMs) }
    counter.wait(waiting)
    this.#busy.add(counter)
    this.#wakeMs = Math.min(this.#wakeMs, counter.wakeMs())
    this.#note(waiting, 1)
    return WAIT
  }

  /** The failure with which `submit` would refuse the call now; null when it would go or wait. Takes nothing. */
  wouldRefuse(call: Omit<GovernedCall, 'callId'>, nowMs: number): UpstreamFailure | null {
    const counted = countOf(call.protoId, call.body)
    if (counted === null) return null
    const atMs = this.#clock.read(nowMs)
    const counter = this.#counters.find(counted, atMs) ?? this.#counters.empty(counted)
    if (counter.isFree(call, atMs)) return null
    const mayWait = this.#mayWait(waitingCall({ ...call, callId: NO_CALL }, atMs), counter, atMs)
    return mayWait ? null : failureOf(counter, call, atMs)
  }

  /** Takes out what is due by now: calls to be sent, and calls that waited too long because others went before them. */
  release(nowMs: number): Released {
    const atMs = this.#clock.read(nowMs)
    if (this.#wakeMs > atMs) return NOTHING
    const sent: WaitingCall[] = []
    const refused: { callId: number; failure: UpstreamFailure }[] = []
    this.#wakeMs = Infinity
    for (const counter of this.#busy) {
      const settled = counter.advance(atMs)
      sent.push(...settled.sent)
      for (const call of settled.refused) {
        refused.push({ callId: call.callId, failure: failureOf(counter, call, atMs) })
      }
      for (const call of [...settled.sent, ...settled.refused]) this.#note(call, -1)
      if (!counter.isWaiting) this.#busy.delete(counter)
      this.#wakeMs = Math.min(this.#wakeMs, counter.wakeMs())
    }
    return { send: CALL_RANKS.flatMap((rank) => idsOf(sent.filter((call) => call.rank === rank))), refused }
  }

  /** When `release` is next due, on the clock that is handed in; null when nothing waits. */
  nextWakeMs(): number | null {
    return this.#wakeMs === Infinity ? null : this.#clock.wallMs(this.#wakeMs)
  }

  /**
   * What such a call has left for that rank, and for that caller if one is named; null for a call that OpenD does not
   * limit or count.
   */
  budgetOf(
    protoId: number,
    body: Uint8Array,
    nowMs: number,
    rank: CallRank = 'read',
    caller: string | null = null,
  ): Budget | null {
    const counted = countOf(protoId, body)
    if (counted === null) return null
    const atMs = this.#clock.read(nowMs)
    const counter = this.#counters.find(counted, atMs) ?? this.#counters.empty(counted)
    return counter.budget(rank, caller, atMs)
  }

  /** Counts a call that was sent at that time without coming through here: what a restart remembers. In any order. */
  recordSent(protoId: number, accId: bigint, atMs: number, caller = ''): void {
    const limit = UPSTREAM_LIMITS.get(protoId)
    if (limit === undefined) return
    const counted = { limit, accId: limit.scope === 'account' ? accId : null }
    const sentMs = this.#clock.past(atMs)
    this.#counters.of(counted, 'order', this.#clock.latestMs).recordSent(caller, sentMs)
  }

  /** Hands back the ids of all calls that wait, for their owner to end them. What was sent still counts. */
  forgetWaiting(): readonly number[] {
    const calls = [...this.#busy].flatMap((counter) => counter.takeWaiting())
    this.#busy.clear()
    this.#wakeMs = Infinity
    for (const call of calls) this.#note(call, -1)
    return idsOf(calls)
  }

  #mayWait(call: WaitingCall, counter: Limiter, atMs: number): boolean {
    return this.#reads.hasRoom(call) && counter.admits(call, atMs)
  }

  #note(call: WaitingCall, change: 1 | -1): void {
    this.#waiting += change
    this.#reads.note(call, change)
  }
}

/** In place of a number, for a call that is only asked about. */
const NO_CALL = 0

function waitingCall({ callId, caller, rank, body }: Omit<GovernedCall, 'protoId'>, atMs: number): WaitingCall {
  return { callId, caller, rank, deadlineMs: atMs + MAX_WAIT_MS[rank], bodyBytes: body.length }
}

function failureOf(counter: Limiter, asker: Pick<GovernedCall, 'rank' | 'caller'>, atMs: number): UpstreamFailure {
  return {
    code: 'upstream.rate_limited',
    limit: counter.limit.calls,
    windowMs: LIMIT_WINDOW_MS,
    retryAfterMs: counter.freeAtMs(asker, atMs) - atMs,
  }
}

function idsOf(calls: readonly WaitingCall[]): readonly number[] {
  return calls.map(({ callId }) => callId)
}
