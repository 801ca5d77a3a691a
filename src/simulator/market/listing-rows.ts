import { Currency, ExchType, QotMarket, SecurityType } from '../../../proto/enums.ts'
import { parseLocalTime } from '../../base/time/civil-date.ts'
import type { InstrumentKind } from './instrument.ts'
import type { Listing, PriceProcess } from './listing.ts'
import type { PriceLadder } from './price-ladder.ts'
import { CN_SECURITIES, HK_SECURITIES, US_REGULAR_ONLY, US_SECURITIES, type SessionPlan } from './session-plan.ts'
import { CENT_LADDER, HK_EQUITY_LADDER, HK_FUND_LADDER, MILL_LADDER, US_EQUITY_LADDER } from './tick-tables.ts'

/** One row of the list of securities: the values that differ between securities of one market and kind. */
export interface ListingRow {
  readonly code: string
  /** In Chinese, as OpenD names securities by default. */
  readonly name: string
  readonly english: string
  readonly kind: 'stock' | 'etf' | 'index'
  readonly lotSize: number
  readonly price: number
  /** Percent per year. */
  readonly growthPercent: number
  /** Percent per day. */
  readonly volatilityPercent: number
  /** Millions of shares per day. */
  readonly volumeMillions: number
  readonly ticksPerMinute: number
  /** `YYYY-MM-DD`; empty if not known for certain. */
  readonly listed: string
  /** Codes of the indexes that contain the security, without the market. */
  readonly indexes: readonly string[]
  /** A mainland company listed in Hong Kong. */
  readonly isHShare: boolean
  /** Code of the index or fund in the same market that its price follows, and its price as a fraction of that. */
  readonly follows?: readonly [code: string, ratio: number]
  readonly exchange?: number
  /** Percent; only if it differs from the market's usual limit. */
  readonly limitPercent?: number
  /** Billions of shares. */
  readonly sharesBillions: number
  /** Earnings, book value and dividends of a year, per share. */
  readonly earnings: number
  readonly bookValue: number
  readonly dividend: number
  readonly industry: string
  readonly concepts: readonly string[]
  readonly region: string
}

/** The values that all cash securities of one market share. */
export interface MarketRules {
  readonly market: number
  readonly currency: number
  readonly exchange: number
  readonly plan: SessionPlan
  readonly indexPlan: SessionPlan
  readonly stockLadder: PriceLadder
  readonly fundLadder: PriceLadder
  readonly dailyLimit: number | null
  /** Start of the codes with a wider limit: the ChiNext and STAR boards. */
  readonly wideLimit: RegExp | null
  /** Board of these codes, if it is not the market's usual exchange. */
  readonly board: { readonly codes: RegExp; readonly exchange: number } | null
}

const WIDE_LIMIT = 0.2

/** Cash securities of HKEX. */
export const HK_RULES: MarketRules = {
  market: QotMarket.HK_Security,
  currency: Currency.HKD,
  exchange: ExchType.HK_MainBoard,
  plan: HK_SECURITIES,
  indexPlan: HK_SECURITIES,
  stockLadder: HK_EQUITY_LADDER,
  fundLadder: HK_FUND_LADDER,
  dailyLimit: null,
  wideLimit: null,
  board: null,
}

/** Cash securities of the US exchanges. */
export const US_RULES: MarketRules = {
  market: QotMarket.US_Security,
  currency: Currency.USD,
  exchange: ExchType.US_Nasdaq,
  plan: US_SECURITIES,
  indexPlan: US_REGULAR_ONLY,
  stockLadder: US_EQUITY_LADDER,
  fundLadder: US_EQUITY_LADDER,
  dailyLimit: null,
  wideLimit: null,
  board: null,
}

/** Cash securities of Shanghai. */
export const SH_RULES: MarketRules = {
  market: QotMarket.CNSH_Security,
  currency: Currency.CNH,
  exchange: ExchType.CN_SH,
  plan: CN_SECURITIES,
  indexPlan: CN_SECURITIES,
  stockLadder: CENT_LADDER,
  fundLadder: MILL_LADDER,
  // Shanghai and Shenzhen trading rules: 10 %; the ChiNext and STAR boards 20 %.
  dailyLimit: 0.1,
  wideLimit: /^(688|30[01])/,
  board: { codes: /^688/, exchange: ExchType.CN_STIB },
}

/** Cash securities of Shenzhen. */
export const SZ_RULES: MarketRules = { ...SH_RULES, market: QotMarket.CNSZ_Security, exchange: ExchType.CN_SZ }

/** An index's volume counts the shares of its members; this factor scales its turnover to a realistic size. */
const INDEX_TURNOVER_DIVISOR = 0.002

const SECURITY_TYPES: Readonly<Record<ListingRow['kind'], number>> = {
  stock: SecurityType.Eqty,
  etf: SecurityType.Trust,
  index: SecurityType.Index,
}

/** The listing of one row. */
export function listingOf(rules: MarketRules, row: ListingRow): Listing {
  const isIndex = row.kind === 'index'
  const usualLimit = rules.wideLimit?.test(row.code) === true ? WIDE_LIMIT : rules.dailyLimit
  const board = rules.board?.codes.test(row.code) === true && !isIndex ? rules.board.exchange : rules.exchange
  return {
    instrument: {
      market: rules.market,
      code: row.code,
      name: row.name,
      kind: row.kind satisfies InstrumentKind,
      lotSize: row.lotSize,
      currency: rules.currency,
      contractMultiplier: 1,
      underlyingCode: null,
    },
    plan: isIndex ? rules.indexPlan : rules.plan,
    ladder: isIndex ? CENT_LADDER : row.kind === 'etf' ? rules.fundLadder : rules.stockLadder,
    securityType: SECURITY_TYPES[row.kind],
    exchange: row.exchange ?? board,
    listedOn: parseLocalTime(row.listed)?.epochDay ?? 0,
    dailyLimit: isIndex ? null : row.limitPercent === undefined ? usualLimit : row.limitPercent / 100,
    spreadRungs: 1,
    turnoverMultiplier: isIndex ? INDEX_TURNOVER_DIVISOR : 1,
    process: row.follows === undefined ? processOf(rules, row) : null,
    follows:
      row.follows === undefined
        ? null
        : { code: row.follows[0], ratio: row.follows[1], averageVolume: row.volumeMillions * 1_000_000 },
    fundamentals: isIndex
      ? null
      : {
          issuedShares: Math.round(row.sharesBillions * 1_000_000_000),
          earningsPerShare: row.earnings,
          netAssetPerShare: row.bookValue,
          dividendPerShare: row.dividend,
          industry: row.industry,
          concepts: row.concepts,
          region: row.region,
        },
    englishName: row.english,
    indexes: row.indexes,
    isHShare: row.isHShare,
  }
}

function processOf(rules: MarketRules, row: ListingRow): PriceProcess {
  return {
    path: `${rules.market}.${row.code}`,
    referencePrice: row.price,
    yearlyGrowth: row.growthPercent / 100,
    dailyVolatility: row.volatilityPercent / 100,
    averageVolume: row.volumeMillions * 1_000_000,
    ticksPerMinute: row.ticksPerMinute,
  }
}
