import { OrderStatus } from '../../../proto/enums.ts'

/**
 * The arrows along which an order's status moves (`Trd_Common.OrderStatus`). A status may also stay as it is, which
 * is how a modify and a further partial fill are told. Filled, deleted and submit-failed orders stay for good,
 * apart from the removal of a dead one from a real account's list.
 */
const ARROWS: Readonly<Record<number, readonly number[]>> = {
  [OrderStatus.WaitingSubmit]: [
    OrderStatus.Submitting,
    OrderStatus.Cancelling_All,
    OrderStatus.Disabled,
    OrderStatus.Failed,
  ],
  [OrderStatus.Submitting]: [OrderStatus.Submitted, OrderStatus.SubmitFailed],
  [OrderStatus.Submitted]: [
    OrderStatus.Filled_Part,
    OrderStatus.Filled_All,
    OrderStatus.Cancelling_All,
    OrderStatus.Disabled,
    OrderStatus.Failed,
  ],
  [OrderStatus.Filled_Part]: [OrderStatus.Filled_All, OrderStatus.Cancelling_Part],
  [OrderStatus.Cancelling_Part]: [OrderStatus.Cancelled_Part],
  [OrderStatus.Cancelling_All]: [OrderStatus.Cancelled_All],
  [OrderStatus.Disabled]: [OrderStatus.WaitingSubmit, OrderStatus.Submitting, OrderStatus.Cancelling_All],
  [OrderStatus.Cancelled_All]: [OrderStatus.Deleted],
  [OrderStatus.SubmitFailed]: [OrderStatus.Deleted],
  [OrderStatus.Failed]: [OrderStatus.Deleted],
}

/** Whether an order may move from one status to another, or keep the one it has. */
export function isAllowedMove(from: number, to: number): boolean {
  return from === to || (ARROWS[from]?.includes(to) ?? false)
}

/** The statuses a new order may start with: at once to the exchange, or held by the broker. */
export const FIRST_STATUSES: readonly number[] = [OrderStatus.Submitting, OrderStatus.WaitingSubmit]

const OPEN: ReadonlySet<number> = new Set([
  OrderStatus.WaitingSubmit,
  OrderStatus.Submitting,
  OrderStatus.Submitted,
  OrderStatus.Filled_Part,
  OrderStatus.Disabled,
])

/** True while the order can still come to a fill. A disabled order can: it may be enabled again. */
export function isOpenStatus(status: number): boolean {
  return OPEN.has(status)
}

/** True while the order takes part in the market or waits for its moment, so it ties up money or shares. */
export function isLiveStatus(status: number): boolean {
  return status !== OrderStatus.Disabled && OPEN.has(status)
}

/** True while the order lies in the exchange's book. */
export function isWorkingStatus(status: number): boolean {
  return status === OrderStatus.Submitted || status === OrderStatus.Filled_Part
}

/** True for an order that never filled and never will: the only kind that can be deleted from the list. */
export function isDeletableStatus(status: number): boolean {
  return ARROWS[status]?.includes(OrderStatus.Deleted) ?? false
}
