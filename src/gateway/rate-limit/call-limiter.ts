import { MAX_LIMITER_ANSWERS } from '../../base/memory-budget.ts'
import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { CALL_RANKS, type CallRank, goesBefore } from '../../calls/call-rank.ts'
import { FairQueue, type WaitingCall } from './fair-queue.ts'
import { isInShare } from './caller-share.ts'
import { SlidingWindow } from './sliding-window.ts'
import { callsFor, LIMIT_WINDOW_MS, type UpstreamLimit } from './upstream-limits.ts'

/**
 * OpenD measures when a call arrives. Two calls can arrive closer together than they were sent if the first is delayed
 * (a retransmission, a busy network). Half a second covers the jitter of a usable link and costs 1.6 % of the calls.
 */
export const WINDOW_MARGIN_MS = 500

/** The same for the least gap. Smaller, because a burst pays it for every call; it also covers the timer's jitter. */
export const GAP_MARGIN_MS = 20

/**
 * The least gap counts from the reply of the last call, because only the reply proves when OpenD had it. This is how
 * long a call is waited for at most: OpenD answers an order in 25 to 120 ms, and a lost reply must not stop a halt.
 */
export const MAX_GAP_HOLD_MS = 250

/** The waiting calls that are done. */
export interface LimiterStep {
  /** Send these now, in this order. */
  readonly sent: readonly WaitingCall[]
  /** These reached their deadline. */
  readonly refused: readonly WaitingCall[]
}

const EMPTY: LimiterStep = { sent: [], refused: [] }

/** The remaining budget of one of OpenD's own limits. */
export interface CallBudget {
  /** As OpenD publishes it. */
  readonly limit: number
  readonly windowMs: number
  /** Calls that may be sent now, without those reserved for other ranks or callers. */
  readonly remaining: number
  /** Time until the next counted call leaves the window, ms; 0 when no call counts. */
  readonly resetMs: number
}

/** The rank and the caller of a call. */
interface RankedCaller {
  readonly rank: CallRank
  readonly caller: string
}

/**
 * One of OpenD's limits: the calls that count against it, and the calls that wait for it. There is no separate formula
 * for future times: the limiter advances a copy of itself to compute them.
 */
export class CallLimiter {
  readonly limit: UpstreamLimit
  /** Whether each caller has a share; otherwise a caller may use all calls of its rank. */
  #isShared: boolean
  /** Calls of the limit that each rank may use. */
  readonly #calls: Readonly<Record<CallRank, number>>
  readonly #window: SlidingWindow
  readonly #queues: Readonly<Record<CallRank, FairQueue>>
  /**
   * Cached future times by rank and caller: when a call could be sent at once, and when a queued call would be sent.
   * Every change clears them. A refused call changes no state, so a flood of them costs one map read each.
   */
  readonly #freeAtMs = new BoundedMap<string, number>(MAX_LIMITER_ANSWERS)
  readonly #turnAtMs = new BoundedMap<string, number>(MAX_LIMITER_ANSWERS)
  /** The last call that was sent, until it ends; null for a limit without a least gap. */
  #unanswered: number | null = null

  /** An empty limiter, or a copy of `original`. */
  constructor(limit: UpstreamLimit, isShared: boolean, original: CallLimiter | null = null) {
    this.limit = limit
    this.#isShared = isShared
    if (original === null) {
      this.#calls = byRank((rank) => callsFor(rank, limit))
      this.#window = new SlidingWindow({
        calls: limit.calls,
        windowMs: LIMIT_WINDOW_MS + WINDOW_MARGIN_MS,
        gapMs: limit.leastGapMs === 0 ? 0 : limit.leastGapMs + GAP_MARGIN_MS,
      })
      this.#queues = byRank(() => new FairQueue())
    } else {
      this.#calls = original.#calls
      this.#window = original.#window.clone()
      this.#queues = byRank((rank) => original.#queues[rank].clone())
    }
  }

  /** From now on, each caller has a share. What was sent before counts in it. */
  share(): void {
    this.#isShared = true
    this.#clearCachedTimes()
  }

  get isWaiting(): boolean {
    return CALL_RANKS.some((rank) => this.#queues[rank].size > 0)
  }

  /** Whether a call may be sent now: the window has room, and no call of its rank or an earlier one is due first. */
  isFree(ranked: RankedCaller, nowMs: number): boolean {
    if (this.#slotMs(ranked) > nowMs) return false
    return CALL_RANKS.every((other) => goesBefore(ranked.rank, other) || this.#soonestMs(other) > nowMs)
  }

  /** Counts a call that is sent now. */
  send({ rank, caller }: RankedCaller, nowMs: number): void {
    this.#queues[rank].recordTurn(caller)
    this.count(caller, nowMs)
  }

  /** Counts a call that was sent at that time. */
  count(caller: string, atMs: number): void {
    this.#window.add(atMs, caller)
    this.#clearCachedTimes()
  }

  /** Delays the next call until this one, which is sent now, ends. Returns false for a limit without a least gap. */
  holdGap(callId: number, nowMs: number): boolean {
    if (this.limit.leastGapMs === 0) return false
    this.#unanswered = callId
    this.#window.startGap(nowMs + MAX_GAP_HOLD_MS)
    this.#clearCachedTimes()
    return true
  }

  /** Counts the least gap from now, when the call that delays the next one ends. */
  endHold(callId: number, nowMs: number): void {
    if (this.#unanswered !== callId) return
    this.#unanswered = null
    // The end of a call that was waited for in vain must not delay the next one further.
    if (nowMs < this.#window.gapEndMs) this.#window.startGap(nowMs)
    this.#clearCachedTimes()
  }

  /** Whether a call may wait: the queue has room, and without further calls it would be sent by its deadline. */
  admits(call: WaitingCall, nowMs: number): boolean {
    const isTooLate = this.#slotMs(call) > call.deadlineMs
    if (isTooLate || !this.#queues[call.rank].hasRoom(call.caller, this.#isShared)) return false
    return this.#sentAtMs(call, nowMs) <= call.deadlineMs
  }

  wait(call: WaitingCall): void {
    this.#queues[call.rank].add(call)
    this.#clearCachedTimes()
  }

  /**
   * Sends the calls that may be sent, rank by rank, and then refuses those past their deadline. In this order, a late
   * timer never refuses a call that the window has room for.
   */
  advance(nowMs: number): LimiterStep {
    if (this.wakeMs() > nowMs) return EMPTY
    const sent: WaitingCall[] = []
    for (const rank of CALL_RANKS) {
      for (let call = this.#takeNext(rank, nowMs); call !== null; call = this.#takeNext(rank, nowMs)) {
        this.#window.add(nowMs, call.caller)
        sent.push(call)
      }
    }
    const refused = CALL_RANKS.flatMap((rank) => this.#queues[rank].takeExpired(nowMs))
    this.#clearCachedTimes()
    return { sent, refused }
  }

  /** When `advance` is next due; `Infinity` when no call waits. */
  wakeMs(): number {
    let earliest = Infinity
    for (const rank of CALL_RANKS) {
      const queue = this.#queues[rank]
      if (queue.size > 0) earliest = Math.min(earliest, this.#soonestMs(rank), queue.deadlineMs())
    }
    return earliest
  }

  /** When such a call could be sent at once, after all waiting calls and without further calls. */
  freeAtMs(ranked: RankedCaller, nowMs: number): number {
    const key = keyOf(ranked)
    const known = this.#freeAtMs.get(key)
    if (known !== undefined && known > nowMs) return known
    const future = this.#clone()
    let atMs = nowMs
    for (;;) {
      future.advance(atMs)
      if (future.isFree(ranked, atMs)) break
      // All calls that could be sent are sent: the caller waits for its turn or its limit.
      atMs = Math.min(future.wakeMs(), future.#slotMs(ranked))
    }
    this.#freeAtMs.set(key, atMs)
    return atMs
  }

  /** The remaining budget of that rank, and of that caller if `caller` is not null. */
  budget(rank: CallRank, caller: string | null, nowMs: number): CallBudget {
    return {
      limit: this.limit.calls,
      windowMs: LIMIT_WINDOW_MS,
      remaining: this.#remaining(rank, caller ?? '', nowMs),
      resetMs: this.#window.nextReturnInMs(nowMs),
    }
  }

  /** The number of calls that count now. */
  usedAt(nowMs: number): number {
    return this.#window.usedAt(nowMs)
  }

  /** Whether the limiter can be deleted: no call counts and no call waits. */
  isIdle(nowMs: number): boolean {
    return !this.isWaiting && this.#window.usedAt(nowMs) === 0
  }

  /** Removes and returns all waiting calls. */
  takeWaiting(): readonly WaitingCall[] {
    this.#clearCachedTimes()
    return CALL_RANKS.flatMap((rank) => this.#queues[rank].takeExpired(Infinity))
  }

  /** When the call would be sent without a deadline and without further calls. */
  #sentAtMs(call: WaitingCall, nowMs: number): number {
    const key = keyOf(call)
    const known = this.#turnAtMs.get(key)
    if (known !== undefined && known > nowMs) return known
    const future = this.#clone()
    const withoutDeadline = { ...call, deadlineMs: Infinity }
    future.wait(withoutDeadline)
    let atMs = nowMs
    while (!future.advance(atMs).sent.includes(withoutDeadline)) atMs = future.wakeMs()
    this.#turnAtMs.set(key, atMs)
    return atMs
  }

  #clearCachedTimes(): void {
    this.#freeAtMs.clear()
    this.#turnAtMs.clear()
  }

  #takeNext(rank: CallRank, nowMs: number): WaitingCall | null {
    const queue = this.#queues[rank]
    if (queue.size === 0 || this.#window.gapEndMs > nowMs) return null
    const calls = this.#calls[rank]
    const used = this.#window.usedAt(nowMs)
    if (used >= calls) return null
    if (!this.#isShared) return queue.takeNext({ isReady: () => true, useOf: () => 0 })
    const uses = this.#window.usesAt(nowMs)
    return queue.takeNext({
      isReady: (caller) => isInShare({ rank, caller, calls, used, own: uses.get(caller) ?? 0 }),
      useOf: (caller) => (caller === '' ? 0 : (uses.get(caller) ?? 0)),
    })
  }

  /** When the first waiting call of that rank may be sent; `Infinity` when no call waits. */
  #soonestMs(rank: CallRank): number {
    if (this.#queues[rank].size === 0) return Infinity
    // Without shares, the time is the same for all callers of a rank.
    if (!this.#isShared) return this.#slotMs({ rank, caller: '' })
    let soonest = Infinity
    for (const caller of this.#queues[rank].callers) soonest = Math.min(soonest, this.#slotMs({ rank, caller }))
    return soonest
  }

  /** When the window has room for a call of that rank and caller. */
  #slotMs({ rank, caller }: RankedCaller): number {
    const calls = this.#calls[rank]
    if (!this.#isShared) return this.#window.freeAtMs(calls)
    return this.#window.freeForMs(caller, (own, used) => isInShare({ rank, caller, calls, own, used }))
  }

  #remaining(rank: CallRank, caller: string, nowMs: number): number {
    const calls = this.#calls[rank]
    const used = this.#window.usedAt(nowMs)
    if (!this.#isShared) return Math.max(0, calls - used)
    const own = this.#window.ownAt(caller, nowMs)
    let more = 0
    while (isInShare({ rank, caller, calls, own: own + more, used: used + more })) more++
    return more
  }

  #clone(): CallLimiter {
    return new CallLimiter(this.limit, this.#isShared, this)
  }
}

function byRank<Value>(make: (rank: CallRank) => Value): Readonly<Record<CallRank, Value>> {
  return {
    switch: make('switch'),
    cancel: make('cancel'),
    order: make('order'),
    system: make('system'),
    cancel_unknown: make('cancel_unknown'),
    read: make('read'),
  }
}

function keyOf({ rank, caller }: RankedCaller): string {
  return `${rank} ${caller}`
}
