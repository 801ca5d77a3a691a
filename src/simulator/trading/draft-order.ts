import { OrderStatus, QotMarket } from '../../../proto/enums.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountState, OrderState } from './account-state.ts'
import { reportedSide } from './buying-power.ts'
import { scaledPriceOf } from './money.ts'
import type { TradingFloor } from './order-life.ts'
import { isConditional, ruleOf } from './order-rules.ts'
import type { OrderTerms } from './order-terms.ts'
import type { OrderRequest } from './place-order.ts'
import { atMarketLimit } from './price-grid.ts'
import { isBuySide } from './requirement.ts'
import { joinDay, mayTrade, phaseOf } from './session-phase.ts'
import { secMarketOf } from './venues.ts'

/** A new order that passed its checks, without an id yet and not in the account's list. */
export function draftOrder(
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
    combo: null,
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
