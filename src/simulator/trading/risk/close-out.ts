import { OrderType, TimeInForce, TrdSide } from '../../../../proto/enums.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { AccountState, OrderState, PositionState } from '../account-state.ts'
import { sellableQty } from '../buying-power.ts'
import { exchange } from '../exchange-rates.ts'
import { isWithinLimit } from '../matching.ts'
import { priceOf, scaledPriceOf } from '../money.ts'
import { cancel, meetBook } from '../order-life.ts'
import type { TradingFloor } from '../order-life.ts'
import { supportsOrderType } from '../order-rules.ts'
import { isOpenStatus, isWorkingStatus } from '../order-status.ts'
import { placeOrder } from '../place-order.ts'
import { atMarketLimit } from '../price-grid.ts'
import { phaseOf } from '../session-phase.ts'
import { valueAccount } from '../valuation.ts'
import { isExposed, marginStateOf } from './margin-state.ts'

/** Remark of the broker's own orders, so that the holder can tell them from others in the list. */
export const CLOSE_OUT_REMARK = 'Margin close-out'

/**
 * Closes out each margin account whose equity is below its maintenance margin, as far as its markets trade at `nowMs`.
 * The broker cancels the account's open orders and closes positions at the market, the one with the largest margin
 * first, until the equity covers the initial margin again. An order of the broker that is not filled meets the book
 * again at each check, and is replaced when the price has left its limit.
 */
export function closeOutAccounts(floor: TradingFloor, nowMs: number): void {
  for (const account of floor.state.accounts) {
    if (isExposed(account) && closable(floor, account, nowMs).length > 0) closeOut(floor, account, nowMs)
  }
}

function closeOut(floor: TradingFloor, account: AccountState, nowMs: number): void {
  const { baseCurrency } = account.profile
  const valued = valueAccount(floor.market, account, baseCurrency, nowMs)
  if (marginStateOf(valued) !== 'closing out') return
  const open = account.orders.filter((one) => isOpenStatus(one.status))
  for (const order of open) {
    if (!isBrokersOrder(floor, order, nowMs)) cancel(floor, account, order, nowMs, CLOSE_OUT_REMARK)
  }
  const margins = new Map(
    valued.positions.map(({ position, maintenanceMargin }) => [
      position,
      exchange(maintenanceMargin, position.currency, baseCurrency),
    ]),
  )
  const byMargin = [...closable(floor, account, nowMs)].sort(
    (one, other) => (margins.get(other) ?? 0) - (margins.get(one) ?? 0),
  )
  for (const position of byMargin) {
    const { equity, initialMargin } = valueAccount(floor.market, account, baseCurrency, nowMs)
    if (equity >= initialMargin) return
    const sent = open.find(({ market, code }) => market === position.market && code === position.code)
    const instrument = floor.market.instrument(position.market, position.code)
    if (instrument === null) continue
    if (sent !== undefined && isWorkingStatus(sent.status)) meetBook(floor, account, sent, instrument, nowMs)
    else closePosition(floor, account, position, instrument, nowMs)
  }
}

/** Whether the broker sent the order at an earlier check and it may still trade at the last price. */
function isBrokersOrder(floor: TradingFloor, order: OrderState, nowMs: number): boolean {
  const instrument = floor.market.instrument(order.market, order.code)
  if (instrument === null || order.remark !== CLOSE_OUT_REMARK || !isWorkingStatus(order.status)) return false
  return isWithinLimit(order, scaledPriceOf(floor.market.lastPrice(instrument, nowMs)))
}

/** The positions that can be traded now. */
function closable(floor: TradingFloor, account: AccountState, nowMs: number): readonly PositionState[] {
  return account.positions.filter((position) => {
    if (position.qty === 0) return false
    const instrument = floor.market.instrument(position.market, position.code)
    return instrument !== null && phaseOf(floor.market.tradingState(instrument, nowMs)) === 'regular'
  })
}

/** Sends the broker's order. A refusal leaves the position for the next check, for example without a price. */
function closePosition(
  floor: TradingFloor,
  account: AccountState,
  position: PositionState,
  instrument: Instrument,
  nowMs: number,
): void {
  const isBuy = position.qty < 0
  const qty = isBuy || !position.isCashSettled ? Math.abs(position.qty) : sellableQty(account, instrument, nowMs)
  if (qty === 0) return
  const takesMarket = supportsOrderType(OrderType.Market, position.secMarket, instrument.kind)
  const price = takesMarket ? null : priceOf(atMarketLimit(floor.market, instrument, isBuy, nowMs))
  const request = {
    trdMarket: position.trdMarket,
    secMarket: position.secMarket,
    code: position.code,
    side: isBuy ? TrdSide.Buy : TrdSide.Sell,
    orderType: takesMarket ? OrderType.Market : OrderType.Normal,
    qty,
    price,
    auxPrice: null,
    trailType: null,
    trailValue: null,
    trailSpread: null,
    adjustPrice: false,
    adjustSideAndLimit: 0,
    timeInForce: TimeInForce.DAY,
    expireTime: null,
    session: null,
    fillOutsideRth: false,
    remark: CLOSE_OUT_REMARK,
    amount: null,
  }
  placeOrder(floor, account, request, nowMs)
}
