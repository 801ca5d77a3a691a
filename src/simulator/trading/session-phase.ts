import { QotMarketState, Session } from '../../../proto/enums.ts'
import type { OrderState } from './account-state.ts'
import { ruleOf } from './order-rules.ts'
import type { SessionState } from './trading-market.ts'

/** How orders trade at a given time of the trading day. */
export type SessionPhase =
  /** Continuous trading of the regular session. */
  | 'regular'
  /** Orders are collected for one common price. */
  | 'auction'
  /** Before or after hours (US). */
  | 'extended'
  | 'overnight'
  /** A gap inside the trading day: lunch, or between an auction and the open. */
  | 'pause'
  | 'closed'

const PHASES: Readonly<Record<number, SessionPhase>> = {
  [QotMarketState.Auction]: 'auction',
  [QotMarketState.HkCas]: 'auction',
  [QotMarketState.CLOSE_AUCTION]: 'auction',
  [QotMarketState.TRADE_AUCTION]: 'auction',
  [QotMarketState.PreMarketBegin]: 'extended',
  [QotMarketState.AfterHoursBegin]: 'extended',
  [QotMarketState.NIGHT]: 'overnight',
  [QotMarketState.OVERNIGHT_BEGIN]: 'overnight',
  [QotMarketState.OVERNIGHT]: 'overnight',
  [QotMarketState.WaitingOpen]: 'pause',
  [QotMarketState.Rest]: 'pause',
  [QotMarketState.PreMarketEnd]: 'pause',
  [QotMarketState.FutureDayBreak]: 'pause',
  [QotMarketState.FutureDayWaitForOpen]: 'pause',
  [QotMarketState.FutureNightWait]: 'pause',
  // Between a night session and the day session that completes its trading day.
  [QotMarketState.NightEnd]: 'pause',
}

/** The phase of a session state; `closed` for states without trading. */
export function phaseOf(state: SessionState): SessionPhase {
  return state.isOpen ? 'regular' : (PHASES[state.marketState] ?? 'closed')
}

/** Whether the order may be in the exchange's book and trade in that phase. */
export function mayTrade(order: OrderState, phase: SessionPhase): boolean {
  if (phase === 'regular') return order.session !== Session.OVERNIGHT
  if (phase === 'auction') return !ruleOf(order.orderType).isImmediate
  if (phase === 'extended') return tradesExtended(order)
  return phase === 'overnight' && (order.session === Session.ALL || order.session === Session.OVERNIGHT)
}

/**
 * Whether the current trading day has, or had, a session for the order. False if the market is closed, after hours for
 * an order of the regular session only, and after the night for an overnight order: such an order waits for the next
 * day.
 */
function hasDayFor(order: OrderState, state: SessionState): boolean {
  const phase = phaseOf(state)
  if (phase === 'closed') return false
  if (order.session === Session.OVERNIGHT) return phase === 'overnight'
  return state.marketState !== QotMarketState.AfterHoursBegin || tradesExtended(order)
}

/**
 * Whether the trading date of the state is that of the session: an auction and a pause before the open still have the
 * date of the day before.
 */
function hasDate(state: SessionState): boolean {
  const phase = phaseOf(state)
  return phase === 'regular' || phase === 'extended' || phase === 'overnight'
}

/**
 * Whether the day of a day order is over: the last session for this order has ended, or another trading day has begun
 * without a pause (a US night after the after-hours session, an exchange that never closes). An order placed while the
 * market is closed first waits for its day.
 */
export function isDayOver(order: OrderState, state: SessionState): boolean {
  if (!order.hasMetDay) return false
  return (
    !hasDayFor(order, state) || (hasDate(state) && order.activeDate !== null && order.activeDate !== state.tradingDate)
  )
}

/** Records the current trading day on an order. Returns whether a new day has begun for it. */
export function joinDay(order: OrderState, state: SessionState): boolean {
  if (!hasDayFor(order, state)) return false
  order.hasMetDay = true
  if (!hasDate(state) || order.activeDate === state.tradingDate) return false
  order.activeDate = state.tradingDate
  return true
}

function tradesExtended(order: OrderState): boolean {
  return order.fillOutsideRth || order.session === Session.ETH || order.session === Session.ALL
}
