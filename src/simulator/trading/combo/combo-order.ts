import { OrderStatus } from '../../../../proto/enums.ts'
import type { AccountState, ComboMembership, OrderState } from '../account-state.ts'
import { isOpenStatus } from '../order-status.ts'
import { isBuySide } from '../requirement.ts'

/**
 * The orders that belong together: the legs of a combination in their order, or the order alone. OpenD lists a
 * combination as one order. The accounts keep one order for each leg, so that money, shares and fills of a leg follow
 * the same rules as those of any order.
 */
export function legsOf(account: AccountState, order: OrderState): readonly OrderState[] {
  const { combo } = order
  return combo === null ? [order] : account.orders.filter((one) => one.combo?.orderId === combo.orderId)
}

/** The account's orders as OpenD lists them: one for each combination, at the place of its first leg. */
export function listedOrders(account: AccountState): readonly OrderState[] {
  const seen = new Set<string>()
  return account.orders.flatMap((order) => {
    if (order.combo === null) return [order]
    if (seen.has(order.combo.orderId)) return []
    seen.add(order.combo.orderId)
    return [listedOrder(account, order)]
  })
}

/** A copy of the order as OpenD lists it. For a leg it is the whole combination, which has the ids of its first leg. */
export function listedOrder(account: AccountState, order: OrderState): OrderState {
  const { combo } = order
  if (combo === null) return { ...order }
  const legs = legsOf(account, order)
  const [lead = order] = legs
  const filledQty = Math.min(...legs.map((leg) => Math.floor(leg.filledQty / ratioOf(leg))))
  return {
    ...lead,
    orderId: combo.orderId,
    orderIdEx: combo.orderIdEx,
    side: combo.side,
    orderType: combo.orderType,
    qty: combo.qty,
    price: combo.price,
    // The net price has no limit of its own in the book.
    limit: null,
    status: statusOf(legs),
    filledQty,
    filledNotional: filledQty === 0 ? 0 : Math.round(netPrice(legs, combo) * filledQty),
    filledValue: legs.reduce((sum, leg) => sum + signOf(leg) * leg.filledValue, 0),
    feesPaid: legs.reduce((sum, leg) => sum + leg.feesPaid, 0),
    updateMs: Math.max(...legs.map((leg) => leg.updateMs)),
    lastErrMsg: legs.find((leg) => leg.lastErrMsg !== null)?.lastErrMsg ?? null,
  }
}

/** Plus one for a leg that is bought, minus one for a leg that is sold. */
export function signOf(leg: OrderState): number {
  return isBuySide(leg.side) ? 1 : -1
}

/** Quantity of the leg for one combination. */
export function ratioOf(leg: OrderState): number {
  return leg.combo === null ? 1 : leg.qty / leg.combo.qty
}

/** The net price of the fills so far, in millionths, for one combination and one unit of its option's multiplier. */
function netPrice(legs: readonly OrderState[], combo: ComboMembership): number {
  return legs.reduce((sum, leg) => {
    const price = leg.filledQty === 0 ? 0 : leg.filledNotional / leg.filledQty
    return sum + (signOf(leg) * price * ratioOf(leg) * leg.contractMultiplier) / combo.multiplier
  }, 0)
}

/** From the first step of an order's life to the last one before a fill. */
const BEFORE_FILLS: readonly number[] = [OrderStatus.WaitingSubmit, OrderStatus.Submitting, OrderStatus.Submitted]

/**
 * The status of a combination. It is at a step before fills when all legs are, filled in part from the first fill of any
 * leg, and filled when all legs are. Legs are cancelled together, so one that is cancelled stands for all open ones.
 */
function statusOf(legs: readonly OrderState[]): number {
  const statuses = legs.map((leg) => leg.status)
  const [first = OrderStatus.WaitingSubmit] = statuses
  if (statuses.every((status) => status === first)) return first
  for (const status of [OrderStatus.Deleted, OrderStatus.Failed]) if (statuses.includes(status)) return status
  const hasFills = legs.some((leg) => leg.filledQty > 0)
  const isEnding = statuses.some((status) => isCancelStatus(status))
  if (isEnding) {
    const isOver = statuses.every((status) => !isOpenStatus(status) && !isCancelling(status))
    if (hasFills) return isOver ? OrderStatus.Cancelled_Part : OrderStatus.Cancelling_Part
    return isOver ? OrderStatus.Cancelled_All : OrderStatus.Cancelling_All
  }
  if (hasFills) return OrderStatus.Filled_Part
  return BEFORE_FILLS.find((status) => statuses.includes(status)) ?? first
}

function isCancelling(status: number): boolean {
  return status === OrderStatus.Cancelling_All || status === OrderStatus.Cancelling_Part
}

function isCancelStatus(status: number): boolean {
  return isCancelling(status) || status === OrderStatus.Cancelled_All || status === OrderStatus.Cancelled_Part
}
