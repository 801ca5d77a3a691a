import type { FeeRule } from './fee-rule.ts'

/*
 * United States. Sources: the schedule of Futu Securities (Hong Kong) for US stocks, ETFs and options, default (fixed)
 * plan (futuhk.com/en/commissionnew, futuhk.com/en/support/topic283 and topic2_750); for the platform and settlement
 * fees, which those pages do not list, the schedules of the same group for Singapore and Australia
 * (moomoo.com/sg/support/topic5_370, support.futusg.com/topic143, moomoo.com/au/support/topic6_351). As of November
 * 2026.
 *
 * Regulatory fees use the regulators' own rates, because the broker's pages are updated later:
 * SEC: USD 20.60 per million sold since 4 April 2026 (release 34-104909), until the appropriation for fiscal year 2027.
 * FINRA: USD 0.000195 a share, at most 9.79, and 0.00329 an option contract since 1 January 2026 (SR-FINRA-2024-019),
 * unchanged until the end of 2028 (SR-FINRA-2026-020).
 *
 * Not included: fees for the custody of ADRs and for the Consolidated Audit Trail (USD 0.000003 a share).
 */

/** Start and end of the last quarter of 2026 in New York, Unix ms. FINRA waives its fee in it (SR-FINRA-2026-021). */
const TAF_HOLIDAY_START_MS = Date.UTC(2026, 9, 1, 4)
const TAF_HOLIDAY_END_MS = Date.UTC(2027, 0, 1, 5)

const SEC_FEE: FeeRule = { name: 'SEC Fee', percent: 0.002_06, min: 0.01, isSellOnly: true }

const STOCKS: readonly FeeRule[] = [
  { name: 'Commission', perUnit: 0.0049, maxPercent: 0.5, min: 0.99 },
  { name: 'Platform Fee', perUnit: 0.005, maxPercent: 0.5, min: 1 },
  { name: 'Settlement Fee', perUnit: 0.003, maxPercent: 1 },
  SEC_FEE,
]

const STOCK_TAF: FeeRule = {
  name: 'Trading Activity Fee',
  perUnit: 0.000_195,
  min: 0.01,
  max: 9.79,
  isSellOnly: true,
}

const OPTIONS: readonly FeeRule[] = [
  { name: 'Commission', perUnit: 0.65, min: 1.99 },
  { name: 'Platform Fee', perUnit: 0.3 },
  // Depends on the exchange since July 2026: 0.0013 to 0.024. The exchange is not known before, so the highest is used.
  { name: 'Option Regulatory Fee', perUnit: 0.024 },
  // The fee of the Options Clearing Corporation (90 FR 10544).
  { name: 'Option Settlement Fee', perUnit: 0.025 },
  SEC_FEE,
]

const OPTION_TAF: FeeRule = { name: 'Trading Activity Fee', perUnit: 0.003_29, min: 0.01, isSellOnly: true }

/** Stocks and ETFs. */
export function usStockFees(atMs: number): readonly FeeRule[] {
  return isTafHoliday(atMs) ? STOCKS : [...STOCKS, STOCK_TAF]
}

/** Options on stocks and ETFs. */
export function usOptionFees(atMs: number): readonly FeeRule[] {
  return isTafHoliday(atMs) ? OPTIONS : [...OPTIONS, OPTION_TAF]
}

function isTafHoliday(atMs: number): boolean {
  return atMs >= TAF_HOLIDAY_START_MS && atMs < TAF_HOLIDAY_END_MS
}
