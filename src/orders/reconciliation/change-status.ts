import { ModifyOrderOp, OrderStatus } from '../../../proto/enums.ts'
import type { OrderCallFacts } from '../entry.ts'
import type { Order } from '../order-identity.ts'

/** Statuses in which an order can still trade. */
export const OPEN_STATUSES: ReadonlySet<number> = new Set([
  OrderStatus.Unsubmitted,
  OrderStatus.WaitingSubmit,
  OrderStatus.Submitting,
  OrderStatus.Submitted,
  OrderStatus.Filled_Part,
])

/** Statuses of an order that is being cancelled. */
const CANCELLING: ReadonlySet<number> = new Set([OrderStatus.Cancelling_Part, OrderStatus.Cancelling_All])

/** Statuses of an order that was cancelled or is being cancelled. */
const CANCELLED: ReadonlySet<number> = new Set([
  OrderStatus.Cancelling_Part,
  OrderStatus.Cancelling_All,
  OrderStatus.Cancelled_Part,
  OrderStatus.Cancelled_All,
  OrderStatus.Deleted,
])

/** Statuses of an order that ended, or is ending, without a fill. */
const NEVER_LIVE: ReadonlySet<number> = new Set([
  OrderStatus.Cancelling_All,
  OrderStatus.Cancelled_All,
  OrderStatus.Deleted,
])

/**
 * The relative difference up to which two doubles count as the same decimal: OpenD and the broker may re-round prices.
 */
const ROUNDING = 1e-9

/**
 * Whether the order shows a change: `made`, `not_made` (and still possible), or `too_late` (the order ended without
 * it).
 */
export function traceIn(order: Order, call: OrderCallFacts): 'made' | 'not_made' | 'too_late' {
  const status = order.orderStatus
  const isDisabled = status === OrderStatus.Disabled
  const isTooLate = isOver(order)
  switch (call.op) {
    case ModifyOrderOp.Normal:
      return hasRequestedNumbers(order, call) ? 'made' : isTooLate ? 'too_late' : 'not_made'
    case ModifyOrderOp.Cancel:
      return CANCELLED.has(status) ? 'made' : isTooLate ? 'too_late' : 'not_made'
    case ModifyOrderOp.Disable:
      return isDisabled ? 'made' : isTooLate ? 'too_late' : 'not_made'
    case ModifyOrderOp.Enable:
      return isDisabled ? 'not_made' : NEVER_LIVE.has(status) ? 'too_late' : 'made'
    case ModifyOrderOp.Delete:
      return status === OrderStatus.Deleted ? 'made' : 'not_made'
    default:
      return 'not_made'
  }
}

/** Whether an order can no longer be changed: it has ended, or is being cancelled. */
function isOver({ orderStatus }: Order): boolean {
  return orderStatus !== OrderStatus.Disabled && !OPEN_STATUSES.has(orderStatus)
}

/** Whether an order has ended. An order that is being cancelled has not: the cancel may fail. */
export function hasEnded(order: Order): boolean {
  return isOver(order) && !CANCELLING.has(order.orderStatus)
}

/** Whether an order has the numbers that a change requested. Clients send 0 for a number that they do not change. */
function hasRequestedNumbers(order: Order, { qty, price, triggers = {} }: OrderCallFacts): boolean {
  const { auxPrice, trailType, trailValue, trailSpread, adjustLimit = 0 } = triggers
  return (
    isSame(order.qty, qty) &&
    isSame(order.price, price, Math.abs(adjustLimit)) &&
    isSame(order.auxPrice, auxPrice) &&
    isSame(order.trailType, trailType) &&
    isSame(order.trailValue, trailValue) &&
    isSame(order.trailSpread, trailSpread)
  )
}

/** `slack` is a share of the requested number. */
function isSame(has: number | undefined, requested: number | null | undefined, slack = 0): boolean {
  if (requested === null || requested === undefined || requested === 0) return true
  return has !== undefined && Math.abs(has - requested) <= Math.abs(requested) * (slack + ROUNDING)
}
