import { QotMarketState, Session } from '../../../proto/enums.ts'
import type { OrderState } from './account-state.ts'
import { ruleOf } from './order-rules.ts'
import type { SessionState } from './trading-market.ts'

/** What a trading day offers to orders at one moment. */
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
  [QotMarketState.FutureBreak]: 'pause',
}

export function phaseOf(state: SessionState): SessionPhase {
  return state.isOpen ? 'regular' : (PHASES[state.marketState] ?? 'closed')
}

/** Whether the order may lie in the exchange's book and trade in that phase. */
export function mayTrade(order: OrderState, phase: SessionPhase): boolean {
  if (phase === 'regular') return order.session !== Session.OVERNIGHT
  if (phase === 'auction') return !ruleOf(order.orderType).isImmediate
  if (phase === 'extended') return tradesExtended(order)
  return phase === 'overnight' && (order.session === Session.ALL || order.session === Session.OVERNIGHT)
}

/**
 * Whether the running trading day still has, or had, a session for the order. Not so when everything is closed, and
 * after hours for an order that keeps to the regular session: such an order waits for the next day.
 */
export function hasDayFor(order: OrderState, state: SessionState): boolean {
  if (phaseOf(state) === 'closed') return false
  return state.marketState !== QotMarketState.AfterHoursBegin || tradesExtended(order)
}

/**
 * Whether a day order's day is over. Only the exchange's own calendar decides: the day ends when its last session
 * for this order has ended, or at the latest when another trading day has begun.
 */
export function isDayOver(order: OrderState, state: SessionState): boolean {
  if (order.activeDate === null) return false
  return order.activeDate !== state.tradingDate || !hasDayFor(order, state)
}

function tradesExtended(order: OrderState): boolean {
  return order.fillOutsideRth || order.session === Session.ETH || order.session === Session.ALL
}
