import type { FeeRule } from './fee-rule.ts'

/*
 * Shanghai and Shenzhen through Hong Kong. Sources: the schedule of Futu Securities (Hong Kong) for A-shares and ETFs
 * (futuhk.com/en/support/topic334), with the rates of 28 August 2023: stamp duty 0.05 %, handling fee 0.00341 % (notice
 * of both exchanges; the same rates at swhyhk.com/en/wealth-management_china-connect). As of November 2026.
 * Not included: the portfolio fee, which is charged for holding and not for the order.
 */

const BROKER: readonly FeeRule[] = [
  { name: 'Commission', percent: 0.03, min: 3 },
  { name: 'Platform Fee', perOrder: 15 },
]

/** Shares. Only the seller pays stamp duty. */
export const A_SHARES: readonly FeeRule[] = [
  ...BROKER,
  { name: 'Handling Fee', percent: 0.003_41 },
  { name: 'Securities Management Fee', percent: 0.002 },
  // 0.001 % for ChinaClear and 0.002 % for Hong Kong's clearing house.
  { name: 'Transfer Fee', percent: 0.003 },
  { name: 'Stamp Duty', percent: 0.05, isSellOnly: true },
]

/** ETFs, without stamp duty, securities management fee and ChinaClear's part of the transfer fee. */
export const MAINLAND_ETFS: readonly FeeRule[] = [
  ...BROKER,
  { name: 'Handling Fee', percent: 0.004 },
  { name: 'Transfer Fee', percent: 0.002 },
]
