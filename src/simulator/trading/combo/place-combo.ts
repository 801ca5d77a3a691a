import { OrderStatus, OrderType, TimeInForce, TrdSide } from '../../../../proto/enums.ts'
import type { Refusal } from '../../handler.ts'
import type { AccountState, ComboMembership, OrderState } from '../account-state.ts'
import { draftOrder } from '../draft-order.ts'
import { scaledPriceOf } from '../money.ts'
import { checkManner, checkSimulated } from '../order-checks.ts'
import { emitOrder } from '../order-life.ts'
import type { TradingFloor } from '../order-life.ts'
import { checkTerms } from '../order-terms.ts'
import { checkBacking, checkRoom, dropOldOrders, newOrderId } from '../place-order.ts'
import type { OrderRequest } from '../place-order.ts'
import { refusals } from '../refusals.ts'
import { secMarketOf } from '../venues.ts'
import type { Leg } from './combo-legs.ts'
import { listedOrder } from './combo-order.ts'
import { releaseWhenMet } from './combo-release.ts'
import { strategyTypeOf } from './strategy-type.ts'

/** A combination as requested by a client. */
export interface ComboRequest {
  readonly trdMarket: number
  readonly legs: readonly Leg[]
  readonly qty: number
  /** Net price of one combination for one unit of its option's multiplier; negative for a credit. */
  readonly price: number | null
  /** `Normal` or `Market`. */
  readonly orderType: number
  readonly timeInForce: number
  readonly remark: string | null
}

/** Largest net price, which keeps the money of a combination in the range of exact numbers. */
const MAX_NET_PRICE = 1_000_000

/**
 * Places all legs of a combination or none: each leg passes the checks of a new order, with the money and shares that
 * the legs before it leave. The combination then waits for its net price and is filled leg by leg. It ends with its day.
 */
export function placeCombo(
  floor: TradingFloor,
  account: AccountState,
  request: ComboRequest,
  nowMs: number,
): OrderState | Refusal {
  const { legs, qty, orderType, timeInForce } = request
  if (timeInForce !== TimeInForce.DAY) return refusals.strategyDayOnly()
  const price = orderType === OrderType.Market ? null : request.price
  if (orderType === OrderType.Normal && (price === null || !(Math.abs(price) <= MAX_NET_PRICE))) {
    return refusals.strategyPrice()
  }
  const tooMany = checkRoom(account, legs.length)
  if (tooMany !== null) return tooMany
  const drafts = draftLegs(floor, account, request, nowMs)
  if ('refusal' in drafts) return drafts

  const { orderId, orderIdEx, ...first } = newOrderId(floor, account)
  const combo: Omit<ComboMembership, 'isReleased'> = {
    orderId,
    orderIdEx,
    side: TrdSide.Buy,
    orderType,
    qty,
    price: price === null ? null : scaledPriceOf(price),
    multiplier: legs.find((leg) => leg.instrument.kind === 'option')?.instrument.contractMultiplier ?? 1,
    strategyType: strategyTypeOf(legs),
    legs: drafts.map(({ market, code, side }, index) => ({ market, code, side, ratio: legs[index]?.ratio ?? 1 })),
  }
  const placed = drafts.map((draft, index) => {
    const ids = index === 0 ? { orderId, orderIdEx, ...first } : newOrderId(floor, account)
    return { ...draft, ...ids, combo: { ...combo, isReleased: false } }
  })
  account.orders.push(...placed)
  dropOldOrders(account)
  const [lead] = placed
  if (lead === undefined) return refusals.badLegs()
  emitOrder(floor, account, lead)
  releaseWhenMet(floor, account, lead, nowMs)
  return listedOrder(account, lead)
}

/** The legs as orders that wait, after all checks; the account is as before. */
function draftLegs(
  floor: TradingFloor,
  account: AccountState,
  request: ComboRequest,
  nowMs: number,
): readonly OrderState[] | Refusal {
  const count = account.orders.length
  const drafts: OrderState[] = []
  try {
    for (const leg of request.legs) {
      const draft = draftLeg(floor, account, request, leg, nowMs)
      if ('refusal' in draft) return draft
      drafts.push(draft)
      // The checks of the next leg count what this one reserves.
      account.orders.push(draft)
    }
    return drafts
  } finally {
    account.orders.splice(count)
  }
}

function draftLeg(
  floor: TradingFloor,
  account: AccountState,
  request: ComboRequest,
  { instrument, side, qty }: Leg,
  nowMs: number,
): OrderState | Refusal {
  const order: OrderRequest = {
    trdMarket: request.trdMarket,
    secMarket: secMarketOf(instrument),
    code: instrument.code,
    side,
    orderType: OrderType.Market,
    qty,
    price: null,
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
    remark: request.remark,
    amount: null,
  }
  const asSent = { ...order, orderType: request.orderType }
  const refusal = checkSimulated(account, asSent) ?? checkManner(floor, instrument, asSent, nowMs)
  if (refusal !== null) return refusal
  const terms = checkTerms(floor.market, account.profile, instrument, order, nowMs)
  if ('refusal' in terms) return terms
  const drafted = draftOrder(floor, account, instrument, order, terms, null, nowMs)
  // It waits for the net price, like a conditional order for its trigger.
  const draft = { ...drafted, status: OrderStatus.WaitingSubmit, limit: null }
  return checkBacking(floor, account, instrument, draft, nowMs) ?? draft
}
