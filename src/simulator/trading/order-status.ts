import { OrderStatus } from '../../../proto/enums.ts'

/**
 * The allowed transitions of an order's status (`Trd_Common.OrderStatus`). A change may also repeat the status: a
 * modification and a further partial fill do. Orders that have ended do not change, except that an order without fills
 * can be deleted from a real account's list.
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

/** Whether an order may change from one status to another, or keep its status. */
export function isAllowedMove(from: number, to: number): boolean {
  return from === to || (ARROWS[from]?.includes(to) ?? false)
}

/** The first statuses of a new order: sent to the exchange at once, or held by the broker. */
export const FIRST_STATUSES: readonly number[] = [OrderStatus.Submitting, OrderStatus.WaitingSubmit]

/**
 * Whether the order can still be filled. A disabled order can, because it may be enabled again. Each call of a client
 * asks this for every order of every account.
 */
export function isOpenStatus(status: number): boolean {
  return (
    status === OrderStatus.Submitted ||
    status === OrderStatus.Filled_Part ||
    status === OrderStatus.WaitingSubmit ||
    status === OrderStatus.Submitting ||
    status === OrderStatus.Disabled
  )
}

/** Whether the order is in the market or waits for its trigger, so that it reserves money or shares. */
export function isLiveStatus(status: number): boolean {
  return status !== OrderStatus.Disabled && isOpenStatus(status)
}

/** Whether the order is in the exchange's book. */
export function isWorkingStatus(status: number): boolean {
  return status === OrderStatus.Submitted || status === OrderStatus.Filled_Part
}

/** Whether the order ended without a fill. Only such orders can be deleted from the list. */
export function isDeletableStatus(status: number): boolean {
  return ARROWS[status]?.includes(OrderStatus.Deleted) ?? false
}
