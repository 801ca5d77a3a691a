import type { Book, Instrument, Tick } from '../market/instrument.ts'

/**
 * The market interface of the accounts. `tradingMarketOf` implements it with the simulated exchanges; tests pass in a
 * scripted market. Prices are plain numbers on the tick grid, times are Unix ms.
 */
export interface TradingMarket {
  /** `market` is a `Qot_Common.QotMarket`. */
  instrument(market: number, code: string): Instrument | null
  /**
   * The contract that an order for this code trades at that time: the month behind `HSImain`, `HSIcurrent` and `HSInext`.
   * Any other instrument is itself.
   */
  contractBehind(instrument: Instrument, nowMs: number): Instrument
  /** Distance from `price` to the next higher valid price. */
  tickSize(instrument: Instrument, price: number): number
  isOnTick(instrument: Instrument, price: number): boolean
  /** Today's price limits; null if the exchange has no limits. */
  priceBand(instrument: Instrument, nowMs: number): { readonly low: number; readonly high: number } | null
  tradingState(instrument: Instrument, nowMs: number): SessionState
  /** Price of the last print of the regular session at or before `nowMs`; 0 before the first print. */
  lastPrice(instrument: Instrument, nowMs: number): number
  book(instrument: Instrument, nowMs: number): Book
  /** Prints of all sessions with `fromMs < timeMs <= toMs`, oldest first. The span is at most a minute. */
  ticksBetween(instrument: Instrument, fromMs: number, toMs: number): readonly Tick[]
  /** Ends of the contract's trading days with `fromMs < end <= toMs`, oldest first: when futures settle. */
  dayEnds(instrument: Instrument, fromMs: number, toMs: number): readonly number[]
  /** When an option, a futures month or a warrant stops trading; null for a security that does not expire. */
  expiryMs(instrument: Instrument): number | null
}

export interface SessionState {
  /** True while the regular session trades. */
  readonly isOpen: boolean
  /** `Qot_Common.QotMarketState`. */
  readonly marketState: number
  /** `YYYY-MM-DD` of the latest trading day of which a session has begun. */
  readonly tradingDate: string
}
