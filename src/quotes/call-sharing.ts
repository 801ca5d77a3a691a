import { ALL_CALLS, type OpendCall } from '../calls.ts'
import type { CallOutcome } from '../gateway/link/effect.ts'

/**
 * The calls whose answer is the same for everybody who asks the same: the reads. A call of another kind is never shared;
 * it may change something at OpenD.
 */
export function sharedReadsOf(calls: readonly OpendCall[]): ReadonlySet<number> {
  return new Set(calls.filter(({ kind }) => kind === 'read').map(({ protoId }) => protoId))
}

/** The protocol ids of the reads. */
export const SHARED_READS = sharedReadsOf(ALL_CALLS)

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
  }

  #start(key: string, caller: string, start: () => Promise<CallOutcome>): Promise<CallOutcome> {
    const outcome = start()
    if (this.#calls.size >= MOST_CALLS && !this.#calls.has(key)) return outcome
    const call = { caller, startedAtMs: this.#nowMs(), outcome }
    this.#calls.set(key, call)
    return outcome.finally(() => {
      // A fresh call may have taken its place.
      if (this.#calls.get(key) === call) this.#calls.delete(key)
    })
  }
}
