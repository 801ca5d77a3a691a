import { OrderType, TrailType } from '../../../proto/enums.ts'
import type { Refusal } from '../handler.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountProfile, OrderState } from './account-state.ts'
import { checkFraction } from './fractional-shares.ts'
import { priceOf, scaledPriceOf } from './money.ts'
import type { ScaledPrice } from './money.ts'
import { ruleOf } from './order-rules.ts'
import { snapToGrid } from './price-grid.ts'
import { refusals } from './refusals.ts'
import type { TradingMarket } from './trading-market.ts'

/** The terms of an order as a client sends them to place or modify it. */
export interface RequestedTerms {
  readonly orderType: number
  readonly qty: number
  readonly price: number | null
  readonly auxPrice: number | null
  readonly trailType: number | null
  readonly trailValue: number | null
  readonly trailSpread: number | null
  /** Adjusts a price that is off the grid to a valid one: up if the limit is positive, down if negative. */
  readonly adjustPrice: boolean
  /** Largest adjustment, as a share of the price (0.0015). */
  readonly adjustSideAndLimit: number
}

/** The members of an order that derive from these terms. */
export type OrderTerms = Pick<OrderState, 'qty' | 'price' | 'auxPrice' | 'trailType' | 'trailValue' | 'trailSpread'>

/**
 * Largest price x quantity of one order, in currency units. Sums of scaled price x quantity are safe integers up to
 * nine times this value. The exchanges' own limits are far lower.
 */
const MAX_ORDER_AMOUNT = 1_000_000_000

/** Checks the terms of an order against its type, the security and the account. */
export function checkTerms(
  market: TradingMarket,
  profile: AccountProfile,
  instrument: Instrument,
  requested: RequestedTerms,
  nowMs: number,
): OrderTerms | Refusal {
  const rule = ruleOf(requested.orderType)
  const badQty = checkFraction(profile, instrument, requested.orderType, requested.qty)
  if (badQty !== null) return badQty
  if (Number.isInteger(requested.qty) && requested.qty % instrument.lotSize !== 0)
    return refusals.lotSize(instrument.lotSize)

  const price = rule.needsPrice ? checkPrice(market, instrument, requested, nowMs) : null
  if (isRefusal(price)) return price
  const auxPrice = rule.needsAuxPrice ? checkAuxPrice(market, instrument, requested) : null
  if (isRefusal(auxPrice)) return auxPrice

  const reference = price ?? auxPrice ?? scaledPriceOf(market.lastPrice(instrument, nowMs))
  if (priceOf(reference) * requested.qty > MAX_ORDER_AMOUNT) return refusals.amountTooLarge()

  if (!rule.isTrailing)
    return { qty: requested.qty, price, auxPrice, trailType: null, trailValue: null, trailSpread: null }
  const { trailType, trailValue, trailSpread } = requested
  if (trailValue === null || !(trailValue > 0) || !Number.isFinite(trailValue)) return refusals.badTrail()
  if (trailType === TrailType.Ratio ? trailValue >= 100 : trailType !== TrailType.Amount) return refusals.badTrail()
  const hasSpread = requested.orderType === OrderType.TrailingStopLimit
  if (hasSpread && (trailSpread === null || !(trailSpread >= 0))) return refusals.badTrailSpread()
  return { qty: requested.qty, price, auxPrice, trailType, trailValue, trailSpread: hasSpread ? trailSpread : null }
}

function checkPrice(
  market: TradingMarket,
  instrument: Instrument,
  requested: RequestedTerms,
  nowMs: number,
): ScaledPrice | Refusal {
  const { price } = requested
  if (price === null || !(price > 0) || !Number.isFinite(price)) return refusals.missingPrice()
  const valid = onGrid(market, instrument, price, requested)
  if (isRefusal(valid)) return valid
  const band = market.priceBand(instrument, nowMs)
  if (band === null || (valid >= scaledPriceOf(band.low) && valid <= scaledPriceOf(band.high))) return valid
  return refusals.priceBand(band.low, band.high)
}

function checkAuxPrice(
  market: TradingMarket,
  instrument: Instrument,
  requested: RequestedTerms,
): ScaledPrice | Refusal {
  const { auxPrice } = requested
  if (auxPrice === null || !(auxPrice > 0) || !Number.isFinite(auxPrice)) return refusals.missingAuxPrice()
  return onGrid(market, instrument, auxPrice, requested)
}

/** The price if it is valid, else the next valid price if the client allows it and it is near enough. */
function onGrid(
  market: TradingMarket,
  instrument: Instrument,
  price: number,
  requested: RequestedTerms,
): ScaledPrice | Refusal {
  if (market.isOnTick(instrument, price)) return scaledPriceOf(price)
  if (!requested.adjustPrice) return refusals.tickSize(market.tickSize(instrument, price))
  const adjusted = snapToGrid(market, instrument, price, requested.adjustSideAndLimit > 0)
  const distance = Math.abs(priceOf(adjusted) - price) / price
  return adjusted > 0 && distance <= Math.abs(requested.adjustSideAndLimit) ? adjusted : refusals.adjustTooFar()
}

function isRefusal(value: ScaledPrice | Refusal | null): value is Refusal {
  return value !== null && typeof value === 'object'
}
