import { OrderType } from '../../../proto/enums.ts'
import type { Book } from '../market/instrument.ts'
import type { OrderState } from './account-state.ts'
import { scaledPriceOf } from './money.ts'
import type { ScaledPrice } from './money.ts'
import { ruleOf } from './order-rules.ts'
import { openQtyOf, roundQty } from './quantity.ts'
import { isBuySide } from './requirement.ts'

/** A quantity traded at a price. */
export interface Execution {
  readonly qty: number
  readonly price: ScaledPrice
}

/** A level of the book, less the volume that earlier orders took. */
export interface AvailableLevel {
  readonly price: ScaledPrice
  readonly volume: number
}

/** Whether `price` is as good as the order's limit or better. */
export function isWithinLimit(order: OrderState, price: ScaledPrice): boolean {
  if (order.limit === null) return false
  return isBuySide(order.side) ? price <= order.limit : price >= order.limit
}

/**
 * The executions of an incoming order against the other side of the book, best level first, each at the price of its
 * level, up to the quantity and within the limit. An absolute limit order trades at exactly its price or not at all. A
 * special limit order marked "all" is filled as a whole or not at all.
 */
export function sweep(order: OrderState, levels: readonly AvailableLevel[]): readonly Execution[] {
  const executions: Execution[] = []
  let remaining = openQtyOf(order)
  for (const level of levels) {
    if (remaining === 0 || !isWithinLimit(order, level.price)) break
    if (order.orderType === OrderType.AbsoluteLimit && level.price !== order.limit) continue
    const qty = Math.min(remaining, level.volume)
    if (qty > 0) executions.push({ qty, price: level.price })
    remaining = roundQty(remaining - qty)
  }
  return order.orderType === OrderType.SpecialLimit_All && remaining > 0 ? [] : executions
}

/**
 * The market volume ahead of an order that starts to rest: the whole volume shown at its price. It is 0 for a price
 * between the shown levels or better than all. Beyond the last shown level the volume is unknown, and the last level's
 * volume is the estimate.
 */
export function volumeAheadOf(order: OrderState, book: Book): number {
  if (order.limit === null || ruleOf(order.orderType).isAtMarket) return 0
  const isBuy = isBuySide(order.side)
  const levels = isBuy ? book.bids : book.asks
  for (const level of levels) {
    const price = scaledPriceOf(level.price)
    if (price === order.limit) return level.volume
    if (isBuy ? price < order.limit : price > order.limit) return 0
  }
  return levels.at(-1)?.volume ?? 0
}

/** An order in the book, and its fill by one print. */
export interface RestingFill extends Execution {
  readonly order: OrderState
}

/**
 * Distributes one print to the resting orders of one side, best limit first, then oldest first. Together they never get
 * more than the printed volume. A print at an order's own price first reduces the market volume ahead of it; a print
 * beyond its price clears that volume. A resting order trades at its own limit. At-auction orders and orders without a
 * limit trade at the print's price.
 */
export function dealPrint(orders: readonly OrderState[], price: ScaledPrice, volume: number): readonly RestingFill[] {
  const fills: RestingFill[] = []
  let left = volume
  for (const order of [...orders].sort(byClaim)) {
    if (!isWithinLimit(order, price)) continue
    const isAtMarket = ruleOf(order.orderType).isAtMarket || ruleOf(order.orderType).isAuction
    const passed = price === order.limit && !isAtMarket ? Math.min(order.volumeAhead, left) : 0
    order.volumeAhead = price === order.limit ? order.volumeAhead - passed : 0
    const qty = Math.min(openQtyOf(order), left - passed)
    if (qty <= 0) continue
    left = roundQty(left - qty)
    fills.push({ order, qty, price: isAtMarket || order.limit === null ? price : order.limit })
  }
  return fills
}

/** Best limit first, older orders first at the same limit. All orders are of one side and have limits. */
function byClaim(one: OrderState, other: OrderState): number {
  const difference = (one.limit ?? 0) - (other.limit ?? 0)
  if (difference !== 0) return isBuySide(one.side) ? -difference : difference
  return one.priority - other.priority
}
