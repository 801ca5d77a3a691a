import { QotMarket } from '../../../proto/enums.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { START_MS } from './virtual-clock.ts'

/** One market for all schedules. Its prices are constant, so schedules do not affect each other. */
export const MARKET = new Market({ seed: 1 })

/** The traded security of each currency. */
export const CODES = { HKD: '00700', USD: 'AAPL' } as const

/** The last price of each security. */
export const LAST_PRICES = {
  HKD: lastPrice(QotMarket.HK_Security, CODES.HKD),
  USD: lastPrice(QotMarket.US_Security, CODES.USD),
} as const

function lastPrice(market: number, code: string): number {
  const instrument = MARKET.instrument(market, code)
  if (instrument === null) throw new Error(`the market does not list ${code}`)
  return MARKET.lastPrice(instrument, START_MS)
}
