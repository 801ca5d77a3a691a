import type { Instrument } from './instrument.ts'
import type { PriceLadder } from './price-ladder.ts'
import type { SessionPlan } from './session-plan.ts'

/** The price process of a security that does not follow another security. */
export interface PriceProcess {
  /** Name of the daily path. An index and its futures share a path, so their closes have a fixed ratio. */
  readonly path: string
  /** Typical price around 1 January 2026, on that day's share basis. */
  readonly referencePrice: number
  /** Mean yearly growth of the price up to 2026, as a fraction. Later prices have no trend. */
  readonly yearlyGrowth: number
  /** Typical daily move as a fraction. At most 0.02 if the exchange limits daily moves to 10 %. */
  readonly dailyVolatility: number
  /** Shares or contracts per day. At least eight lots for every minute of the session. */
  readonly averageVolume: number
  /** Mean prints per minute, at most 600 (ten per second). */
  readonly ticksPerMinute: number
}

/** A fund on an index, or an index with a fund: its price is the price of the other, scaled. */
export interface Following {
  /** Code of the other security, in the same market. */
  readonly code: string
  readonly ratio: number
  /** Shares per day. */
  readonly averageVolume: number
}

/** Data of a company or fund other than its price. */
export interface Fundamentals {
  readonly issuedShares: number
  /** Earnings per share of the last twelve months, in the price's currency. */
  readonly earningsPerShare: number
  readonly netAssetPerShare: number
  /** Dividends per share of the last twelve months. */
  readonly dividendPerShare: number
  /** Industry plate by name, and concept plates by name. */
  readonly industry: string
  readonly concepts: readonly string[]
  /** Region plate by name. */
  readonly region: string
}

/** The properties of a security that do not change while it is listed. */
export interface Listing {
  readonly instrument: Instrument
  readonly plan: SessionPlan
  readonly ladder: PriceLadder
  /** `Qot_Common.SecurityType`. */
  readonly securityType: number
  /** `Qot_Common.ExchType`. */
  readonly exchange: number
  /** Epoch day of the first trading day, on which bars begin; 0 if unknown, with bars from 2000 on. */
  readonly listedOn: number
  /** Largest daily move from the reference price, as a fraction; null if the exchange has no limit. */
  readonly dailyLimit: number | null
  /** Rungs between best bid and best ask. */
  readonly spreadRungs: number
  /** Turnover is price times volume times this: the contract multiplier, or an index's divisor. */
  readonly turnoverMultiplier: number
  /** Null for a security whose price follows another. */
  readonly process: PriceProcess | null
  readonly follows: Following | null
  /** Null for a security that is not a company or fund. */
  readonly fundamentals: Fundamentals | null
  /** Name in English, for searches; absent for a security that is named by its terms. */
  readonly englishName?: string
  /** Codes of the indexes of which it is a member. */
  readonly indexes?: readonly string[]
  /** A mainland company listed in Hong Kong. */
  readonly isHShare?: boolean
}
