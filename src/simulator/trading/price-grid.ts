import type { Instrument } from '../market/instrument.ts'
import { priceOf, scaleCents, scaledPriceOf } from './money.ts'
import type { ScaledPrice } from './money.ts'
import type { TradingMarket } from './trading-market.ts'

/** Largest distance, in per cent, between the trades of an order without a limit and the price at its arrival. */
const PROTECTION_PERCENT = 5

/** The nearest valid price at or below `price`, or with `upwards` at or above it. */
export function snapToGrid(
  market: TradingMarket,
  instrument: Instrument,
  price: number,
  upwards: boolean,
): ScaledPrice {
  const scaled = scaledPriceOf(price)
  if (market.isOnTick(instrument, price)) return scaled
  const tick = Math.max(1, scaledPriceOf(market.tickSize(instrument, price)))
  const below = Math.floor(scaled / tick) * tick
  return upwards ? below + tick : below
}

/**
 * The protection limit of an order without a limit: some per cent beyond the price at its arrival, within the day's
 * price limits, on the grid. Money is reserved at this price, so such an order cannot overdraw an account.
 */
export function protectionPrice(
  market: TradingMarket,
  instrument: Instrument,
  reference: ScaledPrice,
  isBuy: boolean,
  nowMs: number,
): ScaledPrice {
  const percent = isBuy ? 100 + PROTECTION_PERCENT : 100 - PROTECTION_PERCENT
  const wanted = priceOf(scaleCents(reference, percent, 100))
  const band = market.priceBand(instrument, nowMs)
  const inBand = band === null ? wanted : Math.min(band.high, Math.max(band.low, wanted))
  // Round towards the reference, to stay within the price limits and the percentage, but never past the reference.
  const snapped = snapToGrid(market, instrument, inBand, !isBuy)
  return isBuy ? Math.max(snapped, reference) : Math.min(snapped, reference)
}

/** The current protection limit of an order without a limit, from the best price on the other side. */
export function atMarketLimit(
  market: TradingMarket,
  instrument: Instrument,
  isBuy: boolean,
  nowMs: number,
): ScaledPrice {
  const book = market.book(instrument, nowMs)
  const best = (isBuy ? book.asks : book.bids)[0]?.price ?? market.lastPrice(instrument, nowMs)
  return protectionPrice(market, instrument, scaledPriceOf(best), isBuy, nowMs)
}
