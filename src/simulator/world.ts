import type { Market } from './market/market.ts'
import type { Accounts } from './trading/accounts.ts'

/**
 * The state that all connections of one simulated OpenD share and handlers read: the market, which is a function of its
 * seed and the time, and the accounts, whose state follows from the calls of clients.
 */
export interface World {
  readonly market: Market
  readonly accounts: Accounts
}
