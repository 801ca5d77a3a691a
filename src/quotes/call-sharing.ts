import { MAX_SHARED_BODIES_BYTES } from '../base/memory-budget.ts'
import { ALL_CALLS, type OpendCall } from '../calls.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'

/**
 * The reads: calls whose answer is the same for every caller. Other calls are never shared, because they may change
 * something at OpenD.
 */
export function sharedReadsOf(calls: readonly OpendCall[]): ReadonlySet<number> {
  return new Set(calls.filter(({ kind }) => kind === 'read').map(({ protoId }) => protoId))
}

/** The protocol ids of the reads. */
export const SHARED_READS = sharedReadsOf(ALL_CALLS)

/** Calls that can be joined at the same time. Further calls are not shared; the session bounds their number. */
const MOST_CALLS = 1_024

/**
 * How old a call may be to be joined. OpenD answers within about 100 ms. An older call may be about to time out, and a
 * new request should get the full deadline.
 */
const JOINABLE_MS = 2_000

/** A pending call. */
interface SharedCall {
  readonly caller: string
  readonly startedAtMs: number
  readonly outcome: Promise<CallOutcome>
}

/** The outcome of a call for one caller. */
export interface SharedOutcome {
  readonly outcome: CallOutcome
  /** Whether the call was started by another request. */
  readonly isShared: boolean
}

/** Identical concurrent reads share one call. */
export class SharedCalls {
  readonly #calls = new Map<string, SharedCall>()
  #keyChars = 0
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** The number of calls that can be joined. */
  get size(): number {
    return this.#calls.size
  }

  /**
   * Joins the call with that key, or starts one with `start`. With `isFresh` it always starts a call, which other
   * requests may join.
   */
  async joinOrStart(
    key: string,
    caller: string,
    isFresh: boolean,
    start: () => Promise<CallOutcome>,
  ): Promise<SharedOutcome> {
    const call = isFresh ? undefined : this.#calls.get(key)
    if (call === undefined || this.#nowMs() - call.startedAtMs >= JOINABLE_MS) {
      return { outcome: await this.#start(key, caller, start), isShared: false }
    }
    const outcome = await call.outcome
    // Each caller has its own share of OpenD's limits. The share of the other caller is used up, not that of this one.
    const isOthersLimit = !outcome.ok && outcome.failure.code === 'upstream.rate_limited' && call.caller !== caller
    if (!isOthersLimit) return { outcome, isShared: true }
    return { outcome: await this.#start(key, caller, start), isShared: false }
  }

  /**
   * Call this after a write: later reads must show it, so they do not join calls that were started before. Requests
   * that have already joined get the outcome of their call.
   */
  endJoining(): void {
    this.#calls.clear()
    this.#keyChars = 0
  }

  #start(key: string, caller: string, start: () => Promise<CallOutcome>): Promise<CallOutcome> {
    const outcome = start()
    const isNew = !this.#calls.has(key)
    const keyChars = this.#keyChars + (isNew ? key.length : 0)
    if (isNew && (this.#calls.size >= MOST_CALLS || keyChars > MAX_SHARED_BODIES_BYTES)) return outcome
    this.#keyChars = keyChars
    const call = { caller, startedAtMs: this.#nowMs(), outcome }
    this.#calls.set(key, call)
    return outcome.finally(() => {
      // A fresh call may have replaced it.
      if (this.#calls.get(key) !== call) return
      this.#calls.delete(key)
      this.#keyChars -= key.length
    })
  }
}
