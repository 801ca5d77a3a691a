import type { MessageTypes } from '../../../proto/messages.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountState, OrderState } from './account-state.ts'
import { availableIn, coverableQty, isCovered, reserved, sellableQty, shortableQty } from './buying-power.ts'
import { marginTermsOf } from './margin.ts'
import { amountOf, scaleCents, valueOf } from './money.ts'
import type { Cents, ScaledPrice } from './money.ts'
import type { TradingFloor } from './order-life.ts'
import { furtherFees, isMarginAccount, requiredFor } from './requirement.ts'
import type { Deal } from './requirement.ts'
import { secMarketOf } from './venues.ts'

/** Most lots of an order. It bounds the search if an order requires no money. */
const MAX_LOTS = 10_000_000

/**
 * The largest quantities that the checks of a new order accept at that price. `replaced` is an order that is being
 * modified; its reservation counts as free.
 */
export function maxQuantities(
  floor: TradingFloor,
  account: AccountState,
  instrument: Instrument,
  price: ScaledPrice,
  replaced: OrderState | null,
  nowMs: number,
): MessageTypes['Trd_Common.MaxTrdQtys'] {
  const { profile } = account
  const reservations = reserved(floor, account, nowMs, replaced)
  const free = availableIn(floor, account, instrument.currency, reservations, nowMs)
  const secMarket = secMarketOf(instrument)
  const isContract = instrument.kind === 'future' || instrument.kind === 'option'
  const dealOf = (isBuy: boolean, qty: number): Deal => {
    const { filledQty, filledNotional, feesPaid } = replaced ?? { filledQty: 0, filledNotional: 0, feesPaid: 0 }
    return { instrument, isBuy, qty, worstPrice: price, filledQty, filledNotional, feesPaid }
  }
  const withMargin = (isBuy: boolean): number => {
    const closable = reservations.closableBy(isBuy, secMarket, instrument.code)
    return largest(instrument, (qty) => isCovered(requiredFor(profile, dealOf(isBuy, qty), closable), free))
  }
  const balance = account.cash.find((one) => one.currency === instrument.currency)?.balance ?? 0
  const freeCash = Math.min(free, balance - (reservations.byCurrency.get(instrument.currency) ?? 0))
  const fullPrice = (qty: number): Cents => {
    const deal = dealOf(true, qty)
    return valueOf(price * qty, instrument.contractMultiplier) + furtherFees(deal)
  }
  const maxWithMargin = withMargin(true)
  const isMargin = isMarginAccount(profile)
  const cashOnly = largest(instrument, (qty) => fullPrice(qty) <= freeCash)
  return {
    maxCashBuy: instrument.kind === 'future' ? maxWithMargin : cashOnly,
    maxCashAndMarginBuy: isMargin ? maxWithMargin : undefined,
    maxPositionSell: sellableQty(account, instrument, nowMs, replaced),
    maxSellShort: isMargin
      ? Math.min(withMargin(false), lotsOf(instrument, shortableQty(account, instrument, replaced)))
      : undefined,
    maxBuyBack: isMargin ? coverableQty(account, instrument, replaced) : undefined,
    longRequiredIM: isContract ? marginOfOne(instrument, price, true) : undefined,
    shortRequiredIM: isContract ? marginOfOne(instrument, price, false) : undefined,
  }
}

/** The largest whole number of lots that fits. If a number fits, every smaller number must fit too. */
function largest(instrument: Instrument, fits: (qty: number) => boolean): number {
  let low = 0
  let high = 1
  while (high < MAX_LOTS && fits(high * instrument.lotSize)) {
    low = high
    high *= 2
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle * instrument.lotSize)) low = middle
    else high = middle
  }
  return low * instrument.lotSize
}

function lotsOf(instrument: Instrument, qty: number): number {
  return Math.floor(qty / instrument.lotSize) * instrument.lotSize
}

function marginOfOne(instrument: Instrument, price: ScaledPrice, isLong: boolean): number {
  const terms = marginTermsOf(instrument)
  const percent = (isLong ? terms.long : terms.short).initial
  return amountOf(scaleCents(valueOf(price, instrument.contractMultiplier), percent, 100))
}
