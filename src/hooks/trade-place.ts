import type { TradingAccount } from '../accounts/trading-accounts.ts'
import { orderPlaceOf } from '../limits/market/trade-venue.ts'
import { isFutureCode } from './ticker.ts'
import { secMarketOfPrefix } from '../wire/market-prefix.ts'

/** Where an account trades a security: the numbers of a trade header and of an order. */
export interface TradePlace {
  readonly accId: bigint
  readonly trdEnv: number
  readonly trdMarket: number
  readonly secMarket: number
  readonly prefix: string
  /** The code without its prefix. */
  readonly code: string
}

/**
 * The market of an account in which a security is traded; null when the account may not trade it. Futures have markets of
 * their own, and a code alone does not tell a market, so its form decides.
 */
export function tradePlaceOf(account: TradingAccount, symbol: string): TradePlace | null {
  const dot = symbol.indexOf('.')
  const [prefix, code] = [symbol.slice(0, dot), symbol.slice(dot + 1)]
  const secMarket = secMarketOfPrefix(prefix)
  if (secMarket === null) return null
  const isFuture = isFutureCode(prefix, code)
  const trdMarket = (account.trdMarketAuthList ?? []).find((market) => {
    const { markets } = orderPlaceOf(market, secMarket)
    const [name, ...others] = markets
    if (others.length > 0 || name === undefined || name.endsWith('_FUND')) return false
    return (name === 'FUTURES') === isFuture
  })
  return trdMarket === undefined
    ? null
    : { accId: account.accID, trdEnv: account.trdEnv, trdMarket, secMarket, prefix, code }
}
