import type { Instrument } from '../market/instrument.ts'
import type {
  AccountState,
  CashBalance,
  OrderState,
  PositionDay,
  PositionState,
  AccountsState,
  CashFlow,
} from './account-state.ts'
import { totalFees } from './fees.ts'
import { valueOf, type Cents, type ScaledPrice } from './money.ts'
import { roundQty, scaleByQty } from './quantity.ts'
import { isBuySide, isCashSettled } from './requirement.ts'
import { MAX_FLOWS_PER_ACCOUNT, keepLast } from './bounds.ts'
import { nextId } from './identifiers.ts'

/** The cash movements of one fill, for the account's statement. */
export interface Booking {
  /** Change of the cash balance without fees; negative for outgoing money. */
  readonly proceeds: Cents
  readonly fees: Cents
}

/**
 * Books a fill: order totals, fees, cash, position, realised profit. Values and fees are computed for the order so far,
 * rounded once, less the amounts booked before, so that many small fills cost the same as one large fill. Preserves
 * `balance = deposited - held at cost - fees - interest + realised` in every currency.
 */
export function bookFill(
  account: AccountState,
  order: OrderState,
  instrument: Instrument,
  fill: { readonly qty: number; readonly price: ScaledPrice },
  positionId: () => string,
  tradingDate: string,
): Booking {
  order.filledQty = roundQty(order.filledQty + fill.qty)
  order.filledNotional += Math.round(fill.price * fill.qty)
  const value = advanceTo(order, 'filledValue', valueOf(order.filledNotional, order.contractMultiplier))
  const isBuy = isBuySide(order.side)
  const base = { secMarket: order.secMarket, kind: instrument.kind, isSell: !isBuy, qty: order.filledQty }
  const fees = advanceTo(order, 'feesPaid', totalFees({ ...base, value: order.filledValue }))

  dropFlatPositions(account, order.secMarket, tradingDate)
  const position = positionFor(account, order, instrument, positionId)
  const { realised, payable } = movePosition(position, isBuy ? fill.qty : -fill.qty, value)
  recordToday(position, tradingDate, isBuy, fill.qty, value, realised)

  const paid = isBuy ? -value : value
  const proceeds = isCashSettled(instrument) ? paid : payable
  const cash = cashIn(account, order.currency)
  cash.balance += proceeds - fees
  cash.fees += fees
  cash.realised += payable
  return { proceeds, fees }
}

/** Closes a whole position at a price, without an order and without fees. Returns the change of the cash balance. */
export function settlePosition(
  account: AccountState,
  position: PositionState,
  price: ScaledPrice,
  tradingDate: string,
): Cents {
  const qty = Math.abs(position.qty)
  const isBuy = position.qty < 0
  const value = valueOf(price * qty, position.contractMultiplier)
  const { realised, payable } = movePosition(position, -position.qty, value)
  recordToday(position, tradingDate, isBuy, qty, value, realised)
  const cash = cashIn(account, position.currency)
  const proceeds = position.isCashSettled ? (isBuy ? -value : value) : payable
  cash.balance += proceeds
  cash.realised += payable
  return proceeds
}

/**
 * Pays the variation margin of a futures position: its open profit at the settlement price, less what earlier
 * settlements paid. The cost stays that of the opening. Returns the change of the cash balance.
 */
export function settleVariation(account: AccountState, position: PositionState, price: ScaledPrice): Cents {
  const value = valueOf(price * position.qty, position.contractMultiplier)
  const variation = value - position.cost - position.settled
  position.settled += variation
  const cash = cashIn(account, position.currency)
  cash.balance += variation
  cash.realised += variation
  return variation
}

/** The accounting of a currency, created with zero amounts if the account has none. */
export function cashIn(account: AccountState, currency: number): CashBalance {
  let cash = account.cash.find((one) => one.currency === currency)
  if (cash === undefined) {
    cash = { currency, deposited: 0, balance: 0, fees: 0, realised: 0, interest: 0 }
    account.cash.push(cash)
  }
  return cash
}

/** The day's trades of a position; zero if the record is of an earlier day. */
export function dayOf(position: PositionState, tradingDate: string): PositionDay {
  if (position.today.date === tradingDate) return position.today
  return { date: tradingDate, buyQty: 0, buyValue: 0, sellQty: 0, sellValue: 0, realised: 0 }
}

function advanceTo(order: OrderState, total: 'filledValue' | 'feesPaid', next: Cents): Cents {
  const step = next - order[total]
  order[total] = next
  return step
}

/** Removes positions that became flat on an earlier day. OpenD lists a flat position until the end of its day. */
function dropFlatPositions(account: AccountState, secMarket: number, tradingDate: string): void {
  account.positions = account.positions.filter(
    (one) => one.qty !== 0 || one.secMarket !== secMarket || one.today.date === tradingDate,
  )
}

function positionFor(
  account: AccountState,
  order: OrderState,
  instrument: Instrument,
  positionId: () => string,
): PositionState {
  const held = account.positions.find((one) => one.secMarket === order.secMarket && one.code === order.code)
  if (held !== undefined) return held
  const opened: PositionState = {
    positionId: positionId(),
    secMarket: order.secMarket,
    market: order.market,
    code: order.code,
    name: order.name,
    currency: order.currency,
    contractMultiplier: order.contractMultiplier,
    isCashSettled: isCashSettled(instrument),
    trdMarket: order.trdMarket,
    qty: 0,
    cost: 0,
    realised: 0,
    settled: 0,
    today: { date: '', buyQty: 0, buyValue: 0, sellQty: 0, sellValue: 0, realised: 0 },
  }
  account.positions.push(opened)
  return opened
}

/**
 * Changes a position by a signed quantity traded for `value`: closes it at its average cost first, then opens the other
 * side with the rest. Returns the profit of the closing part, and the part of it that daily settlement has not paid.
 */
function movePosition(
  position: PositionState,
  change: number,
  value: Cents,
): { readonly realised: Cents; readonly payable: Cents } {
  const isClosing = position.qty !== 0 && Math.sign(position.qty) !== Math.sign(change)
  if (position.qty === 0) position.realised = 0
  const closedQty = isClosing ? Math.min(Math.abs(change), Math.abs(position.qty)) : 0
  const closedValue = scaleByQty(value, closedQty, Math.abs(change))
  const closedCost = closedQty === 0 ? 0 : scaleByQty(position.cost, closedQty, Math.abs(position.qty))
  const closedSettled = closedQty === 0 ? 0 : scaleByQty(position.settled, closedQty, Math.abs(position.qty))
  // A short position's cost is negative, so for both sides this is incoming less outgoing money.
  const realised = closedQty === 0 ? 0 : (change < 0 ? closedValue : -closedValue) - closedCost
  position.qty = roundQty(position.qty + change)
  position.settled -= closedSettled
  position.cost += (change < 0 ? closedValue - value : value - closedValue) - closedCost
  position.realised += realised
  return { realised, payable: realised - closedSettled }
}

function recordToday(
  position: PositionState,
  tradingDate: string,
  isBuy: boolean,
  qty: number,
  value: Cents,
  realised: Cents,
): void {
  position.today = dayOf(position, tradingDate)
  position.today.realised += realised
  if (isBuy) {
    position.today.buyQty = roundQty(position.today.buyQty + qty)
    position.today.buyValue += value
  } else {
    position.today.sellQty = roundQty(position.today.sellQty + qty)
    position.today.sellValue += value
  }
}

/** Adds an entry to the account's statement of cash movements, except for an amount of zero. */
export function recordFlow(
  state: AccountsState,
  account: AccountState,
  movement: Pick<CashFlow, 'currency' | 'amount' | 'timeMs'>,
  type: string,
  remark: string,
): void {
  if (movement.amount === 0) return
  account.flows.push({ ...movement, flowId: nextId(state).toString(), type, remark })
  keepLast(account.flows, MAX_FLOWS_PER_ACCOUNT)
}
