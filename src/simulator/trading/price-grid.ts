import type { Instrument } from '../market/instrument.ts'
import { priceOf, scaleCents, scaledPriceOf } from './money.ts'
import type { ScaledPrice } from './money.ts'
import type { TradingMarket } from './trading-market.ts'

/** How far, in per cent, an order without a limit may trade away from the price it met: it must not sweep an empty book. */
const PROTECTION_PERCENT = 5

/** The nearest valid price that is not above `price`, or with `upwards` not below it. */
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
 * The limit behind an order without one: some per cent beyond the price it meets, inside the day's price band, on the
 * grid. Money is set aside at this price, so such an order cannot overdraw an account either.
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
  // Towards the reference, so that the band and the percentage still hold; but never nearer than the reference.
  const snapped = snapToGrid(market, instrument, inBand, !isBuy)
  return isBuy ? Math.max(snapped, reference) : Math.min(snapped, reference)
}

/** The limit an order without one gets when it meets the market now: measured from the best price on the other side. */
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
