import { OrderStatus, OrderType, TrdSide } from '../../../proto/enums.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountState, OrderState } from './account-state.ts'
import { heldQty, reportedSide } from './buying-power.ts'
import { checkBacking } from './place-order.ts'
import { PRICE_SCALE, priceOf } from './money.ts'
import type { ScaledPrice } from './money.ts'
import { moveTo, sendToExchange } from './order-life.ts'
import type { TradingFloor } from './order-life.ts'
import { ruleOf } from './order-rules.ts'
import { protectionPrice, snapToGrid } from './price-grid.ts'
import { isBuySide } from './requirement.ts'

/**
 * Activates a conditional order whose condition was met at `price`, and sends it. It may need more money than when it
 * was placed (a trailing order, a moved market), so its backing is checked again. If the backing is insufficient, the
 * order fails with the reason.
 */
export function activate(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  instrument: Instrument,
  price: ScaledPrice,
  nowMs: number,
): void {
  // The position may have changed since the order was placed: a stop of a bracket waits for its entry to fill.
  const closesLong = order.side === TrdSide.SellShort && heldQty(account, instrument) > 0
  order.side = closesLong ? TrdSide.Sell : reportedSide(account, instrument, order.side)
  order.limit = limitWhenMet(floor, order, instrument, price, nowMs)
  const refusal = checkBacking(floor, account, instrument, order, nowMs, order)
  if (refusal === null) sendToExchange(floor, account, order, instrument, nowMs)
  else moveTo(floor, account, order, OrderStatus.Failed, nowMs, refusal.refusal.retMsg)
}

function limitWhenMet(
  floor: TradingFloor,
  order: OrderState,
  instrument: Instrument,
  price: ScaledPrice,
  nowMs: number,
): ScaledPrice {
  const isBuy = isBuySide(order.side)
  if (order.orderType === OrderType.TrailingStopLimit) {
    const spread = Math.round((order.trailSpread ?? 0) * PRICE_SCALE)
    const limit = isBuy ? price + spread : Math.max(0, price - spread)
    return snapToGrid(floor.market, instrument, priceOf(limit), !isBuy)
  }
  if (order.price !== null && !ruleOf(order.orderType).isAtMarket) return order.price
  return protectionPrice(floor.market, instrument, price, isBuy, nowMs)
}
