import { BoundedMap } from '../../base/bounded-map.ts'
import { type KeyLimits, NO_LIMITS } from '../../limits/key-limits.ts'
import { type LedgerRow, LimitState, type Reservation, RESTORE_SPAN_MS } from '../../limits/limit-state.ts'
import { orderPolicyOf } from '../../limits/order-policy.ts'
import type { LedgerEntry } from '../entry.ts'
import type { Ledger, ReservedEntry } from '../ledger.ts'

/**
 * Budgets kept in memory. Keys are few; the bound is for JWT subjects, who may be many. A state that was dropped is
 * rebuilt from the ledger, so the bound costs time and never a budget.
 */
const MAX_STATES = 1_000

interface Known {
  readonly limits: string
  readonly state: LimitState
}

/** The budgets of all callers, each rebuilt from the ledger when it is first needed or its limits have changed. */
export class LimiterRegistry {
  readonly #ledger: Ledger
  readonly #unwritten: (id: string) => ReservedEntry | null
  readonly #known = new BoundedMap<string, Known>(MAX_STATES)
  /** An order asks several times with the same limits. */
  readonly #texts = new WeakMap<KeyLimits, string>()

  /** `unwritten`: an entry as it stands now, where the storage has not taken its last change; null for every other. */
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

  #textOf(limits: KeyLimits): string {
    const known = this.#texts.get(limits)
    if (known !== undefined) return known
    const { allowedAccIds, ...others } = limits
    const text = `${allowedAccIds?.join() ?? null} ${JSON.stringify(others)}`
    this.#texts.set(limits, text)
    return text
  }

  /**
   * The frame of an entry was handed to the link at `atMs`, Unix ms. Returns its reservation as it counts from then on;
   * null for a call that takes nothing.
   */
  recordSent({ caller, reservation }: LedgerEntry, atMs: number, nowMs: number = atMs): Reservation | null {
    if (reservation === null) return null
    return this.#known.get(caller)?.state.recordSent(reservation, atMs, nowMs) ?? { ...reservation, atMs }
  }

  /** An entry that had given its value back takes it again. */
  restore({ caller, reservation }: LedgerEntry): void {
    if (reservation !== null) this.#known.get(caller)?.state.restore(reservation)
  }

  /** Gives back what an entry no longer holds. A caller whose state is not in memory finds it so in the ledger. */
  release(entry: LedgerEntry, reason: 'rejected' | 'not_sent'): void {
    if (entry.reservation !== null) this.#known.get(entry.caller)?.state.release(entry.reservation, reason)
  }
}

/** What an entry holds of its key's budgets; empty for one that holds nothing. */
export function ledgerRowsOf({ reservation, holds, state, sentAtMs }: ReservedEntry): readonly LedgerRow[] {
  if (reservation === null) return []
  const isPending = state === 'reserved'
  return [{ ...reservation, holds, isPending, sentByMs: sentAtMs ?? reservation.atMs }]
}
