import { OrderType, TrdSide } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { HandlerTable, Refusal } from '../handler.ts'
import type { Instrument } from '../market/instrument.ts'
import { openAccount, openUnlockedAccount } from './account-access.ts'
import type { AccountState } from './account-state.ts'
import { availableIn, reserved } from './buying-power.ts'
import { marginTermsOf } from './margin.ts'
import { amountOf, scaleCents, scaledPriceOf, valueOf } from './money.ts'
import type { Cents } from './money.ts'
import type { TradingFloor } from './order-life.ts'
import { refusals } from './refusals.ts'
import { furtherFees, isBuySide, isMarginAccount } from './requirement.ts'
import { findTradable } from './tradable-security.ts'
import { venuesOf } from './venues.ts'

type ComboLeg = MessageTypes['Qot_Common.ComboLeg']

/** A leg of an option strategy: one security, traded in a multiple of the strategy's quantity. */
interface Leg {
  readonly instrument: Instrument
  readonly isBuy: boolean
  readonly qty: number
}

/** Number of legs of the largest strategy in the schema (iron condor), and of a covered strategy. */
const MIN_LEGS = 2
const MAX_LEGS = 4

/**
 * Option strategies as one order. The calls that compute the effect of a strategy on an account are complete. Its order
 * passes the same checks and is then refused for lack of permission, because the simulated exchange has no order book
 * for strategies.
 */
export const comboHandlers: HandlerTable = {
  Trd_GetComboMaxTrdQtys: (world, { header, comboLegs = [], qty, orderType }, { nowMs }) => {
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const legs = readLegs(world.accounts, account, header.trdMarket, comboLegs, qty, orderType)
    if ('refusal' in legs) return legs
    return { header, maxTrdQtys: effectOf(world.accounts, account, legs, nowMs) }
  },

  Trd_PlaceComboOrder: (world, { header, comboLegs = [], qty, orderType }, { nowMs }) => {
    const account = openUnlockedAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const legs = readLegs(world.accounts, account, header.trdMarket, comboLegs, qty, orderType)
    return 'refusal' in legs ? legs : refusals.noStrategies()
  },
}

function readLegs(
  floor: TradingFloor,
  account: AccountState,
  trdMarket: number,
  comboLegs: readonly ComboLeg[],
  qty: number,
  orderType: number,
): readonly Leg[] | Refusal {
  if (orderType !== OrderType.Normal && orderType !== OrderType.Market) return refusals.strategyOrderType()
  if (!Number.isSafeInteger(qty) || qty <= 0) return refusals.badQuantity()
  if (comboLegs.length < MIN_LEGS || comboLegs.length > MAX_LEGS) return refusals.badLegs()
  const legs: Leg[] = []
  for (const { security, side = TrdSide.Unknown, qtyRatio = 1 } of comboLegs) {
    const venue = venuesOf(trdMarket).find((one) => one.qotMarket === security.market)
    if (venue === undefined) return refusals.unknownSecurity(security.code)
    const instrument = findTradable(floor.market, account.profile, trdMarket, venue.secMarket, security.code)
    if ('refusal' in instrument) return instrument
    if (side < TrdSide.Buy || side > TrdSide.BuyBack) return refusals.unknownSide()
    if (!Number.isSafeInteger(qtyRatio) || qtyRatio <= 0) return refusals.badQuantity()
    legs.push({ instrument, isBuy: isBuySide(side), qty: qty * qtyRatio })
  }
  const currencies = new Set(legs.map((leg) => leg.instrument.currency))
  return currencies.size === 1 && legs.some((leg) => leg.instrument.kind === 'option') ? legs : refusals.badLegs()
}

/** The effect of trading all legs at the current best prices, each leg treated as opening. */
function effectOf(
  floor: TradingFloor,
  account: AccountState,
  legs: readonly Leg[],
  nowMs: number,
): MessageTypes['Trd_Common.ComboMaxTrdQtys'] {
  const currency = legs[0]?.instrument.currency ?? account.profile.baseCurrency
  const effects = legs.map((leg) => effectOfLeg(floor, leg, nowMs))
  const sum = (of: (effect: LegEffect) => Cents): Cents => effects.reduce((total, one) => total + of(one), 0)
  const free = availableIn(floor, account, currency, reserved(floor, account, nowMs), nowMs)
  const cash = sum((one) => one.cash)
  const margin = sum((one) => one.initialMargin)
  const netValue = sum((one) => one.cash + one.marketValue)
  const decrease = isMarginAccount(account.profile) ? margin - netValue : -cash
  return {
    nlvChange: amountOf(netValue),
    initialMarginChange: amountOf(margin),
    maintenanceMarginChange: amountOf(sum((one) => one.maintenanceMargin)),
    optionBuyPower: amountOf(Math.max(0, free)),
    maxWithDrawChange: amountOf(cash),
    buyPowerDecrease: amountOf(decrease),
  }
}

interface LegEffect {
  /** Change of the balance after fees. */
  readonly cash: Cents
  readonly marketValue: Cents
  readonly initialMargin: Cents
  readonly maintenanceMargin: Cents
}

function effectOfLeg(floor: TradingFloor, { instrument, isBuy, qty }: Leg, nowMs: number): LegEffect {
  const book = floor.market.book(instrument, nowMs)
  const last = floor.market.lastPrice(instrument, nowMs)
  const price = scaledPriceOf((isBuy ? book.asks : book.bids)[0]?.price ?? last)
  const sign = isBuy ? 1 : -1
  const deal = { instrument, isBuy, qty, worstPrice: price, filledQty: 0, filledNotional: 0, feesPaid: 0 }
  const paid = valueOf(price * qty, instrument.contractMultiplier)
  const value = valueOf(scaledPriceOf(last) * qty, instrument.contractMultiplier)
  const { long, short } = marginTermsOf(instrument)
  const levels = isBuy ? long : short
  return {
    cash: -sign * paid - furtherFees(deal),
    marketValue: sign * value,
    initialMargin: scaleCents(value, levels.initial, 100),
    maintenanceMargin: scaleCents(value, levels.maintenance, 100),
  }
}
