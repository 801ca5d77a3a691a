import { BoundedMap } from '../../base/bounded-map.ts'
import { CALL_RANKS, type CallRank, goesBefore } from '../../calls/call-rank.ts'
import { FairQueue, type WaitingCall } from './fair-queue.ts'
import { isInShare } from './caller-share.ts'
import { SlidingWindow } from './sliding-window.ts'
import { callsFor, LIMIT_WINDOW_MS, type UpstreamLimit } from './upstream-limits.ts'

/**
 * OpenD measures at its end. Two calls come closer together on the way when the first is held up (a retransmission, a
 * busy network) and the second is not; half a second covers the jitter of a link on which anybody would trade, and
 * costs 1.6 % of the calls.
 */
export const WINDOW_MARGIN_MS = 500

/** The same for the least gap. Smaller, because a burst pays it for every call; it covers the timer's own jitter too. */
export const GAP_MARGIN_MS = 20

/** Answers about callers that are kept between two changes: more than callers that are busy at the same time. */
const MAX_ANSWERS = 512

/** What became of calls that waited. */
export interface Settled {
  /** To be sent now, in this order. */
  readonly sent: readonly WaitingCall[]
  /** Their deadline came first. */
  readonly refused: readonly WaitingCall[]
}

const NOTHING: Settled = { sent: [], refused: [] }

/** What is left of one of OpenD's own limits. */
export interface Budget {
  /** As OpenD publishes it. */
  readonly limit: number
  readonly windowMs: number
  /** Calls that may be made now, without those reserved for others. */
  readonly remaining: number
  /** In how many ms the next used call comes back; 0 when none is used. */
  readonly resetMs: number
}

/** What a caller asks about itself. */
interface Asker {
  readonly rank: CallRank
  readonly caller: string
}

/**
 * One of OpenD's counters: the calls that count, and those that wait until they may. What will happen is never
 * computed in a second way: questions about the future are put to a copy that lives through it.
 */
export class Limiter {
  readonly limit: UpstreamLimit
  /** Whether a caller may take its share only; else every caller may take all that its rank may. */
  readonly #isShared: boolean
  /** Calls of the limit that each rank may take. */
  readonly #calls: Readonly<Record<CallRank, number>>
  readonly #window: SlidingWindow
  readonly #queues: Readonly<Record<CallRank, FairQueue>>
  /**
   * What was worked out about the future, emptied by every change: a flood of refused calls changes nothing, so it costs
   * one look each. By rank and caller: from when on they are free, and when a further call of theirs would be sent.
   */
  readonly #freeAtMs = new BoundedMap<string, number>(MAX_ANSWERS)
  readonly #turnAtMs = new BoundedMap<string, number>(MAX_ANSWERS)

  /** An empty counter, or a copy of one. */
  constructor(limit: UpstreamLimit, isShared: boolean, original: Limiter | null = null) {
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

  get isWaiting(): boolean {
    return CALL_RANKS.some((rank) => this.#queues[rank].size > 0)
  }

  /** Whether a call may go now: one is free for it, and no call of its rank or before it that could go waits. */
  isFree(asker: Asker, nowMs: number): boolean {
    if (this.#slotMs(asker) > nowMs) return false
    return CALL_RANKS.every((other) => goesBefore(asker.rank, other) || this.#soonestMs(other) > nowMs)
  }

  /** Counts a call that goes now. */
  send({ rank, caller }: Asker, nowMs: number): void {
    this.#queues[rank].recordTurn(caller)
    this.recordSent(caller, nowMs)
  }

  /** Counts a call that was sent at that time. */
  recordSent(caller: string, atMs: number): void {
    this.#window.add(atMs, caller)
    this.#forgetAnswers()
  }

  /** Whether a call may wait: there is room, and it would be sent by its deadline if nothing else came. */
  admits(call: WaitingCall, nowMs: number): boolean {
    const isHopeless = this.#slotMs(call) > call.deadlineMs
    if (isHopeless || !this.#queues[call.rank].hasRoom(call.caller, this.#isShared)) return false
    return this.#sentAtMs(call, nowMs) <= call.deadlineMs
  }

  wait(call: WaitingCall): void {
    this.#queues[call.rank].add(call)
    this.#forgetAnswers()
  }

  /**
   * Sends what may go, rank by rank, and then refuses what has waited too long: a call for which there is room is never
   * refused because a timer was late.
   */
  advance(nowMs: number): Settled {
    if (this.wakeMs() > nowMs) return NOTHING
    const sent: WaitingCall[] = []
    for (const rank of CALL_RANKS) {
      for (let call = this.#takeNext(rank, nowMs); call !== null; call = this.#takeNext(rank, nowMs)) {
        this.#window.add(nowMs, call.caller)
        sent.push(call)
      }
    }
    const refused = CALL_RANKS.flatMap((rank) => this.#queues[rank].takeExpired(nowMs))
    this.#forgetAnswers()
    return { sent, refused }
  }

  /** When `advance` is next due; `Infinity` when nothing waits. */
  wakeMs(): number {
    let earliest = Infinity
    for (const rank of CALL_RANKS) {
      const queue = this.#queues[rank]
      if (queue.size > 0) earliest = Math.min(earliest, this.#soonestMs(rank), queue.deadlineMs())
    }
    return earliest
  }

  /** From when on such a call would be sent at once, after all that waits now and if nothing else comes. */
  freeAtMs(asker: Asker, nowMs: number): number {
    const key = keyOf(asker)
    const known = this.#freeAtMs.get(key)
    if (known !== undefined && known > nowMs) return known
    const future = this.#clone()
    let atMs = nowMs
    for (;;) {
      future.advance(atMs)
      if (future.isFree(asker, atMs)) break
      // All that could go has gone, so it is the asker's own turn or limit that is in the way.
      atMs = Math.min(future.wakeMs(), future.#slotMs(asker))
    }
    this.#freeAtMs.set(key, atMs)
    return atMs
  }

  /** What is left for that rank, or for that caller of it when one is named. */
  budget(rank: CallRank, caller: string | null, nowMs: number): Budget {
    return {
      limit: this.limit.calls,
      windowMs: LIMIT_WINDOW_MS,
      remaining: this.#remaining(rank, caller ?? '', nowMs),
      resetMs: this.#window.nextReturnInMs(nowMs),
    }
  }

  /** Whether it can be forgotten: nothing counts and nothing waits. */
  isIdle(nowMs: number): boolean {
    return !this.isWaiting && this.#window.usedAt(nowMs) === 0
  }

  /** Takes all that waits. */
  takeWaiting(): readonly WaitingCall[] {
    this.#forgetAnswers()
    return CALL_RANKS.flatMap((rank) => this.#queues[rank].takeExpired(Infinity))
  }

  /** When the call would be sent if it could wait for ever and nothing else came. */
  #sentAtMs(call: WaitingCall, nowMs: number): number {
    const key = keyOf(call)
    const known = this.#turnAtMs.get(key)
    if (known !== undefined && known > nowMs) return known
    const future = this.#clone()
    const patient = { ...call, deadlineMs: Infinity }
    future.wait(patient)
    let atMs = nowMs
    while (!future.advance(atMs).sent.includes(patient)) atMs = future.wakeMs()
    this.#turnAtMs.set(key, atMs)
    return atMs
  }

  #forgetAnswers(): void {
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

  /** When the first call that waits in that rank may go; `Infinity` when none waits. */
  #soonestMs(rank: CallRank): number {
    if (this.#queues[rank].size === 0) return Infinity
    // Without shares all callers of a rank may go at the same time.
    if (!this.#isShared) return this.#slotMs({ rank, caller: '' })
    let soonest = Infinity
    for (const caller of this.#queues[rank].callers) soonest = Math.min(soonest, this.#slotMs({ rank, caller }))
    return soonest
  }

  /** When the window has room for a call of that rank and caller. */
  #slotMs({ rank, caller }: Asker): number {
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

  #clone(): Limiter {
    return new Limiter(this.limit, this.#isShared, this)
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

function keyOf({ rank, caller }: Asker): string {
  return `${rank} ${caller}`
}
