import type { MarketFacts } from './market/market-facts.ts'
import type { Budgets, LimitState, Reservation } from './limit-state.ts'
import type { OrderFacts } from './order-facts.ts'
import type { OrderPolicy } from './order-policy.ts'
import type { Charge, LimitVerdict, Refusal } from './verdict.ts'

/** The checks and reservations that an order call needs. */
export type OrderBudget = Pick<
  LimitState,
  'policy' | 'check' | 'earlyRefusal' | 'reserve' | 'release' | 'checkAtSending' | 'budgets'
>

/**
 * The budget of a child token: its own state and those of its ancestors, nearest first. A call is admitted if each of them
 * admits it, and uses all of them. `check` and `reserve` must not have an await in between, as for one state.
 */
export class LimitChain implements OrderBudget {
  readonly #own: LimitState
  readonly #all: readonly LimitState[]

  constructor(own: LimitState, ancestors: readonly LimitState[]) {
    this.#own = own
    this.#all = [own, ...ancestors]
  }

  get policy(): OrderPolicy {
    return this.#own.policy
  }

  check(facts: OrderFacts, market: MarketFacts, nowMs: number): LimitVerdict {
    const own = this.#own.check(facts, market, nowMs)
    if (!own.isAdmitted) return own
    for (const state of this.#all) {
      const verdict = state.check(facts, market, nowMs)
      if (!verdict.isAdmitted) return { ...verdict, refusal: ofParent(verdict.refusal) }
    }
    return own
  }

  earlyRefusal(facts: OrderFacts, market: MarketFacts, nowMs: number): Refusal | null {
    return this.#first((state) => state.earlyRefusal(facts, market, nowMs))
  }

  reserve(id: string, charge: Charge, nowMs: number): Reservation {
    const [own] = this.#all.map((state) => state.reserve(id, charge, nowMs))
    if (own === undefined) throw new Error('a chain has a state of its own')
    return own
  }

  release(reservation: Reservation, reason: 'rejected' | 'not_sent'): void {
    for (const state of this.#all) state.release(reservation, reason)
  }

  checkAtSending(isCancel: boolean, reservation: Reservation | null, nowMs: number): Refusal | null {
    return this.#first((state) => state.checkAtSending(isCancel, reservation, nowMs))
  }

  /** The budgets with the rate that has least left. */
  budgets(nowMs: number): Budgets {
    const [own, ...above] = this.#all.map((state) => state.budgets(nowMs))
    if (own === undefined) throw new Error('a chain has a state of its own')
    const rates = [own, ...above].flatMap(({ rate }) => rate ?? [])
    const tightest = rates.toSorted((one, other) => one.cap - one.used - (other.cap - other.used))[0] ?? null
    return { ...own, rate: tightest }
  }

  #first(refusalOf: (state: LimitState) => Refusal | null): Refusal | null {
    for (const state of this.#all) {
      const refusal = refusalOf(state)
      if (refusal !== null) return state === this.#own ? refusal : ofParent(refusal)
    }
    return null
  }
}

function ofParent(refusal: Refusal): Refusal {
  return { ...refusal, text: `${refusal.text} (a limit of the parent key)` }
}
