/**
 * The limits on the orders of one key, as plain data. Null means the key has no such limit. A list that is there and
 * empty allows nothing: a whitelist that could not be resolved must close, not open.
 */
export interface KeyLimits {
  /** Account ids. */
  readonly allowedAccIds: readonly bigint[] | null
  /** Names as in `marketName`: HK, US, CN, HKCC, FUTURES, SG, AU, JP, MY, CA. */
  readonly allowedMarkets: readonly string[] | null
  /** `HK.00700`, exactly so. */
  readonly allowedSymbols: readonly string[] | null
  /** BUY, SELL, SELL_SHORT, BUY_BACK. */
  readonly allowedTrdSides: readonly string[] | null
  /** Most an order may be worth. */
  readonly maxOrderValue: ValueLimit | null
  /** Most the orders of one day may be worth together. */
  readonly maxDailyValue: ValueLimit | null
  /** `HH:MM-HH:MM`: start included, end excluded, on the clocks of `timeZone`; may cross midnight. */
  readonly hoursWindow: string | null
  /** IANA name of the zone whose clocks say when a day starts and when the hours run; null for UTC. */
  readonly timeZone: string | null
  /** Most orders in any 60 seconds. */
  readonly maxOrdersPerMinute: number | null
  /** What an order without a price is valued at above the last known price, in per cent; null for the default. */
  readonly marketPriceBandPercent: number | null
}

/**
 * An amount for each currency, or a table by the schema's currency names (`{"HKD": 100000, "USD": 10000}`). A
 * currency that a table does not name may not be traded at all.
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
