/** The kinds of security the simulator lists, by the schema's `Qot_Common.SecurityType` numbers. */
export type InstrumentKind = 'stock' | 'etf' | 'index' | 'future' | 'option' | 'warrant'

/** Facts about one listed security that do not change while the simulator runs. */
export interface Instrument {
  /** `Qot_Common.QotMarket`: 1 HK, 11 US, 21 SH, 22 SZ. */
  readonly market: number
  /** Exchange code without market prefix (`00700`, `AAPL`). */
  readonly code: string
  readonly name: string
  readonly kind: InstrumentKind
  /** Smallest tradable quantity; orders are multiples of it. */
  readonly lotSize: number
  /** `Trd_Common.Currency` of its prices: 1 HKD, 2 USD, 3 CNH. */
  readonly currency: number
  /** Money per point and contract; 1 for cash securities. */
  readonly contractMultiplier: number
  /** Code of the underlying in the same market; null without an underlying. */
  readonly underlyingCode: string | null
}

/** One price level of an order book. */
export interface BookLevel {
  readonly price: number
  /** Shares or contracts. */
  readonly volume: number
  readonly orderCount: number
}

export interface Book {
  /** Best first. Every bid is below every ask, all on the tick grid. */
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/** One print on the tape. */
export interface Tick {
  readonly timeMs: number
  readonly price: number
  readonly volume: number
  /** 1 buyer initiated, 2 seller initiated, 3 neutral (`Qot_Common.TickerDirection`). */
  readonly direction: number
  readonly sequence: bigint
}
