import type { Book, Instrument, Tick } from '../market/instrument.ts'

/**
 * What the accounts need to know of the market. `Market` satisfies it; tests hand in a scripted one. Prices are
 * plain numbers on the tick grid, times are Unix ms.
 */
export interface TradingMarket {
  /** `market` is a `Qot_Common.QotMarket`. */
  instrument(market: number, code: string): Instrument | null
  /** Distance from `price` to the next higher valid price. */
  tickSize(instrument: Instrument, price: number): number
  isOnTick(instrument: Instrument, price: number): boolean
  /** Today's price limits; null where the exchange has none. */
  priceBand(instrument: Instrument, nowMs: number): { readonly low: number; readonly high: number } | null
  tradingState(instrument: Instrument, nowMs: number): SessionState
  /** Price of the last print at or before `nowMs`. */
  lastPrice(instrument: Instrument, nowMs: number): number
  book(instrument: Instrument, nowMs: number): Book
  /** Prints with `fromMs < timeMs <= toMs`, oldest first. */
  ticksBetween(instrument: Instrument, fromMs: number, toMs: number): readonly Tick[]
}

export interface SessionState {
  /** True while the regular session trades. */
  readonly isOpen: boolean
  /** `Qot_Common.QotMarketState`. */
  readonly marketState: number
  /** `YYYY-MM-DD` of the trading day that is running, or else of the last one. */
  readonly tradingDate: string
}
