import { CALL_RANKS, type CallRank, goesBefore } from './governor-rank.ts'
import { MAX_WAITING_PER_QUEUE, TurnQueue, type WaitingCall } from './governor-queue.ts'
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

/** Answers about callers that are kept between two changes; as many as can wait at once. */
const MAX_ANSWERS = MAX_WAITING_PER_QUEUE

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

type Queues = Readonly<Record<CallRank, TurnQueue>>

/**
 * One of OpenD's counters: the calls that count, and those that wait until they may. What will happen is never
 * computed in a second way: questions about the future are put to a copy that lives through it.
 */
export class GovernorCounter {
  readonly limit: UpstreamLimit
  readonly #window: SlidingWindow
  readonly #queues: Queues
  /**
   * What was worked out about the future, emptied by every change: a flood of refused calls changes nothing, so it costs
   * one look each. From when on a rank is free, and when a further call of a rank and caller would be sent.
   */
  readonly #freeAtMs = new Map<CallRank, number>()
  readonly #turnAtMs = new Map<string, number>()

  constructor(limit: UpstreamLimit, window: SlidingWindow | null = null, queues: Queues | null = null) {
    this.limit = limit
    this.#window =
      window ??
      new SlidingWindow({
        calls: limit.calls,
        windowMs: LIMIT_WINDOW_MS + WINDOW_MARGIN_MS,
        gapMs: limit.leastGapMs === 0 ? 0 : limit.leastGapMs + GAP_MARGIN_MS,
      })
    this.#queues = queues ?? queuesOf(() => new TurnQueue())
  }

  get isWaiting(): boolean {
    return CALL_RANKS.some((rank) => this.#queues[rank].size > 0)
  }

  /** Whether a call of that rank may go now: a call is free for it, and nobody of its rank or before it waits. */
  isFree(rank: CallRank, nowMs: number): boolean {
    if (this.#slotMs(rank) > nowMs) return false
    return CALL_RANKS.every((other) => goesBefore(rank, other) || this.#queues[other].size === 0)
  }

  /** Counts a call that goes now. */
  send(rank: CallRank, caller: string, nowMs: number): void {
    this.#queues[rank].noteTurn(caller)
    this.noteSent(nowMs)
  }

  /** Counts a call that was sent at that time. */
  noteSent(atMs: number): void {
    this.#window.add(atMs)
    this.#forgetAnswers()
  }

  /** Whether a call may wait: there is room, and it would be sent by its deadline if nothing else came. */
  admits(call: WaitingCall, nowMs: number): boolean {
    const isHopeless = this.#slotMs(call.rank) > call.deadlineMs
    if (isHopeless || !this.#queues[call.rank].hasRoom(call.caller)) return false
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
      while (this.#slotMs(rank) <= nowMs) {
        const call = this.#queues[rank].takeNext()
        if (call === null) break
        this.#window.add(nowMs)
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
      if (queue.size > 0) earliest = Math.min(earliest, this.#slotMs(rank), queue.deadlineMs())
    }
    return earliest
  }

  /** From when on a call of that rank would be sent at once, after all that waits now and if nothing else comes. */
  freeAtMs(rank: CallRank, nowMs: number): number {
    const known = this.#freeAtMs.get(rank)
    if (known !== undefined && known > nowMs) return known
    const future = this.#clone()
    let atMs = nowMs
    for (;;) {
      future.advance(atMs)
      if (future.isFree(rank, atMs)) break
      const slotMs = future.#slotMs(rank)
      atMs = Math.min(future.wakeMs(), slotMs > atMs ? slotMs : Infinity)
    }
    this.#freeAtMs.set(rank, atMs)
    return atMs
  }

  budget(rank: CallRank, nowMs: number): Budget {
    return {
      limit: this.limit.calls,
      windowMs: LIMIT_WINDOW_MS,
      remaining: Math.max(0, callsFor(rank, this.limit) - this.#window.usedAt(nowMs)),
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
    const key = `${call.rank} ${call.caller}`
    const known = this.#turnAtMs.get(key)
    if (known !== undefined && known > nowMs) return known
    const future = this.#clone()
    const patient = { ...call, deadlineMs: Infinity }
    future.wait(patient)
    let atMs = nowMs
    while (!future.advance(atMs).sent.includes(patient)) atMs = future.wakeMs()
    if (this.#turnAtMs.size >= MAX_ANSWERS) this.#turnAtMs.clear()
    this.#turnAtMs.set(key, atMs)
    return atMs
  }

  #forgetAnswers(): void {
    this.#freeAtMs.clear()
    this.#turnAtMs.clear()
  }

  /** When the window has room for a call of that rank. Never earlier for a later rank. */
  #slotMs(rank: CallRank): number {
    return this.#window.freeAtMs(callsFor(rank, this.limit))
  }

  #clone(): GovernorCounter {
    return new GovernorCounter(
      this.limit,
      this.#window.clone(),
      queuesOf((rank) => this.#queues[rank].clone()),
    )
  }
}

function queuesOf(make: (rank: CallRank) => TurnQueue): Queues {
  return {
    switch: make('switch'),
    cancel: make('cancel'),
    order: make('order'),
    system: make('system'),
    cancel_unknown: make('cancel_unknown'),
    read: make('read'),
  }
}
