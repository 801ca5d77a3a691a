import { MAX_LIMITERS, MAX_LIMITERS_FOR_ORDERS } from '../../base/memory-budget.ts'
import type { Counted } from './classify-call.ts'
import { CallLimiter } from './call-limiter.ts'
import type { CallRank } from '../../calls/call-rank.ts'

/** Old limiters checked for each call without its own limiter: more than one, so deletion keeps up with creation. */
const CHECKS_PER_NEW = 2

/**
 * The limiters in use, by limit and account. A limiter is deleted when no call counts in it, and never earlier, because
 * calls could then exceed OpenD's limit. At the bound, further accounts share one limiter for each limit: it refuses
 * calls earlier than OpenD would, but needs no more memory.
 */
export class CallLimiterPool {
  readonly #byKey = new Map<string, CallLimiter>()
  #isShared: boolean

  constructor(isShared: boolean) {
    this.#isShared = isShared
  }

  /** From now on, several callers exist. */
  share(): void {
    this.#isShared = true
    for (const limiter of this.#byKey.values()) limiter.share()
  }

  get size(): number {
    return this.#byKey.size
  }

  /** The limiter of a call if it exists. */
  find({ limit, accId }: Counted, nowMs: number): CallLimiter | null {
    const own = this.#byKey.get(keyOf(limit.counter, accId))
    if (own !== undefined) return own
    // An account that used the shared limiter stays with it until those calls no longer count.
    const shared = this.#byKey.get(keyOf(limit.counter, null))
    return shared === undefined || shared.isIdle(nowMs) ? null : shared
  }

  /** An empty limiter, which is not added to the pool. */
  empty({ limit }: Counted): CallLimiter {
    return new CallLimiter(limit, this.#isShared)
  }

  /** The limiter of a call; creates it if necessary. */
  of(counted: Counted, rank: CallRank, nowMs: number): CallLimiter {
    const { limit, accId } = counted
    if (!this.#byKey.has(keyOf(limit.counter, accId))) this.#deleteIdle(nowMs)
    const known = this.find(counted, nowMs)
    if (known !== null) return known
    const most = rank === 'read' ? MAX_LIMITERS : MAX_LIMITERS + MAX_LIMITERS_FOR_ORDERS
    const key = keyOf(limit.counter, this.#byKey.size < most ? accId : null)
    const limiter = this.empty(counted)
    this.#byKey.set(key, limiter)
    return limiter
  }

  /**
   * The calls that count now, by the protocol id of the limit. For a limit of accounts, those of the account with the
   * most. Visits at most the bounded number of limiters.
   */
  usage(nowMs: number): ReadonlyMap<number, { readonly limit: number; readonly used: number }> {
    const usage = new Map<number, { readonly limit: number; readonly used: number }>()
    for (const limiter of this.#byKey.values()) {
      const { counter, calls } = limiter.limit
      const used = limiter.usedAt(nowMs)
      if (used >= (usage.get(counter)?.used ?? 0)) usage.set(counter, { limit: calls, used })
    }
    return usage
  }

  /** Checks the limiters that were created or checked longest ago, and deletes the idle ones. */
  #deleteIdle(nowMs: number): void {
    const oldest = this.#byKey.entries()
    for (let checks = 0; checks < CHECKS_PER_NEW; checks++) {
      const next = oldest.next()
      if (next.done === true) return
      const [key, limiter] = next.value
      this.#byKey.delete(key)
      if (!limiter.isIdle(nowMs)) this.#byKey.set(key, limiter)
    }
  }
}

function keyOf(counter: number, accId: bigint | null): string {
  return accId === null ? String(counter) : `${counter}/${accId}`
}
