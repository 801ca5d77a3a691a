import { OrderType, TrdSecMarket, TrdSide } from '../../../proto/enums.ts'
import type { Refusal } from '../handler.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountState, OrderState } from './account-state.ts'
import { exchange } from './exchange-rates.ts'
import { dayOf } from './ledger.ts'
import { marginTermsOf } from './margin.ts'
import { marketDate, zoneOfSecMarket } from './market-time.ts'
import { scaledPriceOf } from './money.ts'
import type { Cents, ScaledPrice } from './money.ts'
import type { TradingFloor } from './order-life.ts'
import { isLiveStatus } from './order-status.ts'
import { protectionPrice } from './price-grid.ts'
import { openQtyOf, roundQty } from './quantity.ts'
import { refusals } from './refusals.ts'
import { isBuySide, isMarginAccount, requiredFor, reservationsOf } from './requirement.ts'
import type { Deal, Reservations } from './requirement.ts'
import { trailingTrigger } from './trigger.ts'
import { valueAccount } from './valuation.ts'
import { secMarketOf, settlesNextDay } from './venues.ts'

/**
 * The worst price at which an order could trade. Money is reserved at this price. It is the order's limit, or the limit
 * that a conditional order will get.
 */
export function worstPriceOf(
  floor: TradingFloor,
  order: OrderState,
  instrument: Instrument,
  nowMs: number,
): ScaledPrice {
  if (order.limit !== null) return order.limit
  if (order.price !== null) return order.price
  const isBuy = isBuySide(order.side)
  const trigger = order.auxPrice ?? trailingTrigger(order) ?? scaledPriceOf(floor.market.lastPrice(instrument, nowMs))
  if (order.orderType === OrderType.TrailingStopLimit) {
    const spread = scaledPriceOf(order.trailSpread ?? 0)
    return Math.max(0, isBuy ? trigger + spread : trigger - spread)
  }
  return protectionPrice(floor.market, instrument, trigger, isBuy, nowMs)
}

/** The current reservations of the account's live orders, except one that is about to be replaced. */
export function reserved(
  floor: TradingFloor,
  account: AccountState,
  nowMs: number,
  except: OrderState | null = null,
): Reservations {
  const instrumentOf = (order: OrderState): Instrument | null => floor.market.instrument(order.market, order.code)
  const worstOf = (order: OrderState): ScaledPrice => {
    const instrument = instrumentOf(order)
    return instrument === null ? 0 : worstPriceOf(floor, order, instrument, nowMs)
  }
  return reservationsOf(account, instrumentOf, worstOf, except)
}

/**
 * Money of one currency that is available for a new order. For a cash account: the balance of that currency less its
 * reservations. For a margin account: the whole equity less margin and reservations, converted to that currency.
 */
export function availableIn(
  floor: TradingFloor,
  account: AccountState,
  currency: number,
  reservations: Reservations,
  nowMs: number,
): Cents {
  if (!isMarginAccount(account.profile)) {
    const balance = account.cash.find((one) => one.currency === currency)?.balance ?? 0
    return balance - (reservations.byCurrency.get(currency) ?? 0)
  }
  const base = account.profile.baseCurrency
  const value = valueAccount(floor.market, account, base, nowMs)
  let tiedUp = 0
  for (const [held, amount] of reservations.byCurrency) tiedUp += exchange(amount, held, base)
  return exchange(value.equity - value.initialMargin - tiedUp, base, currency)
}

/** Refuses a deal that the account cannot pay for; null if it can. */
export function checkFunds(
  floor: TradingFloor,
  account: AccountState,
  deal: Deal,
  nowMs: number,
  except: OrderState | null = null,
): Refusal | null {
  const reservations = reserved(floor, account, nowMs, except)
  const { instrument } = deal
  const closable = reservations.closableBy(deal.isBuy, secMarketOf(instrument), instrument.code)
  const needed = requiredFor(account.profile, deal, closable)
  const available = availableIn(floor, account, instrument.currency, reservations, nowMs)
  return isCovered(needed, available) ? null : refusals.insufficientFunds(needed, available)
}

/** A deal that needs no money is covered even if the available amount is negative, because it only lowers the risk. */
export function isCovered(needed: Cents, available: Cents): boolean {
  return needed === 0 || needed <= available
}

/** Settled shares of a long position that are not part of a live sell order. */
export function sellableQty(
  account: AccountState,
  instrument: Instrument,
  nowMs: number,
  except: OrderState | null = null,
): number {
  const secMarket = secMarketOf(instrument)
  const position = account.positions.find((one) => one.secMarket === secMarket && one.code === instrument.code)
  if (position === undefined || position.qty <= 0) return 0
  // Before the open the latest trading day is still the previous one, so use the calendar date.
  const today = marketDate(zoneOfSecMarket(secMarket), nowMs)
  const unsettled = settlesNextDay(secMarket) ? dayOf(position, today).buyQty : 0
  const selling = pendingQty(account, instrument, [TrdSide.Sell, TrdSide.SellShort], except)
  return Math.max(0, roundQty(position.qty - unsettled - selling))
}

/** Shares of a short position that are not part of a live buy order. */
export function coverableQty(account: AccountState, instrument: Instrument, except: OrderState | null = null): number {
  const short = Math.max(0, -heldQty(account, instrument))
  return Math.max(0, roundQty(short - pendingQty(account, instrument, [TrdSide.Buy, TrdSide.BuyBack], except)))
}

/** Shares that can still be borrowed for a new short sale; 0 if short selling is not permitted. */
export function shortableQty(account: AccountState, instrument: Instrument, except: OrderState | null = null): number {
  if (!isMarginAccount(account.profile)) return 0
  // Futures can be sold without a position; options are written, not borrowed.
  if (instrument.kind === 'future') return Number.MAX_SAFE_INTEGER
  const terms = marginTermsOf(instrument)
  const held = heldQty(account, instrument)
  if (!terms.isShortPermit || held > 0) return 0
  if (instrument.kind === 'option') return Number.MAX_SAFE_INTEGER
  return Math.max(0, terms.shortPoolRemain + held - pendingQty(account, instrument, [TrdSide.SellShort], except))
}

/**
 * The side under which OpenD keeps and reports an order. Clients send Buy and Sell only. A sale without a long position
 * on a margin account opens a short position of a US security, or writes an option, and is reported as SellShort. A buy
 * stays a buy, also when it covers a short position: OpenD's documents say that no server reports BuyBack.
 */
export function reportedSide(account: AccountState, instrument: Instrument, side: number): number {
  if (side !== TrdSide.Sell || instrument.kind === 'future' || !isMarginAccount(account.profile)) return side
  const opensShort = instrument.kind === 'option' || secMarketOf(instrument) === TrdSecMarket.US
  return opensShort && heldQty(account, instrument) <= 0 && marginTermsOf(instrument).isShortPermit
    ? TrdSide.SellShort
    : side
}

/** Refuses an order if the account's position does not allow its side; else null. Futures allow both sides. */
export function checkPosition(
  account: AccountState,
  instrument: Instrument,
  side: number,
  qty: number,
  nowMs: number,
  except: OrderState | null = null,
): Refusal | null {
  if (instrument.kind === 'future') return null
  switch (side) {
    case TrdSide.Sell: {
      const sellable = sellableQty(account, instrument, nowMs, except)
      return qty <= sellable ? null : refusals.insufficientPosition(sellable)
    }
    case TrdSide.BuyBack: {
      const coverable = coverableQty(account, instrument, except)
      return qty <= coverable ? null : refusals.nothingToBuyBack(coverable)
    }
    case TrdSide.SellShort: {
      if (heldQty(account, instrument) > 0) return refusals.shortAgainstLong()
      if (!Number.isInteger(qty)) return refusals.fractionNotShort()
      return qty <= shortableQty(account, instrument, except) ? null : refusals.shortNotPermitted()
    }
    default:
      return null
  }
}

/** The account's quantity of a security, negative for a short position. */
export function heldQty(account: AccountState, instrument: Instrument): number {
  const secMarket = secMarketOf(instrument)
  return account.positions.find((one) => one.secMarket === secMarket && one.code === instrument.code)?.qty ?? 0
}

function pendingQty(
  account: AccountState,
  instrument: Instrument,
  sides: readonly number[],
  except: OrderState | null,
): number {
  const secMarket = secMarketOf(instrument)
  let pending = 0
  for (const order of account.orders) {
    if (order === except || !isLiveStatus(order.status) || !sides.includes(order.side)) continue
    if (order.secMarket === secMarket && order.code === instrument.code) pending += openQtyOf(order)
  }
  return roundQty(pending)
}
