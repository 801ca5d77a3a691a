import { OrderType, TrailType } from '../../../proto/enums.ts'
import type { OrderState } from './account-state.ts'
import { PRICE_SCALE } from './money.ts'
import type { ScaledPrice } from './money.ts'
import { isBuySide } from './requirement.ts'

/**
 * Shows a waiting order a print and says whether its condition is met. Stops wait for the price to turn against the
 * position (a buy stop for a rise), touch orders for the price to come towards the order, trailing stops follow the
 * best price seen since they were placed.
 */
export function meetsCondition(order: OrderState, price: ScaledPrice): boolean {
  const isBuy = isBuySide(order.side)
  switch (order.orderType) {
    case OrderType.Stop:
    case OrderType.StopLimit:
      return order.auxPrice !== null && (isBuy ? price >= order.auxPrice : price <= order.auxPrice)
    case OrderType.MarketifTouched:
    case OrderType.LimitifTouched:
      return order.auxPrice !== null && (isBuy ? price <= order.auxPrice : price >= order.auxPrice)
    default: {
      const best = order.extreme ?? price
      order.extreme = isBuy ? Math.min(best, price) : Math.max(best, price)
      const trigger = trailingTrigger(order) ?? 0
      return isBuy ? price >= trigger : price <= trigger
    }
  }
}

/**
 * Where a trailing order would trigger now: its distance behind the best price seen, above it for a buy and below
 * for a sale. `trail_value` is per cent of that price or an amount. Null before it has seen a price.
 */
export function trailingTrigger(order: OrderState): ScaledPrice | null {
  if (order.extreme === null) return null
  const value = order.trailValue ?? 0
  const distance = Math.round(order.trailType === TrailType.Ratio ? (order.extreme * value) / 100 : value * PRICE_SCALE)
  return isBuySide(order.side) ? order.extreme + distance : order.extreme - distance
}
