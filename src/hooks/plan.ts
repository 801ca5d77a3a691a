import type { Alert, AlertAction, AlertOrderType, AlertSize, AlertTimeInForce } from './alert.ts'
import type { Exits } from '../orders/exits/exit-price.ts'
import { NO_EXITS } from './alert.ts'
import { type PriceGrid, priceTowards, wholeLots } from './rounding.ts'

/** What an order of an alert depends on, as OpenD told it a moment before. */
export interface MarketView {
  /** Shares or contracts held, below 0 for a short position. */
  readonly position: number
  /** Ids of the open orders of the security that this gateway placed or OpenD lists. */
  readonly openOrderIds: readonly string[]
  /** The latest price; null when there is none. */
  readonly lastPrice: number | null
  /** Net assets of the account in the currency of the security; null when OpenD does not tell. */
  readonly equity: number | null
  readonly lotSize: number
  /** Units of the underlying in one contract; 1 for shares, null when it is not known. */
  readonly contractMultiplier: number | null
  readonly grid: PriceGrid
}

/** The settings of a hook that shape its orders. */
export interface OrderSettings {
  readonly size: AlertSize | null
  readonly orderType: AlertOrderType
  readonly limitOffsetPercent: number
  readonly timeInForce: AlertTimeInForce
  readonly isExtendedHours: boolean
  readonly exits: Exits
  readonly overrides: ReadonlySet<'size' | 'order_type' | 'time_in_force' | 'extended_hours' | 'exits'>
  readonly follow: 'orders' | 'position'
}

/** An order of an alert, with lots and price steps respected. */
export interface PlannedOrder {
  readonly side: 'buy' | 'sell'
  readonly quantity: number
  readonly orderType: AlertOrderType
  readonly limitPrice: number | null
  readonly stopPrice: number | null
  readonly timeInForce: AlertTimeInForce
  readonly isExtendedHours: boolean
  readonly exits: Exits
  /** What was rounded and how, for the log of deliveries. */
  readonly notes: readonly string[]
}

/** What an alert leads to now. */
export type Plan =
  /** `plansAgain`: the order only closes the position; the rest is planned when that is done. */
  | { readonly kind: 'order'; readonly order: PlannedOrder; readonly plansAgain: boolean }
  | { readonly kind: 'cancel'; readonly orderIds: readonly string[] }
  /** The position is already where it shall be. */
  | { readonly kind: 'nothing'; readonly reason: string }
  /** `path` is the field of the alert or of the hook, `expected` completes "expected ...". */
  | { readonly kind: 'refused'; readonly path: string; readonly expected: string }

/** A signed change of a position, and whether it only reduces the position. */
interface Change {
  readonly by: number
  readonly reduces: boolean
  readonly plansAgain: boolean
}

/**
 * Decides what an alert leads to, given the position and the market. Sizes are rounded down to whole lots and prices to
 * the price grid, both towards less risk: a buy never pays more than it may, a sell never gets less. A position changes
 * its side in two orders, each of them planned from the position of its moment: the first only closes.
 */
export function planOrder(alert: Alert, settings: OrderSettings, market: MarketView): Plan {
  const forbidden = forbiddenField(alert, settings)
  if (forbidden !== null) return refused(forbidden, 'nothing: the hook fixes this, and may_override does not list it')
  const action = actionOf(alert, settings)
  if (action === 'cancel') {
    if (market.openOrderIds.length === 0) return { kind: 'nothing', reason: 'there is no open order to cancel' }
    return { kind: 'cancel', orderIds: market.openOrderIds }
  }
  const change = changeOf(alert, action, settings, market)
  if ('kind' in change) return change
  return orderOf(alert, settings, market, change)
}

function actionOf(alert: Alert, { follow }: OrderSettings): AlertAction {
  const isOrder = alert.action === 'buy' || alert.action === 'sell'
  return follow === 'position' && isOrder && alert.expectedPosition !== null ? 'target' : alert.action
}

/** The field of the alert that the hook does not let it decide; null when there is none. */
function forbiddenField(alert: Alert, { overrides, orderType, follow }: OrderSettings): string | null {
  const isSized = alert.size !== null && follow === 'orders'
  if (isSized && !overrides.has('size')) return 'size'
  const isTyped = alert.orderType !== null && alert.orderType !== orderType
  if ((isTyped || alert.limitPrice !== null || alert.stopPrice !== null) && !overrides.has('order_type')) {
    return 'order_type'
  }
  if (alert.timeInForce !== null && !overrides.has('time_in_force')) return 'time_in_force'
  if (alert.isExtendedHours !== null && !overrides.has('extended_hours')) return 'extended_hours'
  const { takeProfit, stopLoss } = alert.exits
  if ((takeProfit !== null || stopLoss !== null) && !overrides.has('exits')) return 'exits'
  return null
}

function changeOf(
  alert: Alert,
  action: Exclude<AlertAction, 'cancel'>,
  settings: OrderSettings,
  market: MarketView,
): Change | Plan {
  const { position } = market
  switch (action) {
    case 'close':
      return closing(position, alert.size, market)
    case 'reverse': {
      if (position === 0) return { kind: 'nothing', reason: 'there is no position to reverse' }
      return { by: -position, reduces: true, plansAgain: true }
    }
    case 'target': {
      const target = alert.target ?? alert.expectedPosition
      if (target === null) return refused('target_position', 'the position to reach')
      return towards(position, target)
    }
    case 'buy':
    case 'sell': {
      const sign = action === 'buy' ? 1 : -1
      const quantity = quantityOf(alert.size ?? settings.size, market)
      if (typeof quantity !== 'number') return quantity
      const isReducing = Math.sign(position) === -sign && quantity <= Math.abs(position)
      return { by: sign * quantity, reduces: isReducing, plansAgain: false }
    }
  }
}

/** Closes the position, or the part of it that a size in per cent names. */
function closing(position: number, size: AlertSize | null, market: MarketView): Change | Plan {
  if (position === 0) return { kind: 'nothing', reason: 'there is no position to close' }
  if (size === null) return { by: -position, reduces: true, plansAgain: false }
  const quantity = quantityOf(size, market)
  if (typeof quantity !== 'number') return quantity
  return { by: -Math.sign(position) * Math.min(quantity, Math.abs(position)), reduces: true, plansAgain: false }
}

/** A change of side first closes, so that no order is larger than the position it ends. */
function towards(position: number, target: number): Change | Plan {
  const crosses = Math.sign(position) * Math.sign(target) === -1
  if (crosses) return { by: -position, reduces: true, plansAgain: true }
  if (position === target) return { kind: 'nothing', reason: `the position is ${position} already` }
  return { by: target - position, reduces: Math.abs(target) < Math.abs(position), plansAgain: false }
}

/** The shares or contracts of a size, not rounded yet. */
function quantityOf(size: AlertSize | null, market: MarketView): number | Plan {
  if (size === null) return refused('size', 'a size in the alert, or one of the hook')
  const { lastPrice, equity, position, contractMultiplier } = market
  switch (size.kind) {
    case 'quantity':
      return size.amount
    case 'percent_of_position':
      if (position === 0) return refused('size', 'a position, of which the size is a part')
      return (Math.abs(position) * size.amount) / 100
    case 'value':
      if (lastPrice === null) return refused('size', 'a last price of the security, which the size needs')
      if (contractMultiplier === null) return refused('size', NO_MULTIPLIER)
      return size.amount / (lastPrice * contractMultiplier)
    case 'percent_of_equity':
      if (lastPrice === null) return refused('size', 'a last price of the security, which the size needs')
      if (contractMultiplier === null) return refused('size', NO_MULTIPLIER)
      if (equity === null) return refused('size', "the account's net assets in the currency of the security")
      return (Math.max(0, equity) * size.amount) / 100 / (lastPrice * contractMultiplier)
  }
}

function orderOf(alert: Alert, settings: OrderSettings, market: MarketView, change: Change): Plan {
  const side = change.by > 0 ? 'buy' : 'sell'
  const wanted = Math.abs(change.by)
  const quantity = wholeLots(wanted, market.lotSize)
  if (quantity === 0) return refused('size', `at least one lot of ${market.lotSize}: the size comes to ${wanted}`)
  const orderType = alert.orderType ?? settings.orderType
  const limit = limitPriceOf(alert, settings, market, orderType, side)
  if (typeof limit === 'object' && limit !== null) return limit
  const isStop = orderType === 'stop' || orderType === 'stop_limit'
  if (isStop && alert.stopPrice === null) return refused('stop_price', 'the price that triggers the order')
  if (!isStop && alert.stopPrice !== null) return refused('stop_price', 'nothing unless the order type has a stop')
  const stopPrice = alert.stopPrice === null ? null : priceTowards(alert.stopPrice, market.grid, side)
  const lots = quantity === wanted ? [] : [`${wanted} rounded down to ${quantity}, lots of ${market.lotSize}`]
  const prices = [
    ...priceNote('limit price', alert.limitPrice, limit),
    ...priceNote('stop price', alert.stopPrice, stopPrice),
  ]
  const exits = alert.exits.takeProfit === null && alert.exits.stopLoss === null ? settings.exits : alert.exits
  return {
    kind: 'order',
    plansAgain: change.plansAgain,
    order: {
      side,
      quantity,
      orderType,
      limitPrice: limit,
      stopPrice,
      timeInForce: alert.timeInForce ?? settings.timeInForce,
      isExtendedHours: alert.isExtendedHours ?? settings.isExtendedHours,
      // What ends a position needs no exits.
      exits: change.reduces ? NO_EXITS : exits,
      notes: [...lots, ...prices],
    },
  }
}

function limitPriceOf(
  { limitPrice }: Alert,
  { limitOffsetPercent }: OrderSettings,
  { lastPrice, grid }: MarketView,
  orderType: AlertOrderType,
  side: 'buy' | 'sell',
): number | null | Plan {
  const isLimit = orderType === 'limit' || orderType === 'stop_limit'
  if (!isLimit) return limitPrice === null ? null : refused('price', `nothing for an order of type ${orderType}`)
  if (limitPrice !== null) return priceTowards(limitPrice, grid, side)
  if (orderType === 'stop_limit') return refused('price', 'the limit price of the order')
  if (lastPrice === null) return refused('price', 'a limit price, or a last price of the security to take it from')
  const worse = side === 'buy' ? 1 + limitOffsetPercent / 100 : 1 - limitOffsetPercent / 100
  return priceTowards(lastPrice * worse, grid, side)
}

function priceNote(what: string, given: number | null, used: number | null): readonly string[] {
  return given === null || used === null || given === used ? [] : [`${what} ${given} rounded to ${used}`]
}

const NO_MULTIPLIER = 'a number of contracts: the value of one contract of this future is not known here'

function refused(path: string, expected: string): Plan {
  return { kind: 'refused', path, expected }
}
