import { ModifyOrderOp, OrderStatus } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { LedgerEntry } from './entry.ts'
import { tagOf } from './tag.ts'

type Order = MessageTypes['Trd_Common.Order']

/** What a look at an account's orders says about an entry whose reply was lost. */
export type Finding =
  | { readonly state: 'accepted'; readonly order: Pick<Order, 'orderID' | 'orderIDEx'>; readonly detail: string }
  | { readonly state: 'rejected' | 'absent' | 'unknown'; readonly detail: string }

/**
 * How long after it was sent a call can still turn up. OpenD answers within 12 s or not at all; five times that covers
 * a gateway that was busy and a broker that was slow.
 */
export const ABSENT_AFTER_MS = 60_000

/** Looks that must agree before an order counts as absent. One may meet a list that is just being refreshed. */
export const LOOKS_BEFORE_ABSENT = 2

/** Statuses of an order that OpenD itself is not sure about. */
const UNSURE: ReadonlySet<number> = new Set([OrderStatus.Unknown, OrderStatus.TimeOut])

/** Statuses in which an order can still trade. */
export const OPEN_STATUSES: ReadonlySet<number> = new Set([
  OrderStatus.Unsubmitted,
  OrderStatus.WaitingSubmit,
  OrderStatus.Submitting,
  OrderStatus.Submitted,
  OrderStatus.Filled_Part,
])

/**
 * Reads a look. `orders` is everything the account lists; `isComplete` says whether that includes what is no longer
 * open, without which nothing can be absent.
 */
export function findingOf(entry: LedgerEntry, orders: readonly Order[], isComplete: boolean, nowMs: number): Finding {
  const found = entry.call.protoId === 2202 ? findNew(entry, orders) : findChange(entry, orders)
  if (found !== null) return found
  const isDue = nowMs - entry.createdAtMs >= ABSENT_AFTER_MS && entry.looks + 1 >= LOOKS_BEFORE_ABSENT
  return isComplete && isDue
    ? { state: 'absent', detail: 'looked for in the orders of the account and not there' }
    : { state: 'unknown', detail: 'not among the orders of the account yet' }
}

function findNew(entry: LedgerEntry, orders: readonly Order[]): Finding | null {
  const order = orders.find(({ remark }) => tagOf(remark) === entry.tag)
  if (order === undefined) return null
  return UNSURE.has(order.orderStatus)
    ? { state: 'unknown', detail: `OpenD lists the order with status ${order.orderStatus}` }
    : { state: 'accepted', order, detail: 'found by its tag' }
}

function findChange({ call }: LedgerEntry, orders: readonly Order[]): Finding | null {
  if (call.forAll) {
    const open = orders.filter(({ orderStatus }) => OPEN_STATUSES.has(orderStatus))
    return call.kind === 'cancel' && open.length === 0
      ? { state: 'accepted', order: { orderID: 0n, orderIDEx: '' }, detail: 'no order of the account is open' }
      : null
  }
  const order = orders.find(
    ({ orderID, orderIDEx }) =>
      (call.targetOrderId !== null && orderID.toString() === call.targetOrderId) ||
      (call.targetOrderIdEx !== null && orderIDEx === call.targetOrderIdEx),
  )
  if (order === undefined || UNSURE.has(order.orderStatus)) return null
  const isOpen = OPEN_STATUSES.has(order.orderStatus)
  if (call.op === ModifyOrderOp.Normal) {
    if (isAsAsked(call, order)) return { state: 'accepted', order, detail: 'the order is as the call wanted it' }
    return isOpen ? null : { state: 'rejected', detail: `the order ended with status ${order.orderStatus}` }
  }
  if (isOpen) return call.op === ModifyOrderOp.Enable ? { state: 'accepted', order, detail: 'the order is live' } : null
  if (order.orderStatus === OrderStatus.Filled_All) return { state: 'rejected', detail: 'the order was filled' }
  return { state: 'accepted', order, detail: `the order has status ${order.orderStatus}` }
}

function isAsAsked({ qty, price }: LedgerEntry['call'], order: Order): boolean {
  return (qty === null || order.qty === qty) && (price === null || order.price === price)
}
