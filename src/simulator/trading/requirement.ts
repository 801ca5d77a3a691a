import { TrdAccType, TrdSide } from '../../../proto/enums.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountProfile, AccountState, OrderState } from './account-state.ts'
import { totalFees } from './fees.ts'
import { marginTermsOf } from './margin.ts'
import { scaleCents, valueOf } from './money.ts'
import type { Cents, ScaledPrice } from './money.ts'
import { isLiveStatus } from './order-status.ts'
import { openQtyOf, qtyUnits, roundQty } from './quantity.ts'
import { secMarketOf } from './venues.ts'

/** A quantity to trade at a worst price, for computing the required money. */
export interface Deal {
  readonly instrument: Instrument
  readonly isBuy: boolean
  readonly qty: number
  readonly worstPrice: ScaledPrice
  /** The part of the same order that is already filled; fees depend on the whole order. */
  readonly filledQty: number
  readonly filledNotional: number
  readonly feesPaid: Cents
}

/** Whether a side buys: a buy, or buying back a short position. */
export function isBuySide(side: number): boolean {
  return side === TrdSide.Buy || side === TrdSide.BuyBack
}

/** Whether trades pay the full price; futures settle only the difference. */
export function isCashSettled(instrument: Instrument): boolean {
  return instrument.kind !== 'future'
}

/** Whether the account is a margin account, which lends against its positions. */
export function isMarginAccount(profile: AccountProfile): boolean {
  return profile.accType === TrdAccType.Margin
}

/** The additional fees if the deal is filled completely at its worst price. */
export function furtherFees(deal: Deal): Cents {
  const value = valueOf(deal.filledNotional + deal.worstPrice * deal.qty, deal.instrument.contractMultiplier)
  const base = {
    secMarket: secMarketOf(deal.instrument),
    kind: deal.instrument.kind,
    isSell: !deal.isBuy,
    qty: roundQty(deal.filledQty + deal.qty),
    value,
  }
  return totalFees(base) - deal.feesPaid
}

/**
 * The amount that must be available in the security's currency before the deal may be sent. A cash account pays in
 * full; a sale pays its fees from the proceeds. A margin account needs initial margin for the part that opens a
 * position, and no money for the part that closes one (`closableQty`).
 */
export function requiredFor(profile: AccountProfile, deal: Deal, closableQty: number): Cents {
  const value = valueOf(deal.worstPrice * deal.qty, deal.instrument.contractMultiplier)
  if (!isMarginAccount(profile)) {
    return deal.isBuy ? value + furtherFees(deal) : Math.max(0, furtherFees(deal) - value)
  }
  const openingQty = Math.max(0, roundQty(deal.qty - closableQty))
  if (openingQty === 0) return 0
  const terms = marginTermsOf(deal.instrument)
  const percent = (deal.isBuy ? terms.long : terms.short).initial
  return scaleCents(value, qtyUnits(openingQty) * percent, qtyUnits(deal.qty) * 100) + furtherFees(deal)
}

/** The reservations of the live orders of an account. */
export interface Reservations {
  readonly byCurrency: ReadonlyMap<number, Cents>
  /** The part of an opposite position that one more order can close. */
  closableBy(isBuy: boolean, secMarket: number, code: string): number
}

/**
 * The reservations of the account's live orders, oldest first: each order closes the part of the position that earlier
 * orders leave. `except` is an order that is about to be replaced. Orders in unlisted securities reserve no money.
 */
export function reservationsOf(
  account: AccountState,
  instrumentOf: (order: OrderState) => Instrument | null,
  worstPriceOf: (order: OrderState) => ScaledPrice,
  except: OrderState | null = null,
): Reservations {
  const byCurrency = new Map<number, Cents>()
  const usedUp = new Map<string, number>()
  const closableBy = (isBuy: boolean, secMarket: number, code: string): number => {
    const held = account.positions.find((one) => one.secMarket === secMarket && one.code === code)?.qty ?? 0
    const closable = isBuy ? Math.max(0, -held) : Math.max(0, held)
    return Math.max(0, roundQty(closable - (usedUp.get(sideKey(isBuy, secMarket, code)) ?? 0)))
  }
  for (const order of account.orders) {
    if (order === except || !isLiveStatus(order.status)) continue
    const instrument = instrumentOf(order)
    if (instrument === null) continue
    const isBuy = isBuySide(order.side)
    const qty = openQtyOf(order)
    const { filledQty, filledNotional, feesPaid } = order
    const deal = { instrument, isBuy, qty, worstPrice: worstPriceOf(order), filledQty, filledNotional, feesPaid }
    const closable = closableBy(isBuy, order.secMarket, order.code)
    const required = requiredFor(account.profile, deal, closable)
    byCurrency.set(order.currency, (byCurrency.get(order.currency) ?? 0) + required)
    const key = sideKey(isBuy, order.secMarket, order.code)
    usedUp.set(key, (usedUp.get(key) ?? 0) + qty)
  }
  return { byCurrency, closableBy }
}

function sideKey(isBuy: boolean, secMarket: number, code: string): string {
  return `${isBuy ? 'buy' : 'sell'}/${secMarket}/${code}`
}
