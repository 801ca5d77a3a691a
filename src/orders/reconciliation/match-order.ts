import { CALLS } from '../../calls.ts'
import type { LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { hasId, entryWithIds, idsOf, idsOfEntry, isSameOrder, type Order } from '../order-identity.ts'
import { tagOf } from '../tag.ts'
import { matchChange } from './match-change.ts'
import { isUnsure, type MatchResult, type OrderSnapshot, type OtherCalls, undecided, unsure } from './match-result.ts'

/** Compares an entry with a snapshot. Null when the snapshot does not show the call. */
export function matchOrder(entry: LedgerEntry, snapshot: OrderSnapshot, others: OtherCalls): MatchResult | null {
  return entry.call.protoId === CALLS.Trd_PlaceOrder.protoId
    ? matchNew(entry, snapshot, others)
    : matchChange(entry, snapshot, others)
}

/**
 * The orders that the entry may have placed: the one with its order id where that is known, else those with its tag. A
 * remark can be copied by hand. So an order whose id belongs to another entry is left out, and among several orders
 * with the tag the copy cannot be identified. An order that is listed twice counts once.
 */
export function candidatesOf(
  entry: LedgerEntry,
  orders: readonly Order[],
  ledger: Pick<Ledger, 'byOrderId'>,
): readonly Order[] {
  const own = idsOfEntry(entry)
  if (hasId(own)) return distinct(orders.filter((order) => isSameOrder(own, idsOf(order)) === true))
  return distinct(orders.filter(({ remark }) => entry.tag !== null && tagOf(remark) === entry.tag)).filter((order) => {
    const owner = entryWithIds(ledger, entry.call.accId, idsOf(order))
    return owner === null || owner.id === entry.id
  })
}

function matchNew(entry: LedgerEntry, { orders }: OrderSnapshot, ledger: OtherCalls): MatchResult | null {
  const [order, copy] = candidatesOf(entry, orders, ledger)
  if (order === undefined) {
    // The tag says that the order is of this entry, its id that it is of another. So its order may exist or not.
    const isOwnedByOther =
      !hasId(idsOfEntry(entry)) && orders.some(({ remark }) => entry.tag !== null && tagOf(remark) === entry.tag)
    return isOwnedByOther
      ? undecided('an order carries its tag in the remark, but has the id of another order of the ledger')
      : null
  }
  if (copy !== undefined) {
    const detail = 'several orders carry its tag in their remark, so it cannot be identified'
    return { state: 'unknown', detail, isAmbiguous: true }
  }
  return isUnsure(order) ? unsure(order) : { state: 'accepted', order, detail: 'found by its tag', isByAbsence: false }
}

/** Each order once, in its last listed version. */
function distinct(orders: readonly Order[]): readonly Order[] {
  return orders.filter(
    (order, index) => !orders.some((other, at) => at > index && isSameOrder(idsOf(order), idsOf(other)) === true),
  )
}
