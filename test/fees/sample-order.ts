import { SecurityType } from '../../proto/enums.ts'
import { decimalOf, product } from '../../src/base/decimal.ts'
import { moneyAtLeast } from '../../src/base/money.ts'
import type { FeeOrder } from '../../src/fees/estimate-fee.ts'

/** A moment in summer 2026, when every charge of the tables is collected. */
export const SUMMER_MS = Date.UTC(2026, 6, 1, 15)

/** What is traded: symbol, kind, currency and units of one contract. */
export interface Sample {
  readonly symbol: string
  readonly securityType: number
  readonly currency: string
  readonly multiplier: number
}

export const TENCENT = sample('HK.00700', SecurityType.Eqty, 'HKD')
export const TRACKER_FUND = sample('HK.02800', SecurityType.Trust, 'HKD')
export const TENCENT_CALL = sample('HK.TCH261230C300000', SecurityType.Drvt, 'HKD', 100)
export const APPLE = sample('US.AAPL', SecurityType.Eqty, 'USD')
export const APPLE_CALL = sample('US.AAPL261218C250000', SecurityType.Drvt, 'USD', 100)
export const MOUTAI = sample('SH.600519', SecurityType.Eqty, 'CNH')
export const CSI_FUND = sample('SH.510300', SecurityType.Trust, 'CNH')

export const SAMPLES: readonly Sample[] = [TENCENT, TRACKER_FUND, TENCENT_CALL, APPLE, APPLE_CALL, MOUTAI, CSI_FUND]

/** So many of it at a price, in July 2026. */
export function order(of: Sample, side: string, qty: number, price: number, change: Partial<FeeOrder> = {}): FeeOrder {
  const { symbol, securityType, currency, multiplier } = of
  const [exactQty, exactPrice, exactMultiplier] = [qty, price, multiplier].map((number) => decimalOf(number))
  if (!exactQty || !exactPrice || !exactMultiplier) throw new Error('a sample order has no negative numbers')
  const value = moneyAtLeast(product(product(exactQty, exactPrice), exactMultiplier))
  return { symbol, securityType, side, qty, value, currency, atMs: SUMMER_MS, ...change }
}

function sample(symbol: string, securityType: number, currency: string, multiplier = 1): Sample {
  return { symbol, securityType, currency, multiplier }
}
