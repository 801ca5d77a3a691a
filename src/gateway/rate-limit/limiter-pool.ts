import type { Counted } from './classify-call.ts'
import { Limiter } from './limiter.ts'
import type { CallRank } from '../../calls/call-rank.ts'

/**
 * Counters that are kept. A login has a few dozen accounts with 15 limits each and 110 limits of its own; the bound only
 * stops invented account numbers.
 */
export const MAX_COUNTERS = 2_048

/**
 * Counters that only calls above the rank of reads may still make. Their accounts are on the login's list, so that they
 * are few, and reads of invented accounts must not make the orders of real ones share a counter.
 */
const KEPT_FOR_ORDERS = 1_024

/** Old counters that are looked at for each call without one of its own: more than one, so that the forgetting keeps up with the making. */
const LOOKS_PER_NEW = 2

/**
 * The counters in use, by limit and account. A counter in which nothing counts any more is forgotten. One in which
 * something does never is, or OpenD's limit would be broken: when there are too many, the accounts that come then
 * share one counter for each limit, which is careful and fits in memory.
 */
export class LimiterPool {
  readonly #byKey = new Map<string, Limiter>()
  readonly #isShared: boolean

  constructor(isShared: boolean) {
    this.#isShared = isShared
  }

  get size(): number {
    return this.#byKey.size
  }

  /** The counter of a call if it is kept already. */
  find({ limit, accId }: Counted, nowMs: number): Limiter | null {
    const own = this.#byKey.get(keyOf(limit.counter, accId))
    if (own !== undefined) return own
    // An account whose calls went to the shared counter stays there until they no longer count.
    const shared = this.#byKey.get(keyOf(limit.counter, null))
    return shared === undefined || shared.isIdle(nowMs) ? null : shared
  }

  /** A counter with nothing in it, which is not kept. */
  empty({ limit }: Counted): Limiter {
    return new Limiter(limit, this.#isShared)
  }

  /** The counter of a call, made if need be. */
  of(counted: Counted, rank: CallRank, nowMs: number): Limiter {
    const { limit, accId } = counted
    if (!this.#byKey.has(keyOf(limit.counter, accId))) this.#forgetSome(nowMs)
    const known = this.find(counted, nowMs)
    if (known !== null) return known
    const most = rank === 'read' ? MAX_COUNTERS : MAX_COUNTERS + KEPT_FOR_ORDERS
    const key = keyOf(limit.counter, this.#byKey.size < most ? accId : null)
    const counter = this.empty(counted)
    this.#byKey.set(key, counter)
    return counter
  }

  /** Looks at the counters that were made or looked at longest ago. */
  #forgetSome(nowMs: number): void {
    const oldest = this.#byKey.entries()
    for (let looks = 0; looks < LOOKS_PER_NEW; looks++) {
      const next = oldest.next()
      if (next.done === true) return
      const [key, counter] = next.value
      this.#byKey.delete(key)
      if (!counter.isIdle(nowMs)) this.#byKey.set(key, counter)
    }
  }
}

function keyOf(counter: number, accId: bigint | null): string {
  return accId === null ? String(counter) : `${counter}/${accId}`
}
