import { MAX_ORDER_REGISTRY } from '../../base/memory-budget.ts'
import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { CALLS } from '../../calls.ts'
import type { CallRank } from '../../calls/call-rank.ts'
import { RateWindow } from '../../limits/rate-window.ts'
import { isFinal } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import type { OrderCall } from '../order-call.ts'
import { idsOf } from '../order-identity.ts'
import { isCancel } from '../order-call.ts'

/**
 * How many cancels of one order in a minute rank as cancels. The second one is for a caller that lost the reply to the
 * first; further ones have no effect.
 */
const MOST_CANCELS_OF_ORDER = 2

/**
 * Ranks order calls. A cancel of an order that the ledger has as accepted reduces risk and is sent first. A cancel of
 * an unknown id, or of an order that was cancelled repeatedly, must not use up the limits of other callers.
 */
export class OrderRanks {
  readonly #ledger: Ledger
  readonly #cancels = new BoundedMap<string, RateWindow>(MAX_ORDER_REGISTRY)

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** The rank of a call. Counts nothing. */
  rankOf(call: OrderCall, nowMs: number): CallRank {
    if (!isCancel(call)) return 'order'
    const key = this.#orderKey(call)
    if (key === null) return 'cancel_unknown'
    const count = this.#cancels.get(key)?.count(nowMs) ?? 0
    return count < MOST_CANCELS_OF_ORDER ? 'cancel' : 'cancel_unknown'
  }

  /** Counts a cancel that is about to be sent. */
  recordCancel(call: OrderCall, nowMs: number): void {
    const key = isCancel(call) ? this.#orderKey(call) : null
    if (key === null) return
    this.#cancels.getOrSet(key, () => new RateWindow()).add(key, nowMs)
  }

  /** The key of the order that a cancel names, if the ledger has it and it may be open; null otherwise. */
  #orderKey(call: OrderCall): string | null {
    if (call.protoId !== CALLS.Trd_ModifyOrder.protoId) return null
    const { header, forAll } = call.c2s
    const accId = header.accID.toString()
    if (forAll === true) return `${accId}/all`
    const placed = this.#ledger.byOrderId(accId, idsOf(call.c2s))
    return placed !== null && (placed.state === 'accepted' || !isFinal(placed.state)) ? placed.id : null
  }
}
