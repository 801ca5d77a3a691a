import { OrderStatus, TrdEnv } from '../../../proto/enums.ts'
import type { Refusal } from '../handler.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountState, OrderState } from './account-state.ts'
import { MAX_OPEN_ORDERS_PER_ACCOUNT, MAX_ORDERS_PER_ACCOUNT } from './bounds.ts'
import { checkFunds, checkPosition, worstPriceOf } from './buying-power.ts'
import { legsOf } from './combo/combo-order.ts'
import { draftOrder } from './draft-order.ts'
import { quantityOf } from './fractional-shares.ts'
import { nextId, serverIdOf } from './identifiers.ts'
import { checkManner, checkSimulated, expiryOf } from './order-checks.ts'
import { emitOrder, sendToExchange, type TradingFloor } from './order-life.ts'
import { isOpenStatus } from './order-status.ts'
import { checkTerms, type RequestedTerms } from './order-terms.ts'
import { openQtyOf } from './quantity.ts'
import { refusals } from './refusals.ts'
import { isBuySide } from './requirement.ts'
import { findTradable } from './tradable-security.ts'
import { secMarketOf } from './venues.ts'

/** An order as requested by a client. */
export interface OrderRequest extends RequestedTerms {
  readonly trdMarket: number
  readonly secMarket: number | null
  readonly code: string
  readonly side: number
  readonly timeInForce: number
  readonly expireTime: string | null
  readonly session: number | null
  readonly fillOutsideRth: boolean
  readonly remark: string | null
  /** Money to spend or to raise instead of a quantity, which is 0 then; null for an order by quantity. */
  readonly amount: number | null
}

/**
 * Places an order. Makes every check first, so that a refused order changes nothing. Then adds the order to the list,
 * emits it and, if its market trades, sends and matches it at once.
 */
export function placeOrder(
  floor: TradingFloor,
  account: AccountState,
  request: OrderRequest,
  nowMs: number,
): OrderState | Refusal {
  const { trdMarket, secMarket, code } = request
  const instrument = findTradable(floor.market, account.profile, trdMarket, secMarket, code, nowMs)
  if ('refusal' in instrument) return instrument
  const refusal = checkSimulated(account, request) ?? checkManner(floor, instrument, request, nowMs)
  if (refusal !== null) return refusal
  const qty = quantityOf(floor, account.profile, instrument, request, nowMs)
  if (typeof qty !== 'number') return qty
  const terms = checkTerms(floor.market, account.profile, instrument, { ...request, qty }, nowMs)
  if ('refusal' in terms) return terms
  const expiresMs = expiryOf(request, secMarketOf(instrument), nowMs)
  if (expiresMs !== null && typeof expiresMs !== 'number') return expiresMs
  const tooMany = checkRoom(account, 1)
  if (tooMany !== null) return tooMany

  const draft = draftOrder(floor, account, instrument, request, terms, expiresMs, nowMs)
  const unbacked = checkBacking(floor, account, instrument, draft, nowMs)
  if (unbacked !== null) return unbacked

  const order = { ...draft, ...newOrderId(floor, account) }
  account.orders.push(order)
  dropOldOrders(account)
  emitOrder(floor, account, order)
  if (order.status === OrderStatus.Submitting) sendToExchange(floor, account, order, instrument, nowMs)
  return order
}

/** Refuses orders beyond the bound of open orders. */
export function checkRoom(account: AccountState, orders: number): Refusal | null {
  const open = account.orders.filter((one) => isOpenStatus(one.status)).length
  return open + orders > MAX_OPEN_ORDERS_PER_ACCOUNT ? refusals.tooManyOrders(MAX_OPEN_ORDERS_PER_ACCOUNT) : null
}

/** The ids of a new order, and its place in the queue. */
export function newOrderId(
  floor: TradingFloor,
  account: AccountState,
): Pick<OrderState, 'orderId' | 'orderIdEx' | 'priority'> {
  const id = nextId(floor.state)
  const isReal = account.profile.trdEnv === TrdEnv.Real
  return { orderId: id.toString(), orderIdEx: serverIdOf(id, isReal), priority: floor.state.idCounter }
}

/** Checks that the account has the shares or money for the order. `order` may already be in the list. */
export function checkBacking(
  floor: TradingFloor,
  account: AccountState,
  instrument: Instrument,
  order: OrderState,
  nowMs: number,
  except: OrderState | null = null,
): Refusal | null {
  const qty = openQtyOf(order)
  const badPosition = checkPosition(account, instrument, order.side, qty, nowMs, except)
  if (badPosition !== null) return badPosition
  const { filledQty, filledNotional, feesPaid } = order
  const worstPrice = worstPriceOf(floor, order, instrument, nowMs)
  const deal = { instrument, isBuy: isBuySide(order.side), qty, worstPrice, filledQty, filledNotional, feesPaid }
  return checkFunds(floor, account, deal, nowMs, except)
}

/** Limits the list to its bound. Open orders are never dropped, because their own bound is lower. */
export function dropOldOrders(account: AccountState): void {
  while (account.orders.length > MAX_ORDERS_PER_ACCOUNT) {
    const oldest = account.orders.findIndex((one) => legsOf(account, one).every((leg) => !isOpenStatus(leg.status)))
    if (oldest === -1) return
    account.orders.splice(oldest, 1)
  }
}
