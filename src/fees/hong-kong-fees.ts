import type { FeeRule } from './fee-rule.ts'

/*
 * Hong Kong. Sources: the schedule of Futu Securities (Hong Kong) for stocks, ETFs, warrants and bonds
 * (futuhk.com/en/commissionnew, futuhk.com/en/support/topic2_293 and topic2_1336), with later changes: stamp duty 0.1 %
 * (17 November 2023), no stamp duty on REIT units (21 December 2024), and the settlement fee of the clearing house,
 * 0.0042 % without minimum or maximum (HKEX, 30 June 2025). As of November 2026.
 *
 * The plan is the default one with a fixed platform fee. The commission is charged in full although a promotion waives
 * it for most accounts, because OpenD does not report which accounts have the promotion.
 */

const SECURITIES: readonly FeeRule[] = [
  { name: 'Commission', percent: 0.03, min: 3 },
  { name: 'Platform Fee', perOrder: 15 },
  { name: 'Settlement Fee', percent: 0.0042 },
  { name: 'SFC Levy', percent: 0.0027, min: 0.01 },
  { name: 'Trading Fee', percent: 0.00565, min: 0.01 },
  // The levy of the Accounting and Financial Reporting Council, with the name from Futu's schedule.
  { name: 'FRC Levy', percent: 0.00015 },
]

/** Stocks. Buyer and seller pay stamp duty. */
export const HONG_KONG_STOCKS: readonly FeeRule[] = [
  ...SECURITIES,
  { name: 'Stamp Duty', percent: 0.1, isRoundedUp: true },
]

/** ETFs, REITs, warrants, CBBCs and bonds: the rules of stocks without stamp duty. */
export const HONG_KONG_EXEMPT: readonly FeeRule[] = SECURITIES

/**
 * Options on stocks. Commission and platform fee: futuhk.com/en/support/topic2_1061. The exchange's tariff is HKD 3, 1
 * or 0.50 per contract, depending on a class that OpenD does not report. The highest is used, so the estimate is never
 * too low, and at most HKD 2.50 per contract too high.
 */
export const HONG_KONG_STOCK_OPTIONS: readonly FeeRule[] = [
  { name: 'Commission', percent: 0.2, min: 3 },
  { name: 'Platform Fee', perOrder: 15 },
  { name: 'Trading Tariff', perUnit: 3 },
]
