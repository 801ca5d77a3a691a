import {
  OrderStatus,
  OrderType,
  QotMarket,
  Session,
  TimeInForce,
  TrdEnv,
  TrdSecMarket,
  TrdSide,
} from '../../../proto/enums.ts'
import type { Refusal } from '../handler.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountState, OrderState } from './account-state.ts'
import { MAX_HISTORY_DAYS, MAX_OPEN_ORDERS_PER_ACCOUNT, MAX_ORDERS_PER_ACCOUNT } from './bounds.ts'
import { checkFunds, checkPosition, reportedSide, worstPriceOf } from './buying-power.ts'
import { quantityOf } from './fractional-shares.ts'
import { nextId, serverIdOf } from './identifiers.ts'
import { parseMarketTime, zoneOfSecMarket } from './market-time.ts'
import { scaledPriceOf } from './money.ts'
import { emitOrder, sendToExchange, type TradingFloor } from './order-life.ts'
import { isConditional, orderTypeName, ruleOf, supportsOrderType } from './order-rules.ts'
import { isOpenStatus } from './order-status.ts'
import { checkTerms, type OrderTerms, type RequestedTerms } from './order-terms.ts'
import { atMarketLimit } from './price-grid.ts'
import { openQtyOf } from './quantity.ts'
import { refusals } from './refusals.ts'
import { isBuySide } from './requirement.ts'
import { joinDay, mayTrade, phaseOf } from './session-phase.ts'
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

/** OpenD's own limit. */
const MAX_REMARK_BYTES = 64

const MS_PER_DAY = 86_400_000
const MS_PER_MINUTE = 60_000

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
  const instrument = findTradable(floor.market, account.profile, trdMarket, secMarket, code)
  if ('refusal' in instrument) return instrument
  const refusal = checkSimulated(account, request) ?? checkManner(floor, instrument, request, nowMs)
  if (refusal !== null) return refusal
  const qty = quantityOf(floor, account.profile, instrument, request, nowMs)
  if (typeof qty !== 'number') return qty
  const terms = checkTerms(floor.market, account.profile, instrument, { ...request, qty }, nowMs)
  if ('refusal' in terms) return terms
  const expiresMs = expiryOf(request, secMarketOf(instrument), nowMs)
  if (expiresMs !== null && typeof expiresMs !== 'number') return expiresMs
  if (account.orders.filter((one) => isOpenStatus(one.status)).length >= MAX_OPEN_ORDERS_PER_ACCOUNT) {
    return refusals.tooManyOrders(MAX_OPEN_ORDERS_PER_ACCOUNT)
  }

  const draft = draftOrder(floor, account, instrument, request, terms, expiresMs, nowMs)
  const unbacked = checkBacking(floor, account, instrument, draft, nowMs)
  if (unbacked !== null) return unbacked

  const id = nextId(floor.state)
  const isReal = account.profile.trdEnv === TrdEnv.Real
  const order = { ...draft, orderId: id.toString(), orderIdEx: serverIdOf(id, isReal), priority: floor.state.idCounter }
  account.orders.push(order)
  dropOldOrders(account)
  emitOrder(floor, account, order)
  if (order.status === OrderStatus.Submitting) sendToExchange(floor, account, order, instrument, nowMs)
  return order
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

/** The limits of simulated accounts in OpenD's documentation: limit and market orders, good for the day. */
function checkSimulated(account: AccountState, { orderType, timeInForce, session }: OrderRequest): Refusal | null {
  if (account.profile.trdEnv !== TrdEnv.Simulate) return null
  if (orderType !== OrderType.Normal && orderType !== OrderType.Market) return refusals.simulatedOrderType()
  if (timeInForce !== TimeInForce.DAY) return refusals.simulatedDayOnly()
  return session === Session.ALL || session === Session.OVERNIGHT ? refusals.simulatedNoOvernight() : null
}

/** The checks that do not depend on the order's terms or the account: side, type, time, session, remark. */
function checkManner(
  floor: TradingFloor,
  instrument: Instrument,
  request: OrderRequest,
  nowMs: number,
): Refusal | null {
  const { side, orderType, timeInForce } = request
  if (side < TrdSide.Buy || side > TrdSide.BuyBack) return refusals.unknownSide()
  if (!supportsOrderType(orderType, secMarketOf(instrument), instrument.kind)) {
    return refusals.orderTypeNotSupported(orderTypeName(orderType))
  }
  if (request.remark !== null && utf8Length(request.remark) > MAX_REMARK_BYTES) return refusals.remarkTooLong()
  const rule = ruleOf(orderType)
  const isPlainLimit = orderType === OrderType.Normal
  const isLasting = timeInForce === TimeInForce.GTC || timeInForce === TimeInForce.GTD
  if (isLasting && !isPlainLimit && !isConditional(orderType)) return refusals.badTimeInForce()
  if (timeInForce === TimeInForce.IOC && !isPlainLimit) return refusals.badTimeInForce()
  const isAtOnce = orderType === OrderType.Market || rule.isImmediate || timeInForce === TimeInForce.IOC
  const expiryMs = floor.market.expiryMs(instrument)
  if (expiryMs !== null && expiryMs <= nowMs) return refusals.contractExpired(instrument.code)
  if (floor.market.lastPrice(instrument, nowMs) <= 0) return refusals.notListedYet(instrument.code)
  const phase = phaseOf(floor.market.tradingState(instrument, nowMs))
  const isUs = secMarketOf(instrument) === TrdSecMarket.US
  const isExtended = request.session !== null && request.session > Session.RTH
  if (isUs && rule.isAtMarket && isExtended) return refusals.badSession()
  if (isAtOnce && phase !== 'regular') return refusals.marketClosed()
  if (rule.isAuction && phase === 'regular') return refusals.notInAuction()
  return null
}

/** The expiry of a good-till order, on a full minute; null for an order that ends with its day or at once. */
function expiryOf(request: OrderRequest, secMarket: number, nowMs: number): number | null | Refusal {
  const latestMs = Math.ceil((nowMs + MAX_HISTORY_DAYS * MS_PER_DAY) / MS_PER_MINUTE) * MS_PER_MINUTE
  switch (request.timeInForce) {
    case TimeInForce.GTC:
      return latestMs
    case TimeInForce.GTD: {
      const span = parseMarketTime(zoneOfSecMarket(secMarket), (request.expireTime ?? '').slice(0, 10))
      if (span === null || span.lastMs < nowMs || span.lastMs > latestMs) return refusals.badExpireTime()
      return span.lastMs + 1
    }
    case TimeInForce.DAY:
    case TimeInForce.IOC:
      return null
    default:
      return refusals.badTimeInForce()
  }
}

function draftOrder(
  floor: TradingFloor,
  account: AccountState,
  instrument: Instrument,
  request: OrderRequest,
  terms: OrderTerms,
  expiresMs: number | null,
  nowMs: number,
): OrderState {
  const session = floor.market.tradingState(instrument, nowMs)
  const draft: OrderState = {
    ...terms,
    orderId: '',
    orderIdEx: '',
    accId: account.profile.accId,
    priority: 0,
    trdMarket: request.trdMarket,
    secMarket: secMarketOf(instrument),
    market: instrument.market,
    code: instrument.code,
    name: instrument.name,
    currency: instrument.currency,
    contractMultiplier: instrument.contractMultiplier,
    side: reportedSide(account, instrument, request.side),
    orderType: request.orderType,
    timeInForce: request.timeInForce,
    expiresMs,
    session: instrument.market === QotMarket.US_Security ? request.session : null,
    fillOutsideRth: request.fillOutsideRth,
    remark: request.remark,
    amount: request.amount,
    status: OrderStatus.WaitingSubmit,
    limit: limitAtOnce(floor, instrument, request, terms, nowMs),
    extreme: ruleOf(request.orderType).isTrailing ? scaledPriceOf(floor.market.lastPrice(instrument, nowMs)) : null,
    volumeAhead: 0,
    hasMetDay: false,
    activeDate: null,
    filledQty: 0,
    filledNotional: 0,
    filledValue: 0,
    feesPaid: 0,
    createMs: nowMs,
    updateMs: nowMs,
    lastErrMsg: null,
  }
  joinDay(draft, session)
  if (mayTrade(draft, phaseOf(session)) && !isConditional(draft.orderType)) draft.status = OrderStatus.Submitting
  return draft
}

/** The limit of an order without a condition: its price, or the protection price of an order without a price. */
function limitAtOnce(
  floor: TradingFloor,
  instrument: Instrument,
  { orderType, side }: OrderRequest,
  terms: OrderTerms,
  nowMs: number,
): number | null {
  if (isConditional(orderType)) return null
  return ruleOf(orderType).isAtMarket ? atMarketLimit(floor.market, instrument, isBuySide(side), nowMs) : terms.price
}

/** Limits the list to its bound. Open orders are never dropped, because their own bound is lower. */
function dropOldOrders(account: AccountState): void {
  while (account.orders.length > MAX_ORDERS_PER_ACCOUNT) {
    const oldest = account.orders.findIndex((one) => !isOpenStatus(one.status))
    if (oldest === -1) return
    account.orders.splice(oldest, 1)
  }
}

/** Bytes of a string in UTF-8. An unpaired surrogate counts as the replacement character. */
function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) bytes += 1
    else if (point < 0x800) bytes += 2
    else bytes += point < 0x1_0000 ? 3 : 4
  }
  return bytes
}
