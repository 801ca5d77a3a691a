import { MAX_ORDER_REGISTRY } from '../../base/memory-budget.ts'
import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { type KeyLimits, NO_LIMITS } from '../../limits/key-limits.ts'
import { type LedgerRow, LimitState, type Reservation, RESTORE_SPAN_MS } from '../../limits/limit-state.ts'
import { LimitChain, type OrderBudget } from '../../limits/limit-chain.ts'
import { orderPolicyOf } from '../../limits/order-policy.ts'
import type { LedgerEntry } from '../entry.ts'
import type { OrderRequest } from '../request.ts'
import type { Ledger, ReservedEntry } from '../ledger.ts'

interface Known {
  readonly limits: string
  readonly state: LimitState
}

/** The budgets of all callers. Each is rebuilt from the ledger on first use and when its limits have changed. */
export class LimiterRegistry {
  readonly #ledger: Ledger
  readonly #unwritten: (id: string) => ReservedEntry | null
  readonly #known = new BoundedMap<string, Known>(MAX_ORDER_REGISTRY)
  /** Caches the text of a limits object: one order call uses it several times. */
  readonly #texts = new WeakMap<KeyLimits, string>()

  /**
   * `unwritten` returns the current version of an entry whose last change could not be written; null for every other.
   */
  constructor(ledger: Ledger, unwritten: (id: string) => ReservedEntry | null = () => null) {
    this.#ledger = ledger
    this.#unwritten = unwritten
  }

  of(caller: string, limits: KeyLimits | null, nowMs: number): LimitState {
    const text = limits === null ? '' : this.#textOf(limits)
    const known = this.#known.get(caller)
    if (known?.limits === text) return known.state
    const stored = this.#ledger.reservedSince(caller, nowMs - RESTORE_SPAN_MS)
    const rows = stored.flatMap((entry) => ledgerRowsOf(this.#unwritten(entry.id) ?? entry))
    const state = new LimitState(orderPolicyOf(limits ?? NO_LIMITS), rows, nowMs)
    this.#known.set(caller, { limits: text, state })
    return state
  }

  /** The budget of a call: for a child token with those of its ancestors. */
  ofRequest({ caller, limits, payers = [] }: OrderRequest, nowMs: number): OrderBudget {
    const ancestors = payers.map((payer) => this.of(payer.caller, payer.limits, nowMs))
    const own = this.of(caller, limits, nowMs)
    return ancestors.length === 0 ? own : new LimitChain(own, ancestors)
  }

  #textOf(limits: KeyLimits): string {
    const known = this.#texts.get(limits)
    if (known !== undefined) return known
    const { allowedAccIds, ...others } = limits
    const text = `${allowedAccIds?.join() ?? null} ${JSON.stringify(others)}`
    this.#texts.set(limits, text)
    return text
  }

  /**
   * Counts the reservation of an entry from `atMs` (Unix ms), when its frame was written to the link. Returns the
   * reservation as it counts from then on; null for a call without one.
   */
  spend({ caller, payers, reservation }: LedgerEntry, atMs: number, nowMs: number = atMs): Reservation | null {
    if (reservation === null) return null
    for (const state of this.#statesOf(payers)) state.spend(reservation, atMs, nowMs)
    return this.#known.get(caller)?.state.spend(reservation, atMs, nowMs) ?? { ...reservation, atMs }
  }

  /** Reserves the value of an entry again after it had been released. */
  restore({ caller, payers, reservation }: LedgerEntry): void {
    if (reservation === null) return
    for (const state of this.#statesOf([caller, ...payers])) state.restore(reservation)
  }

  /**
   * Releases what an entry no longer uses. A state that is not in memory is later rebuilt from the ledger with that
   * change.
   */
  release({ caller, payers, reservation }: LedgerEntry, reason: 'rejected' | 'not_sent'): void {
    if (reservation === null) return
    for (const state of this.#statesOf([caller, ...payers])) state.release(reservation, reason)
  }

  /** The states of those callers that are in memory. */
  #statesOf(callers: readonly string[]): readonly LimitState[] {
    return callers.flatMap((caller) => this.#known.get(caller)?.state ?? [])
  }
}

/** The rows of an entry for its key's budgets; empty for an entry without a reservation. */
export function ledgerRowsOf({ reservation, holds, state, sentAtMs }: ReservedEntry): readonly LedgerRow[] {
  if (reservation === null) return []
  const isPending = state === 'reserved'
  return [{ ...reservation, holds, isPending, sentByMs: sentAtMs ?? reservation.atMs }]
}
