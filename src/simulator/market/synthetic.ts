import { Currency, ExchType, QotMarket, SecurityType } from '../../../proto/enums.ts'
import { epochDayOf } from '../../base/time/civil-date.ts'
import { mix, unitOf } from './hash.ts'
import type { Listing } from './listing.ts'
import { HK_SECURITIES } from './session-plan.ts'
import { HK_EQUITY_LADDER } from './tick-tables.ts'

/** Synthetic securities for load tests. */
export interface SyntheticOptions {
  readonly count: number
  /** Mean prints per minute of each security, at most 600 (ten per second). */
  readonly ticksPerMinute: number
}

/** More than any exchange lists. */
export const MAX_SYNTHETIC = 20_000

/** `HK.S00001`, `HK.S00002`, ...: stocks with prices from 1 to 400 Hong Kong dollars. */
export function syntheticListings(seed: number, options: SyntheticOptions): readonly Listing[] {
  const count = Math.min(options.count, MAX_SYNTHETIC)
  return Array.from({ length: count }, (_, at) => {
    const hash = mix(mix(seed, 0x53594e), at)
    const code = `S${String(at + 1).padStart(5, '0')}`
    const referencePrice = Math.exp(unitOf(hash) * 6)
    return {
      instrument: {
        market: QotMarket.HK_Security,
        code,
        name: `合成股票${at + 1}`,
        kind: 'stock',
        lotSize: 100,
        currency: Currency.HKD,
        contractMultiplier: 1,
        underlyingCode: null,
      },
      plan: HK_SECURITIES,
      ladder: HK_EQUITY_LADDER,
      securityType: SecurityType.Eqty,
      exchange: ExchType.HK_MainBoard,
      listedOn: epochDayOf(2010, 1, 4),
      dailyLimit: null,
      spreadRungs: 1,
      turnoverMultiplier: 1,
      process: {
        path: `synthetic ${code}`,
        referencePrice,
        yearlyGrowth: 0,
        dailyVolatility: 0.01 + 0.02 * unitOf(mix(hash, 1)),
        // Enough lots for ten prints per second through the whole session.
        averageVolume: 400_000_000,
        ticksPerMinute: options.ticksPerMinute,
      },
      follows: null,
      fundamentals: {
        issuedShares: 1_000_000_000,
        earningsPerShare: referencePrice / 15,
        netAssetPerShare: referencePrice / 1.5,
        dividendPerShare: referencePrice / 50,
        industry: '合成',
        concepts: [],
        region: '香港',
      },
    }
  })
}
