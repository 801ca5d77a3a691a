import { PositionSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { parseLocalTime } from '../../base/time/civil-date.ts'
import { utcMsOf } from '../../base/time/time-zone.ts'
import type { AccountState, PositionDay, PositionState } from './account-state.ts'
import { coverableQty, sellableQty } from './buying-power.ts'
import { dayOf } from './ledger.ts'
import { zoneOfSecMarket } from './market-time.ts'
import { PRICE_SCALE, amountOf, priceOf, scaledPriceOf, valueOf } from './money.ts'
import type { Cents } from './money.ts'
import { roundQty } from './quantity.ts'
import type { TradingFloor } from './order-life.ts'
import { valuePosition } from './valuation.ts'

/**
 * A position as in OpenD's lists. A short position has a negative quantity and value. As in OpenD, the cost of
 * securities is the diluted cost (cost per share less realised profits), and that of futures the average cost.
 */
export function positionView(
  floor: TradingFloor,
  account: AccountState,
  position: PositionState,
  nowMs: number,
): MessageTypes['Trd_Common.Position'] {
  const valued = valuePosition(floor.market, position, nowMs)
  const averageCost = perUnit(position.cost, position)
  const dilutedCost = perUnit(position.cost - position.realised, position)
  const total = valued.unrealised + position.realised
  const day = today(floor, position, nowMs)
  return {
    positionID: BigInt(position.positionId),
    positionSide: position.qty < 0 ? PositionSide.Short : PositionSide.Long,
    code: position.code,
    name: position.name,
    qty: position.qty,
    canSellQty: closableQty(floor, account, position, nowMs),
    price: priceOf(valued.price),
    costPrice: position.isCashSettled ? dilutedCost : averageCost,
    val: amountOf(valued.marketValue),
    plVal: amountOf(position.isCashSettled ? total : valued.unrealised),
    plRatio: plRatioOf(floor, position, nowMs) ?? undefined,
    secMarket: position.secMarket,
    td_plVal: amountOf(todayProfit(floor, position, day, valued.marketValue)),
    td_trdVal: amountOf(day.buyValue + day.sellValue),
    td_buyVal: amountOf(day.buyValue),
    td_buyQty: day.buyQty,
    td_sellVal: amountOf(day.sellValue),
    td_sellQty: day.sellQty,
    unrealizedPL: amountOf(valued.unrealised),
    realizedPL: amountOf(position.realised),
    currency: position.currency,
    trdMarket: position.trdMarket,
    dilutedCostPrice: dilutedCost,
    averageCostPrice: averageCost,
    averagePlRatio: ratio(valued.unrealised, position.cost) ?? undefined,
    accID: BigInt(account.profile.accId),
  }
}

/**
 * Profit as a fraction of the displayed cost (0.05 for 5 %); null for a flat position. The list's ratio filter uses it.
 *
 * The schema's comment says per cent for this member, `averagePlRatio` and the filter. The official Python client
 * multiplies both members by 100 and divides its filter by 100, and the example of an official JavaScript wrapper asks
 * for 0.1 to mean 10 %. Clients in use decide, so all of them are fractions on the wire.
 */
export function plRatioOf(floor: TradingFloor, position: PositionState, nowMs: number): number | null {
  const { unrealised } = valuePosition(floor.market, position, nowMs)
  if (!position.isCashSettled) return ratio(unrealised, position.cost)
  return ratio(unrealised + position.realised, position.cost - position.realised)
}

function closableQty(floor: TradingFloor, account: AccountState, position: PositionState, nowMs: number): number {
  const instrument = floor.market.instrument(position.market, position.code)
  if (instrument === null) return 0
  return position.qty < 0 ? coverableQty(account, instrument) : sellableQty(account, instrument, nowMs)
}

function perUnit(cost: Cents, position: PositionState): number {
  if (position.qty === 0) return 0
  const price = amountOf(cost) / (position.qty * position.contractMultiplier)
  return Math.round(price * PRICE_SCALE) / PRICE_SCALE
}

function ratio(profit: Cents, cost: Cents): number | null {
  return cost === 0 ? null : Math.round((profit / Math.abs(cost)) * 1_000_000) / 1_000_000
}

function today(floor: TradingFloor, position: PositionState, nowMs: number): PositionDay {
  const instrument = floor.market.instrument(position.market, position.code)
  return instrument === null
    ? position.today
    : dayOf(position, floor.market.tradingState(instrument, nowMs).tradingDate)
}

/** Profit of the trading day: current value plus sales, less the value at yesterday's close and purchases. */
function todayProfit(floor: TradingFloor, position: PositionState, day: PositionDay, marketValue: Cents): Cents {
  const instrument = floor.market.instrument(position.market, position.code)
  const date = parseLocalTime(day.date)
  if (instrument === null || date === null) return 0
  const openingQty = roundQty(position.qty - day.buyQty + day.sellQty)
  const midnightMs = utcMsOf(zoneOfSecMarket(position.secMarket), date.epochDay, 0)
  const lastClose = scaledPriceOf(floor.market.lastPrice(instrument, midnightMs))
  return marketValue + day.sellValue - valueOf(lastClose * openingQty, position.contractMultiplier) - day.buyValue
}
