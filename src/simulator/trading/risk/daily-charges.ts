import { Currency, TrdEnv } from '../../../../proto/enums.ts'
import type { AccountState, PositionState } from '../account-state.ts'
import { cashIn, recordFlow } from '../ledger.ts'
import { marginTermsOf } from '../margin.ts'
import { scaleCents } from '../money.ts'
import type { Cents } from '../money.ts'
import type { TradingFloor } from '../order-life.ts'
import { valuePosition } from '../valuation.ts'

/**
 * Interest on negative cash balances, in hundredths of a per cent a year: 6.8 %. It is the order of size in public price
 * lists for margin loans on Hong Kong and US stocks. One rate for all currencies, because the simulator has no money
 * market.
 */
export const LOAN_RATE = 680

const RATE_SCALE = 10_000

/** Days of the year of an interest rate, by the convention of the currency's money market. */
export function daysOfYear(currency: number): number {
  return currency === Currency.USD ? 360 : 365
}

/**
 * Charges a margin account for the day that ends at `timeMs`: interest on each negative balance, and the borrow fee of
 * each short position in shares on its value at that time (`shortFeeRate` of `Trd_GetMarginRatio`). Written options and
 * futures borrow nothing. A positive balance earns nothing, as with most brokers.
 */
export function chargeDay(floor: TradingFloor, account: AccountState, timeMs: number): void {
  const fees = account.positions.map((position) => ({ position, fee: borrowFee(floor, position, timeMs) }))
  for (const { currency, balance } of account.cash) {
    const interest = scaleCents(Math.max(0, -balance), LOAN_RATE, RATE_SCALE * daysOfYear(currency))
    charge(floor, account, { currency, amount: interest, timeMs }, 'Margin Interest', '')
  }
  for (const { position, fee } of fees) {
    charge(floor, account, { currency: position.currency, amount: fee, timeMs }, 'Short Fee', position.code)
  }
}

function borrowFee(floor: TradingFloor, position: PositionState, timeMs: number): Cents {
  if (position.qty >= 0) return 0
  const instrument = floor.market.instrument(position.market, position.code)
  if (instrument === null) return 0
  const rate = Math.round(marginTermsOf(instrument).shortFeeRate * 100)
  const value = Math.abs(valuePosition(floor.market, position, timeMs).marketValue)
  return scaleCents(value, rate, RATE_SCALE * daysOfYear(position.currency))
}

function charge(
  floor: TradingFloor,
  account: AccountState,
  { currency, amount, timeMs }: { readonly currency: number; readonly amount: Cents; readonly timeMs: number },
  type: string,
  remark: string,
): void {
  if (amount === 0) return
  const cash = cashIn(account, currency)
  cash.balance -= amount
  cash.interest += amount
  if (account.profile.trdEnv === TrdEnv.Real) {
    recordFlow(floor.state, account, { currency, amount: -amount, timeMs }, type, remark)
  }
}
