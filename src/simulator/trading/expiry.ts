import type { AccountState, PositionState } from './account-state.ts'
import { TrdEnv } from '../../../proto/enums.ts'
import { settlePosition, recordFlow } from './ledger.ts'
import { scaledPriceOf } from './money.ts'
import type { TradingFloor } from './order-life.ts'

/**
 * Settles positions in contracts that have expired by `nowMs`: in cash, at the contract's last price, without fees.
 * An option's last price is its value at expiry, so exercise gives the same amount.
 */
export function settleExpired(floor: TradingFloor, nowMs: number): void {
  for (const account of floor.state.accounts) {
    for (const position of account.positions) {
      if (position.qty === 0) continue
      const expiryMs = expiryOf(floor, position)
      if (expiryMs !== null && expiryMs <= nowMs) settle(floor, account, position, expiryMs)
    }
  }
}

function expiryOf(floor: TradingFloor, position: PositionState): number | null {
  const instrument = floor.market.instrument(position.market, position.code)
  return instrument === null ? null : floor.market.expiryMs(instrument)
}

function settle(floor: TradingFloor, account: AccountState, position: PositionState, expiryMs: number): void {
  const instrument = floor.market.instrument(position.market, position.code)
  if (instrument === null) return
  const { tradingDate } = floor.market.tradingState(instrument, expiryMs)
  const price = scaledPriceOf(floor.market.lastPrice(instrument, expiryMs))
  const proceeds = settlePosition(account, position, price, tradingDate)
  if (account.profile.trdEnv === TrdEnv.Real) {
    recordFlow(
      floor.state,
      account,
      { currency: position.currency, amount: proceeds, timeMs: expiryMs },
      'Settlement',
      position.code,
    )
  }
}
