import { MAX_SHARED_BODIES_BYTES } from '../base/memory-budget.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'

/**
 * The calls whose answer is the same for everybody who asks the same: the API's reads. A call that is not here is never
 * shared; it may change something at OpenD.
 */
export const SHARED_READS: ReadonlySet<number> = new Set([
  // OpenD itself: state, user, delays, quota.
  ...[1002, 1005, 1007, 1010],
  // Accounts: list, funds, positions, largest quantities, orders, fills, margins, fees.
  ...[2001, 2101, 2102, 2111, 2201, 2211, 2221, 2222, 2223, 2225],
  // Subscriptions, quotes, K-lines, minutes, ticks, books, queues, K-line history.
  ...[3003, 3004, 3006, 3008, 3010, 3012, 3014, 3103],
  // Static facts, snapshots, plates, references, option chains, warrants, capital, watchlists, filters, IPOs, futures.
  ...[3202, 3203, 3204, 3205, 3206, 3207, 3209, 3210, 3211, 3212, 3213, 3215, 3217, 3218, 3223],
])

/** Calls that can be joined at once. Past it a call is made for its caller alone; the session bounds those. */
const MOST_CALLS = 1_024

/**
 * How old a call may be to be joined. OpenD answers within some 100 ms; one that takes longer than this may be about to
 * time out, and who asks now should have the whole time for it.
 */
const JOINABLE_MS = 2_000

/** A call under way. */
interface SharedCall {
  readonly caller: string
  readonly startedAtMs: number
  readonly outcome: Promise<CallOutcome>
}

/** How a call of a caller ended. */
export interface SharedOutcome {
  readonly outcome: CallOutcome
  /** Whether it was somebody else's call. */
  readonly isShared: boolean
}

/** Identical reads that are under way at the same time share one call. */
export class SharedCalls {
  readonly #calls = new Map<string, SharedCall>()
  #keyChars = 0
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** How many calls can be joined. */
  get size(): number {
    return this.#calls.size
  }

  /**
   * Joins the call with that key, or starts one with `start`. With `isFresh` it always starts one, which others may
   * join.
   */
  async run(key: string, caller: string, isFresh: boolean, start: () => Promise<CallOutcome>): Promise<SharedOutcome> {
    const call = isFresh ? undefined : this.#calls.get(key)
    if (call === undefined || this.#nowMs() - call.startedAtMs >= JOINABLE_MS) {
      return { outcome: await this.#start(key, caller, start), isShared: false }
    }
    const outcome = await call.outcome
    // Whoever started it has used up a share of OpenD's limits. That is nothing to who joined: it has its own.
    const isOthersLimit = !outcome.ok && outcome.failure.code === 'upstream.rate_limited' && call.caller !== caller
    if (!isOthersLimit) return { outcome, isShared: true }
    return { outcome: await this.#start(key, caller, start), isShared: false }
  }

  /**
   * Something was written: who asks from now on wants to see it, so nobody joins a call that was started before. Those
   * who have joined get its outcome.
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
      // A fresh call may have taken its place.
      if (this.#calls.get(key) !== call) return
      this.#calls.delete(key)
      this.#keyChars -= key.length
    })
  }
}
