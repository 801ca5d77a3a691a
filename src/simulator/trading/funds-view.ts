import type { MessageTypes } from '../../../proto/messages.ts'
import type { AccountState } from './account-state.ts'
import { availableIn, reserved } from './buying-power.ts'
import { exchange } from './exchange-rates.ts'
import { amountOf, scaleCents } from './money.ts'
import type { Cents } from './money.ts'
import type { TradingFloor } from './order-life.ts'
import { isMarginAccount } from './requirement.ts'
import { riskLevelOf, riskStatusOf } from './risk/margin-state.ts'
import { valueAccount } from './valuation.ts'

/** OpenD computes a margin account's buying power with 50 % initial margin for all securities, 60 % for short sales. */
const ASSUMED_LONG_MARGIN_PERCENT = 50
const ASSUMED_SHORT_MARGIN_PERCENT = 60

/** The account's funds in one currency, as in `Trd_GetFunds`. All values derive from cash and positions. */
export function fundsView(
  floor: TradingFloor,
  account: AccountState,
  currency: number,
  nowMs: number,
): MessageTypes['Trd_Common.Funds'] {
  const value = valueAccount(floor.market, account, currency, nowMs)
  const reservations = reserved(floor, account, nowMs)
  const isMargin = isMarginAccount(account.profile)
  const inCurrency = (amounts: Iterable<readonly [number, Cents]>): Cents =>
    [...amounts].reduce((sum, [held, amount]) => sum + exchange(amount, held, currency), 0)
  const frozen = inCurrency(reservations.byCurrency)
  const debt = inCurrency(account.cash.map((one) => [one.currency, Math.max(0, -one.balance)] as const))
  const free = availableIn(floor, account, currency, reservations, nowMs)
  const netCash = value.cash - frozen
  const withdrawable = Math.max(0, Math.min(free, netCash))
  const power = Math.max(0, free)
  return {
    power: amountOf(isMargin ? scaleCents(power, 100, ASSUMED_LONG_MARGIN_PERCENT) : power),
    totalAssets: amountOf(value.equity),
    cash: amountOf(value.cash),
    marketVal: amountOf(value.longValue + value.shortValue),
    frozenCash: amountOf(frozen),
    debtCash: amountOf(debt),
    avlWithdrawalCash: amountOf(withdrawable),
    currency,
    availableFunds: amountOf(free),
    unrealizedPL: amountOf(value.unrealised),
    realizedPL: amountOf(value.realised),
    riskLevel: riskLevelOf(value),
    initialMargin: amountOf(isMargin ? value.initialMargin : 0),
    maintenanceMargin: amountOf(isMargin ? value.maintenanceMargin : 0),
    cashInfoList: account.cash.map((one) => ({
      currency: one.currency,
      cash: amountOf(one.balance),
      availableBalance: amountOf(Math.max(0, one.balance - (reservations.byCurrency.get(one.currency) ?? 0))),
      netCashPower: amountOf(one.balance - (reservations.byCurrency.get(one.currency) ?? 0)),
    })),
    maxPowerShort: amountOf(isMargin ? scaleCents(power, 100, ASSUMED_SHORT_MARGIN_PERCENT) : 0),
    netCashPower: amountOf(netCash),
    longMv: amountOf(value.longValue),
    shortMv: amountOf(value.shortValue),
    pendingAsset: 0,
    maxWithdrawal: amountOf(withdrawable),
    riskStatus: riskStatusOf(value),
    marginCallMargin: amountOf(isMargin ? value.marginCallMargin : 0),
    securitiesAssets: amountOf(value.longValue + value.shortValue),
    fundAssets: 0,
    bondAssets: 0,
    marketInfoList: account.profile.trdMarkets.map((trdMarket) => ({
      trdMarket,
      assets: amountOf(
        inCurrency(
          value.positions
            .filter((one) => one.position.trdMarket === trdMarket)
            .map(({ position, marketValue, unsettled }) => {
              return [position.currency, position.isCashSettled ? marketValue : unsettled] as const
            }),
        ),
      ),
    })),
  }
}
