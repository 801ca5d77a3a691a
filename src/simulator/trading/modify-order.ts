import { ModifyOrderOp, OrderStatus, TrdEnv, TrdMarket } from '../../../proto/enums.ts'
import type { Refusal } from '../handler.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountState, OrderState } from './account-state.ts'
import { legsOf } from './combo/combo-order.ts'
import { nextId } from './identifiers.ts'
import { priceOf } from './money.ts'
import { cancel, emitOrder, meetBook, moveTo, sendToExchange } from './order-life.ts'
import type { TradingFloor } from './order-life.ts'
import { isConditional } from './order-rules.ts'
import { isAllowedMove, isDeletableStatus, isOpenStatus, isWorkingStatus } from './order-status.ts'
import { checkTerms } from './order-terms.ts'
import type { RequestedTerms } from './order-terms.ts'
import { checkBacking } from './place-order.ts'
import { refusals } from './refusals.ts'
import { mayTrade, phaseOf } from './session-phase.ts'

/** New terms for an open order; null leaves a term unchanged. */
export type NewTerms = Omit<RequestedTerms, 'orderType' | 'qty'> & { readonly qty: number | null }

/** Applies one `Trd_Common.ModifyOrderOp` to one order. Returns null on success. */
export function modifyOrder(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  operation: number,
  terms: NewTerms,
  nowMs: number,
): Refusal | null {
  const isReal = account.profile.trdEnv === TrdEnv.Real
  if (order.combo !== null) return modifyCombo(floor, account, order, operation, nowMs)
  switch (operation) {
    case ModifyOrderOp.Normal:
      return changeTerms(floor, account, order, terms, nowMs)
    case ModifyOrderOp.Cancel:
      if (!isOpenStatus(order.status)) return refusals.orderNotOpen()
      cancel(floor, account, order, nowMs)
      return null
    case ModifyOrderOp.Disable:
      if (!isReal) return refusals.simulatedNoSuchOperation()
      if (order.status === OrderStatus.Disabled || !isAllowedMove(order.status, OrderStatus.Disabled)) {
        return refusals.orderNotOpen()
      }
      moveTo(floor, account, order, OrderStatus.Disabled, nowMs)
      return null
    case ModifyOrderOp.Enable:
      return isReal ? enable(floor, account, order, nowMs) : refusals.simulatedNoSuchOperation()
    case ModifyOrderOp.Delete:
      if (!isReal) return refusals.simulatedNoSuchOperation()
      if (!isDeletableStatus(order.status)) return refusals.orderNotOpen()
      moveTo(floor, account, order, OrderStatus.Deleted, nowMs)
      return null
    default:
      return refusals.unknownOperation()
  }
}

/** A combination can be cancelled, and deleted from a real account's list if none of its legs was filled. */
function modifyCombo(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  operation: number,
  nowMs: number,
): Refusal | null {
  const legs = legsOf(account, order)
  const open = legs.find((leg) => isOpenStatus(leg.status))
  if (operation === ModifyOrderOp.Cancel) {
    if (open === undefined) return refusals.orderNotOpen()
    cancel(floor, account, open, nowMs)
    return null
  }
  if (operation !== ModifyOrderOp.Delete || account.profile.trdEnv !== TrdEnv.Real)
    return refusals.strategyOnlyCancels()
  if (!legs.every((leg) => isDeletableStatus(leg.status))) return refusals.orderNotOpen()
  for (const leg of legs) moveTo(floor, account, leg, OrderStatus.Deleted, nowMs)
  return null
}

/** Cancels every open order of the account, oldest first; with a `Trd_Common.TrdMarket` only those sent to it. */
export function cancelAll(floor: TradingFloor, account: AccountState, trdMarket: number | null, nowMs: number): void {
  const open = account.orders.filter((one) => isOpenStatus(one.status))
  for (const order of open) {
    if (trdMarket === null || order.trdMarket === trdMarket) cancel(floor, account, order, nowMs)
  }
}

/**
 * Changes the terms of an open order, with the checks of a new order. With a smaller quantity the order keeps its place
 * in the queue. With any other change it is matched against the book again and moves to the end of the queue.
 */
function changeTerms(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  requested: NewTerms,
  nowMs: number,
): Refusal | null {
  if (!isOpenStatus(order.status)) return refusals.orderNotOpen()
  if (order.trdMarket === TrdMarket.HKCC) return refusals.stockConnectOnlyCancels()
  const instrument = floor.market.instrument(order.market, order.code)
  if (instrument === null) return refusals.unknownSecurity(order.code)
  const merged = {
    orderType: order.orderType,
    qty: requested.qty ?? order.qty,
    price: requested.price ?? amount(order.price),
    auxPrice: requested.auxPrice ?? amount(order.auxPrice),
    trailType: requested.trailType ?? order.trailType,
    trailValue: requested.trailValue ?? order.trailValue,
    trailSpread: requested.trailSpread ?? order.trailSpread,
  }
  const terms = checkTerms(floor.market, account.profile, instrument, { ...requested, ...merged }, nowMs)
  if ('refusal' in terms) return terms
  if (terms.qty <= order.filledQty) return refusals.quantityBelowFilled(order.filledQty)

  // A triggered order stays triggered; only its limit can still change.
  const isHeldBack = isConditional(order.orderType) && order.limit === null
  const limit = isHeldBack ? null : (terms.price ?? order.limit)
  const changed = { ...order, ...terms, limit }
  const unbacked = checkBacking(floor, account, instrument, changed, nowMs, order)
  if (unbacked !== null) return unbacked

  const losesPlace = limit !== order.limit || terms.qty > order.qty
  Object.assign(order, terms, { limit, updateMs: nowMs })
  if (losesPlace) {
    nextId(floor.state)
    order.priority = floor.state.idCounter
  }
  emitOrder(floor, account, order)
  if (losesPlace && isWorkingStatus(order.status)) rejoin(floor, account, order, instrument, nowMs)
  return null
}

/** Matches a working order against the book again; outside trading only resets its place in the queue. */
function rejoin(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  instrument: Instrument,
  nowMs: number,
): void {
  const phase = phaseOf(floor.market.tradingState(instrument, nowMs))
  if (mayTrade(order, phase)) meetBook(floor, account, order, instrument, nowMs)
  else order.volumeAhead = 0
}

function enable(floor: TradingFloor, account: AccountState, order: OrderState, nowMs: number): Refusal | null {
  if (order.status !== OrderStatus.Disabled) return refusals.orderNotOpen()
  const instrument = floor.market.instrument(order.market, order.code)
  if (instrument === null) return refusals.unknownSecurity(order.code)
  const unbacked = checkBacking(floor, account, instrument, order, nowMs, order)
  if (unbacked !== null) return unbacked
  const isWaiting =
    (isConditional(order.orderType) && order.limit === null) ||
    !mayTrade(order, phaseOf(floor.market.tradingState(instrument, nowMs)))
  if (isWaiting) moveTo(floor, account, order, OrderStatus.WaitingSubmit, nowMs)
  else sendToExchange(floor, account, order, instrument, nowMs)
  return null
}

function amount(scaled: number | null): number | null {
  return scaled === null ? null : priceOf(scaled)
}
