import type { Market } from './market/market.ts'
import type { Accounts } from './trading/accounts.ts'

/**
 * What all connections of one simulated OpenD share and the handlers read: the market, which is a function of its
 * seed and the time, and the accounts, whose state is what clients did to them.
 */
export interface World {
  readonly market: Market
  readonly accounts: Accounts
}
