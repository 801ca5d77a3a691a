import { OrderStatus, TimeInForce, TrdEnv } from '../../../proto/enums.ts'
import type { Instrument } from '../market/instrument.ts'
import type { AccountState, AccountsState, OrderState, TradeEvent } from './account-state.ts'
import { MAX_EVENTS, MAX_FILLS_PER_ACCOUNT, keepLast } from './bounds.ts'
import { legsOf, listedOrder } from './combo/combo-order.ts'
import { nextId, serverIdOf } from './identifiers.ts'
import { bookFill, type Booking, recordFlow } from './ledger.ts'
import { availableLevels, takeLiquidity } from './liquidity.ts'
import { sweep, volumeAheadOf, type Execution } from './matching.ts'
import { ruleOf } from './order-rules.ts'
import { isAllowedMove, isOpenStatus } from './order-status.ts'
import { isBuySide } from './requirement.ts'
import { phaseOf } from './session-phase.ts'
import type { TradingMarket } from './trading-market.ts'

/** The accounts and the market on which they trade, for all functions that change orders. */
export interface TradingFloor {
  readonly state: AccountsState
  readonly market: TradingMarket
}

/** Changes the status of an order and emits the change. Throws on a transition that is not in the table: a bug. */
export function moveTo(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  status: number,
  nowMs: number,
  message: string | null = null,
): void {
  if (!isAllowedMove(order.status, status)) throw new Error(`order status ${order.status} cannot become ${status}`)
  order.status = status
  order.updateMs = nowMs
  if (message !== null) order.lastErrMsg = message
  emitOrder(floor, account, order)
}

/** Emits the current state of the order; for a leg, that of its combination. */
export function emitOrder(floor: TradingFloor, account: AccountState, order: OrderState): void {
  const { accId, trdEnv } = account.profile
  emit(floor, { kind: 'order', accId, trdEnv, order: listedOrder(account, order) })
}

/**
 * Sends an order to the exchange: matches it against the book within its limit. The rest queues behind the volume at
 * its price, or is cancelled if the order type or time in force requires it. In an auction orders do not trade at once.
 */
export function sendToExchange(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  instrument: Instrument,
  nowMs: number,
): void {
  if (order.status !== OrderStatus.Submitting) moveTo(floor, account, order, OrderStatus.Submitting, nowMs)
  moveTo(floor, account, order, OrderStatus.Submitted, nowMs)
  meetBook(floor, account, order, instrument, nowMs)
}

/** Matches a working order against the book, when it arrives and after its terms have changed. */
export function meetBook(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  instrument: Instrument,
  nowMs: number,
): void {
  const session = floor.market.tradingState(instrument, nowMs)
  const book = floor.market.book(instrument, nowMs)
  const isBuy = isBuySide(order.side)
  if (phaseOf(session) !== 'auction' && !ruleOf(order.orderType).isAuction) {
    const executions = sweep(order, availableLevels(floor.state, instrument, book, isBuy, nowMs))
    takeLiquidity(floor.state, instrument, isBuy, executions, nowMs)
    for (const execution of executions) {
      executeFill(floor, account, order, instrument, execution, nowMs, session.tradingDate)
    }
  }
  if (order.status === OrderStatus.Filled_All) return
  order.volumeAhead = volumeAheadOf(order, book)
  if (ruleOf(order.orderType).isImmediate || order.timeInForce === TimeInForce.IOC) {
    cancel(floor, account, order, nowMs)
  }
}

/** Books one execution, then emits the fill and after it the changed order. */
export function executeFill(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  instrument: Instrument,
  execution: Execution,
  nowMs: number,
  tradingDate: string,
): void {
  const positionId = (): string => nextId(floor.state).toString()
  const booking = bookFill(account, order, instrument, execution, positionId, tradingDate)
  const isReal = account.profile.trdEnv === TrdEnv.Real
  const fillId = nextId(floor.state)
  const fill = {
    fillId: fillId.toString(),
    fillIdEx: serverIdOf(fillId, isReal),
    accId: order.accId,
    orderId: order.combo?.orderId ?? order.orderId,
    orderIdEx: order.combo?.orderIdEx ?? order.orderIdEx,
    trdMarket: order.trdMarket,
    secMarket: order.secMarket,
    code: order.code,
    name: order.name,
    side: order.side,
    qty: execution.qty,
    price: execution.price,
    createMs: nowMs,
  }
  // OpenD has no deal list and no cash flows for simulated accounts, so they are not stored here either.
  if (isReal) {
    account.fills.push(fill)
    keepLast(account.fills, MAX_FILLS_PER_ACCOUNT)
    recordFlows(floor, account, order, booking, nowMs)
    emit(floor, { kind: 'fill', accId: order.accId, trdEnv: account.profile.trdEnv, fill })
  }
  const isComplete = order.filledQty === order.qty
  moveTo(floor, account, order, isComplete ? OrderStatus.Filled_All : OrderStatus.Filled_Part, nowMs)
}

/** Cancels an open order, and with it the open legs of its combination. Does nothing if it is not open. */
export function cancel(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  nowMs: number,
  message: string | null = null,
): void {
  if (!isOpenStatus(order.status)) return
  const open = legsOf(account, order).filter((leg) => isOpenStatus(leg.status))
  for (const leg of open) {
    const status = leg.filledQty > 0 ? OrderStatus.Cancelling_Part : OrderStatus.Cancelling_All
    moveTo(floor, account, leg, status, nowMs, message)
  }
  for (const leg of open) {
    const status = leg.filledQty > 0 ? OrderStatus.Cancelled_Part : OrderStatus.Cancelled_All
    moveTo(floor, account, leg, status, nowMs)
  }
}

function recordFlows(
  floor: TradingFloor,
  account: AccountState,
  order: OrderState,
  booking: Booking,
  nowMs: number,
): void {
  const remark = `${isBuySide(order.side) ? 'Buy' : 'Sell'} ${order.code}, order ${order.combo?.orderIdEx ?? order.orderIdEx}`
  const base = { currency: order.currency, timeMs: nowMs }
  recordFlow(floor.state, account, { ...base, amount: booking.proceeds }, 'Trade', remark)
  recordFlow(floor.state, account, { ...base, amount: -booking.fees }, 'Fees', remark)
}

function emit(floor: TradingFloor, event: TradeEvent): void {
  floor.state.events.push(event)
  keepLast(floor.state.events, MAX_EVENTS)
}
