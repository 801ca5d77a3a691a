import { TimeInForce } from '../../../../proto/enums.ts'
import type { MessageTypes } from '../../../../proto/messages.ts'
import type { HandlerTable } from '../../handler.ts'
import { openAccount, openUnlockedAccount } from '../account-access.ts'
import type { AccountState } from '../account-state.ts'
import { availableIn, reserved } from '../buying-power.ts'
import { marginTermsOf } from '../margin.ts'
import { amountOf, scaleCents, scaledPriceOf, valueOf } from '../money.ts'
import type { Cents } from '../money.ts'
import type { TradingFloor } from '../order-life.ts'
import { furtherFees, isMarginAccount } from '../requirement.ts'
import { readLegs, type Leg } from './combo-legs.ts'

/** Option strategies as one order: the effect of a strategy on an account, and its order. */
export const comboHandlers: HandlerTable = {
  Trd_GetComboMaxTrdQtys: (world, { header, comboLegs = [], qty, orderType }, { nowMs }) => {
    const account = openAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const legs = readLegs(world.accounts, account, header.trdMarket, comboLegs, qty, orderType, nowMs)
    if ('refusal' in legs) return legs
    return { header, maxTrdQtys: effectOf(world.accounts, account, legs, nowMs) }
  },

  Trd_PlaceComboOrder: (world, c2s, { nowMs }) => {
    const { header, comboLegs = [], qty, orderType } = c2s
    const account = openUnlockedAccount(world, header, nowMs)
    if ('refusal' in account) return account
    const legs = readLegs(world.accounts, account, header.trdMarket, comboLegs, qty, orderType, nowMs)
    if ('refusal' in legs) return legs
    const { price = null, timeInForce = TimeInForce.DAY, remark = null } = c2s
    const request = { trdMarket: header.trdMarket, legs, qty, price, orderType, timeInForce, remark }
    const order = world.accounts.placeCombo(account, request, nowMs)
    return 'refusal' in order ? order : { header, orderIDEx: order.orderIdEx }
  },
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
