import { OrderStatus } from '../../../proto/enums.ts'
import { isFinal, type LedgerEntry } from '../entry.ts'
import { hasId, entryWithIds, idsOf, idsOfEntry, type Order } from '../order-identity.ts'
import { entryIdOf, tagOf } from '../tag.ts'
import { OPEN_STATUSES } from './change-status.ts'
import { isUnsure, type MatchResult, type OrderSnapshot, type OtherCalls, undecided, unsure } from './match-result.ts'

/**
 * The assumed largest difference between the clocks of OpenD and the gateway. OpenD runs on machines of its users, whose
 * clocks can be minutes off. Whether an order within this difference is older than the call is not known.
 */
const CLOCK_SLACK_MS = 900_000

/**
 * Compares a cancel of all orders with the open orders. While an order older than the call is open, the call has not
 * been carried out. When every open order is newer, it has been carried out, or can have no effect any more. An order
 * that was in flight at the same time as the call may be older or newer: the result is undecided until it ends.
 */
export function matchCancelAll(entry: LedgerEntry, snapshot: OrderSnapshot, others: OtherCalls): MatchResult | null {
  const { forMarket } = entry.call
  const covered = snapshot.orders.filter(({ trdMarket }) => forMarket === undefined || trdMarket === forMarket)
  const unclear = covered.find(isUnsure)
  if (unclear !== undefined) return unsure(unclear)
  const open = covered.filter(
    ({ orderStatus }) => OPEN_STATUSES.has(orderStatus) || orderStatus === OrderStatus.Disabled,
  )
  const ages = new Set(open.map((order) => ageOf(order, entry, others)))
  if (ages.has('older')) return null
  if (ages.has('unclear')) return undecided('the orders that are open may be newer than the call')
  if (snapshot.gap !== null) return null
  const detail = open.length === 0 ? 'no order of the account is open' : 'every open order is newer than the call'
  return { state: 'accepted', order: { orderID: 0n, orderIDEx: '' }, detail, isByAbsence: true }
}

/**
 * Whether an order is older than a call: by ledger sequence, or by OpenD's time for an order that the ledger does not
 * have.
 */
function ageOf(order: Order, entry: LedgerEntry, others: OtherCalls): 'older' | 'newer' | 'unclear' {
  const placed = entryWithIds(others, entry.call.accId, idsOf(order)) ?? unansweredOf(order, others)
  if (placed === null) return foreignAgeOf(order, entry)
  const [placedAt, calledAt] = [others.sequenceOf(placed.id), others.sequenceOf(entry.id)]
  if (placedAt === null || calledAt === null) return 'unclear'
  if (placedAt > calledAt) return 'newer'
  return isFinal(placed.state) && placed.updatedAtMs < entry.createdAtMs ? 'older' : 'unclear'
}

/** The entry with the tag of a listed order, if the entry has no order id yet. */
function unansweredOf({ remark }: Order, others: OtherCalls): LedgerEntry | null {
  const tag = tagOf(remark)
  const placed = tag === null ? null : others.byId(entryIdOf(tag))
  return placed === null || hasId(idsOfEntry(placed)) ? null : placed
}

function foreignAgeOf({ createTimestamp }: Order, { createdAtMs }: LedgerEntry): 'older' | 'newer' | 'unclear' {
  if (createTimestamp === undefined) return 'unclear'
  const createdMs = createTimestamp * 1_000
  if (createdMs < createdAtMs - CLOCK_SLACK_MS) return 'older'
  return createdMs > createdAtMs + CLOCK_SLACK_MS ? 'newer' : 'unclear'
}
