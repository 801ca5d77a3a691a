import type { Instrument } from './instrument.ts'
import type { PriceLadder } from './price-ladder.ts'
import type { SessionPlan } from './session-plan.ts'

/** How the price of a security moves that follows no other security. */
export interface PriceProcess {
  /** Name of the daily path. An index and its futures have one path, so they close in a fixed ratio every day. */
  readonly path: string
  /** Typical price around 1 January 2026, on that day's share basis. */
  readonly referencePrice: number
  /** Mean growth of the price a year, as a fraction, up to 2026; later prices only fluctuate. */
  readonly yearlyGrowth: number
  /** Typical daily move as a fraction. At most 0.02 where the exchange limits the day to 10 %. */
  readonly dailyVolatility: number
  /** Shares or contracts a day. At least eight lots for every minute of the session. */
  readonly averageVolume: number
  /** Mean prints a minute, at most 600 (ten a second). */
  readonly ticksPerMinute: number
}

/** A fund that holds an index, or an index that a fund holds: its price is the other's, scaled. */
export interface Following {
  /** Code of the other security, in the same market. */
  readonly code: string
  readonly ratio: number
  /** Shares a day. */
  readonly averageVolume: number
}

/** What is known of a company or fund besides its price. */
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

/** A security as the exchange lists it: what never changes while it is listed. */
export interface Listing {
  readonly instrument: Instrument
  readonly plan: SessionPlan
  readonly ladder: PriceLadder
  /** `Qot_Common.SecurityType`. */
  readonly securityType: number
  /** `Qot_Common.ExchType`. */
  readonly exchange: number
  /** Epoch day of the first trading day; bars begin there. */
  readonly listedOn: number
  /** Largest move from the reference price in a day, as a fraction; null where the exchange has no limit. */
  readonly dailyLimit: number | null
  /** Rungs between best bid and best ask. */
  readonly spreadRungs: number
  /** Turnover is price times volume times this: the contract multiplier, or an index's divisor. */
  readonly turnoverMultiplier: number
  /** Null for a security whose price follows another one. */
  readonly process: PriceProcess | null
  readonly follows: Following | null
  /** Null for what is no company and no fund. */
  readonly fundamentals: Fundamentals | null
}
