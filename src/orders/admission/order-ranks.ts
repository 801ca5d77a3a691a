import { BoundedMap } from '../../base/bounded-map.ts'
import { CALLS } from '../../calls.ts'
import type { CallRank } from '../../calls/call-rank.ts'
import { RateWindow } from '../../limits/rate-window.ts'
import { isFinal } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import type { OrderCall } from '../order-call.ts'
import { isCancel } from '../order-call.ts'

/**
 * Cancels of one order within a minute that rank as cancels. A second one is for a caller that lost the reply to the
 * first; more of them take nothing away that the first ones did not.
 */
const MOST_CANCELS_OF_ORDER = 2

/** Orders whose cancels are counted: more than OpenD takes cancels in a minute from 25 accounts. */
const MOST_ORDERS = 1_000

/**
 * How urgent an order call is. A cancel of an order that the ledger has as accepted takes risk away and goes first; a
 * cancel of an id that nobody knows, or of an order that was cancelled over and over, must not use up what the others
 * need.
 */
export class OrderRanks {
  readonly #ledger: Ledger
  readonly #cancels = new BoundedMap<string, RateWindow>(MOST_ORDERS)

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** The rank of a caller's call. Takes nothing. */
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

  /** The order that a cancel is about, if the ledger has it as one that may be open; null for one it does not know. */
  #orderKey(call: OrderCall): string | null {
    if (call.protoId !== CALLS.Trd_ModifyOrder.protoId) return null
    const { header, orderID, orderIDEx, forAll } = call.c2s
    const accId = header.accID.toString()
    if (forAll === true) return `${accId}/all`
    const ids = { orderId: orderID === 0n ? null : orderID.toString(), orderIdEx: orderIDEx ?? null }
    const placed = this.#ledger.byOrderId(accId, ids)
    return placed !== null && (placed.state === 'accepted' || !isFinal(placed.state)) ? placed.id : null
  }
}
