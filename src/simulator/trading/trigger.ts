import { OrderType, TrailType } from '../../../proto/enums.ts'
import type { OrderState } from './account-state.ts'
import { PRICE_SCALE } from './money.ts'
import type { ScaledPrice } from './money.ts'
import { isBuySide } from './requirement.ts'

/**
 * Updates a conditional order with a print and returns whether its condition is met. A stop is triggered by a move
 * against the position (a buy stop by a rise), a touch order by a move towards its price. A trailing stop follows the
 * best price since it was placed.
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
 * The current trigger price of a trailing order: its distance from the best price seen, above it for a buy and below it
 * for a sale. `trail_value` is per cent of that price or an amount. Null before the first price.
 */
export function trailingTrigger(order: OrderState): ScaledPrice | null {
  if (order.extreme === null) return null
  const value = order.trailValue ?? 0
  const distance = Math.round(order.trailType === TrailType.Ratio ? (order.extreme * value) / 100 : value * PRICE_SCALE)
  return isBuySide(order.side) ? order.extreme + distance : order.extreme - distance
}
