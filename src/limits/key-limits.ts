/**
 * The limits on the orders of one key, as plain data. Null means that the key has no such limit. An empty list allows
 * no order, so that an allowlist that could not be resolved fails closed.
 */
export interface KeyLimits {
  /** Account ids. */
  readonly allowedAccIds: readonly bigint[] | null
  /** Names as in `marketName`: HK, US, CN, HKCC, FUTURES, SG, AU, JP, MY, CA. */
  readonly allowedMarkets: readonly string[] | null
  /** Symbols in the form `HK.00700`. They are compared exactly. */
  readonly allowedSymbols: readonly string[] | null
  /** BUY, SELL, SELL_SHORT, BUY_BACK. */
  readonly allowedTrdSides: readonly string[] | null
  /** The highest value of one order. */
  readonly maxOrderValue: ValueLimit | null
  /** The highest total value of the orders of one day. */
  readonly maxDailyValue: ValueLimit | null
  /** `HH:MM-HH:MM`: start included, end excluded, on the clocks of `timeZone`; may cross midnight. */
  readonly hoursWindow: string | null
  /** IANA name of the time zone of the day and the hours; null for UTC. */
  readonly timeZone: string | null
  /** Most orders in any 60 seconds. */
  readonly maxOrdersPerMinute: number | null
  /** The margin above the last known price at which an order without a price is valued, in per cent; null: default. */
  readonly marketPriceBandPercent: number | null
}

/**
 * One amount that applies to every currency, or a table by the schema's currency names (`{"HKD": 100000, "USD":
 * 10000}`). With a table, orders in other currencies are refused.
 */
export type ValueLimit = number | Readonly<Record<string, number>>

/** A key without limits. */
export const NO_LIMITS: KeyLimits = {
  allowedAccIds: null,
  allowedMarkets: null,
  allowedSymbols: null,
  allowedTrdSides: null,
  maxOrderValue: null,
  maxDailyValue: null,
  hoursWindow: null,
  timeZone: null,
  maxOrdersPerMinute: null,
  marketPriceBandPercent: null,
}
