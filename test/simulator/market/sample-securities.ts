import fc from 'fast-check'
import type { Market } from '../../../src/simulator/market/market.ts'
import type { Security } from '../../../src/simulator/market/security.ts'

/** A Friday afternoon in Hong Kong, in the middle of everything: the night before in New York. */
export const NOW_MS = Date.parse('2026-11-20T14:12:33.500+08:00')

/** One of each kind on each exchange: stocks, funds, indexes, futures, an option and warrants of both directions. */
export const SAMPLES: readonly (readonly [market: number, code: string])[] = [
  [1, '00700'],
  [1, '00939'],
  [1, '02800'],
  [1, '800000'],
  [1, 'HSImain'],
  [1, 'MHImain'],
  [1, 'HSI2612'],
  [1, 'TCH261230C300000'],
  [1, 'TCH261230P300000'],
  [1, '13001'],
  [1, '13005'],
  [1, '53002'],
  [11, 'AAPL'],
  [11, 'NIO'],
  [11, 'SPY'],
  [11, '.SPX'],
  [11, 'ESmain'],
  [21, '600519'],
  [21, '510300'],
  [21, '000001'],
  [22, '300750'],
]

export const aSample = fc.constantFrom(...SAMPLES)

/** The security; throws when the market does not list it, which no test expects. */
export function securityOf(market: Market, [qotMarket, code]: readonly [number, string]): Security {
  const security = market.security(qotMarket, code)
  if (security === null) throw new Error(`${qotMarket}.${code} is not listed`)
  return security
}

/** A moment of the last two years that the sample options and futures are listed at. */
export const aMoment = fc.integer({ min: Date.parse('2026-03-01'), max: Date.parse('2026-12-15') })

export const aSeed = fc.integer({ min: 0, max: 0xffff_ffff })
