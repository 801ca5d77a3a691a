import type { AccountState, PositionState } from './account-state.ts'
import { exchange } from './exchange-rates.ts'
import { marginTermsOf } from './margin.ts'
import type { MarginLevels } from './margin.ts'
import { scaleCents, scaledPriceOf, valueOf } from './money.ts'
import type { Cents, ScaledPrice } from './money.ts'
import type { TradingMarket } from './trading-market.ts'

/** A position at the market's last price. Values are in the position's own currency. */
export interface ValuedPosition {
  readonly position: PositionState
  readonly price: ScaledPrice
  /** Negative for a short position. For futures the notional. */
  readonly marketValue: Cents
  /** Profit over the cost of the opening. */
  readonly unrealised: Cents
  /** The part of it that is not in the cash balance yet: less for futures, which settle daily. */
  readonly unsettled: Cents
  readonly initialMargin: Cents
  readonly alertMargin: Cents
  readonly marginCallMargin: Cents
  readonly maintenanceMargin: Cents
}

/** The account as a whole, in one currency. */
export interface Valuation {
  readonly currency: number
  readonly positions: readonly ValuedPosition[]
  /** Net value of the account: all cash, plus securities at market value, plus the open profit of futures. */
  readonly equity: Cents
  readonly cash: Cents
  /** Securities held, without futures. */
  readonly longValue: Cents
  readonly shortValue: Cents
  /** Open profit that is not in the cash balance. */
  readonly unrealised: Cents
  readonly realised: Cents
  readonly initialMargin: Cents
  readonly alertMargin: Cents
  readonly marginCallMargin: Cents
  readonly maintenanceMargin: Cents
}

/** Values one position. A security that is no longer listed is valued at its cost. */
export function valuePosition(market: TradingMarket, position: PositionState, nowMs: number): ValuedPosition {
  const instrument = market.instrument(position.market, position.code)
  if (instrument === null || position.qty === 0) {
    const none = { initialMargin: 0, alertMargin: 0, marginCallMargin: 0, maintenanceMargin: 0 }
    const price = instrument === null ? 0 : scaledPriceOf(market.lastPrice(instrument, nowMs))
    return { position, price, marketValue: position.cost, unrealised: 0, unsettled: -position.settled, ...none }
  }
  const price = scaledPriceOf(market.lastPrice(instrument, nowMs))
  const marketValue = valueOf(price * position.qty, position.contractMultiplier)
  const terms = marginTermsOf(instrument)
  const margins = marginsOf(Math.abs(marketValue), position.qty > 0 ? terms.long : terms.short)
  const unrealised = marketValue - position.cost
  return { position, price, marketValue, unrealised, unsettled: unrealised - position.settled, ...margins }
}

/** Values an account in one currency, at the last prices at that time. */
export function valueAccount(market: TradingMarket, account: AccountState, currency: number, nowMs: number): Valuation {
  const positions = account.positions.map((position) => valuePosition(market, position, nowMs))
  const sum = (of: (one: ValuedPosition) => Cents): Cents =>
    positions.reduce((total, one) => total + exchange(of(one), one.position.currency, currency), 0)
  const cash = account.cash.reduce((total, one) => total + exchange(one.balance, one.currency, currency), 0)
  return {
    currency,
    positions,
    equity: cash + sum((one) => (one.position.isCashSettled ? one.marketValue : one.unsettled)),
    cash,
    longValue: sum((one) => Math.max(0, assetValue(one))),
    shortValue: sum((one) => Math.min(0, assetValue(one))),
    unrealised: sum((one) => one.unsettled),
    realised: account.cash.reduce((total, one) => total + exchange(one.realised, one.currency, currency), 0),
    initialMargin: sum((one) => one.initialMargin),
    alertMargin: sum((one) => one.alertMargin),
    marginCallMargin: sum((one) => one.marginCallMargin),
    maintenanceMargin: sum((one) => one.maintenanceMargin),
  }
}

/** A future is not an asset: only its gain or loss counts, as unrealised profit. */
function assetValue({ position, marketValue }: ValuedPosition): Cents {
  return position.isCashSettled ? marketValue : 0
}

function marginsOf(
  value: Cents,
  levels: MarginLevels,
): Pick<ValuedPosition, 'initialMargin' | 'alertMargin' | 'marginCallMargin' | 'maintenanceMargin'> {
  return {
    initialMargin: scaleCents(value, levels.initial, 100),
    alertMargin: scaleCents(value, levels.alert, 100),
    marginCallMargin: scaleCents(value, levels.marginCall, 100),
    maintenanceMargin: scaleCents(value, levels.maintenance, 100),
  }
}
