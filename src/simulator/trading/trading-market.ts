import type { Book, Instrument, Tick } from '../market/instrument.ts'

/**
 * What the accounts need to know of the market: `tradingMarketOf` shows the simulated exchanges this way, tests hand
 * in a scripted one. Prices are plain numbers on the tick grid, times are Unix ms.
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
  /** Price of the last print of the regular session at or before `nowMs`; 0 before the first one ever. */
  lastPrice(instrument: Instrument, nowMs: number): number
  book(instrument: Instrument, nowMs: number): Book
  /** Prints of all sessions with `fromMs < timeMs <= toMs`, oldest first. Asked for a minute at most. */
  ticksBetween(instrument: Instrument, fromMs: number, toMs: number): readonly Tick[]
  /** When an option, a futures month or a warrant stops trading for good; null for what does not expire. */
  expiryMs(instrument: Instrument): number | null
}

export interface SessionState {
  /** True while the regular session trades. */
  readonly isOpen: boolean
  /** `Qot_Common.QotMarketState`. */
  readonly marketState: number
  /** `YYYY-MM-DD` of the trading day whose regular session has begun last. */
  readonly tradingDate: string
}
