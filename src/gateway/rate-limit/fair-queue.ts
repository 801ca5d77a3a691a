import { BoundedMap } from '../../base/collections/bounded-map.ts'
import type { CallRank } from '../../calls/call-rank.ts'

/** A call that waits for OpenD's limit. Its owner has the body. */
export interface WaitingCall {
  readonly callId: number
  readonly caller: string
  readonly rank: CallRank
  readonly deadlineMs: number
  readonly bodyBytes: number
}

/**
 * Calls of one caller that may wait for one limiter: the largest limit with a gap (2205, 20 calls). So a burst that
 * only has to be spaced out is never refused, and one key cannot fill the queue.
 */
export const MAX_WAITING_PER_CALLER = 20

/** Calls that may wait for one limiter in each rank: no limit allows more (60) within the waiting time. */
export const MAX_WAITING_PER_QUEUE = 64

/** Places reserved for callers without a call in the queue, if several callers exist. */
const RESERVED_FOR_FIRST = MAX_WAITING_PER_QUEUE / 4

/** Callers whose last turn is stored; other callers count as never served. */
const MAX_TURNS = MAX_WAITING_PER_QUEUE

/** The rules by which the next caller is chosen. */
export interface Choice {
  readonly isReady: (caller: string) => boolean
  /** Callers with less use are served first. */
  readonly useOf: (caller: string) => number
}

/**
 * The calls of one rank that wait for one limiter. Among callers with equal use, the one served longest ago is next,
 * and each caller's calls are sent in arrival order. Turns are stored while the queue is empty too; otherwise the first
 * caller to arrive would win every round.
 */
export class FairQueue {
  /** Only callers with calls. */
  readonly #byCaller = new Map<string, WaitingCall[]>()
  /** The number of each caller's last turn, oldest first. */
  readonly #turns = new BoundedMap<string, number>(MAX_TURNS)
  #lastTurn = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The callers with calls in the queue. */
  get callers(): Iterable<string> {
    return this.#byCaller.keys()
  }

  hasRoom(caller: string, isShared: boolean): boolean {
    const own = this.#byCaller.get(caller)?.length ?? 0
    const room = isShared && own > 0 ? MAX_WAITING_PER_QUEUE - RESERVED_FOR_FIRST : MAX_WAITING_PER_QUEUE
    return this.#size < room && own < MAX_WAITING_PER_CALLER
  }

  add(call: WaitingCall): void {
    const own = this.#byCaller.get(call.caller)
    if (own === undefined) this.#byCaller.set(call.caller, [call])
    else own.push(call)
    this.#size++
  }

  /** Records that a call of the caller was sent. */
  recordTurn(caller: string): void {
    this.#turns.set(caller, ++this.#lastTurn)
  }

  /** Removes the first call of the next ready caller and records the turn; null when no caller is ready. */
  takeNext({ isReady, useOf }: Choice): WaitingCall | null {
    let next: readonly [place: readonly [use: number, turn: number], calls: WaitingCall[]] | null = null
    for (const [caller, calls] of this.#byCaller) {
      if (!isReady(caller)) continue
      const place = [useOf(caller), this.#turns.get(caller) ?? 0] as const
      if (next === null || isBefore(place, next[0])) next = [place, calls]
    }
    const call = next?.[1].shift()
    if (next === null || call === undefined) return null
    if (next[1].length === 0) this.#byCaller.delete(call.caller)
    this.#size--
    this.recordTurn(call.caller)
    return call
  }

  /** Removes and returns the calls past their deadline. */
  takeExpired(nowMs: number): readonly WaitingCall[] {
    const expired: WaitingCall[] = []
    for (const [caller, calls] of this.#byCaller) {
      // Calls of one rank may wait equally long, so the oldest expires first.
      const firstValid = calls.findIndex((call) => call.deadlineMs > nowMs)
      expired.push(...calls.splice(0, firstValid === -1 ? calls.length : firstValid))
      if (calls.length === 0) this.#byCaller.delete(caller)
    }
    this.#size -= expired.length
    return expired
  }

  /** The earliest deadline; `Infinity` when the queue is empty. */
  deadlineMs(): number {
    let earliest = Infinity
    for (const [first] of this.#byCaller.values()) earliest = Math.min(earliest, first?.deadlineMs ?? Infinity)
    return earliest
  }

  clone(): FairQueue {
    const copy = new FairQueue()
    for (const [caller, calls] of this.#byCaller) copy.#byCaller.set(caller, [...calls])
    for (const [caller, turn] of this.#turns) copy.#turns.set(caller, turn)
    copy.#lastTurn = this.#lastTurn
    copy.#size = this.#size
    return copy
  }
}

function isBefore([use, turn]: readonly [number, number], [otherUse, otherTurn]: readonly [number, number]): boolean {
  return use === otherUse ? turn < otherTurn : use < otherUse
}
