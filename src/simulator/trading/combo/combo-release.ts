import { OrderStatus } from '../../../../proto/enums.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { AccountState, OrderState } from '../account-state.ts'
import { availableLevels } from '../liquidity.ts'
import { sweep } from '../matching.ts'
import { valueOf } from '../money.ts'
import type { Cents } from '../money.ts'
import { meetBook, moveTo } from '../order-life.ts'
import type { TradingFloor } from '../order-life.ts'
import { checkBacking } from '../place-order.ts'
import { atMarketLimit } from '../price-grid.ts'
import { isBuySide } from '../requirement.ts'
import { phaseOf } from '../session-phase.ts'
import { legsOf, signOf } from './combo-order.ts'

interface ReadyLeg {
  readonly order: OrderState
  readonly instrument: Instrument
}

/** Sends the waiting combinations of all accounts whose net price the books meet now, oldest first. */
export function releaseCombos(floor: TradingFloor, nowMs: number): void {
  for (const account of floor.state.accounts) {
    for (const order of account.orders) if (isWaiting(order)) releaseWhenMet(floor, account, order, nowMs)
  }
}

/**
 * Sends the legs of a waiting combination, each as a market order, if all of them trade now and the books meet its
 * terms. A combination with a net price goes only if the visible books fill all its legs in full at that price or
 * better, so its fills never cost more than the price. One at the market goes at once, and each leg fills by itself.
 */
export function releaseWhenMet(floor: TradingFloor, account: AccountState, order: OrderState, nowMs: number): void {
  const legs: ReadyLeg[] = []
  for (const leg of legsOf(account, order)) {
    const instrument = floor.market.instrument(leg.market, leg.code)
    if (instrument === null) return
    if (phaseOf(floor.market.tradingState(instrument, nowMs)) !== 'regular') return
    legs.push({ order: leg, instrument })
  }
  const limits = legs.map(({ order: leg, instrument }) =>
    atMarketLimit(floor.market, instrument, isBuySide(leg.side), nowMs),
  )
  const { combo } = order
  if (combo === null) return
  if (combo.price !== null) {
    const cost = costInBook(floor, legs, limits, nowMs)
    if (cost === null || cost > valueOf(combo.price * combo.qty, combo.multiplier)) return
  }
  for (const [index, { order: leg }] of legs.entries()) {
    leg.limit = limits[index] ?? null
    // A new record, because pushes that are not collected yet refer to the old one.
    if (leg.combo !== null) leg.combo = { ...leg.combo, isReleased: true }
  }
  send(floor, account, legs, nowMs)
}

function isWaiting({ combo, status }: OrderState): boolean {
  return combo !== null && !combo.isReleased && status === OrderStatus.WaitingSubmit
}

/** Net cost of all legs in the visible books, negative for a credit; null if they do not fill all of them. */
function costInBook(
  floor: TradingFloor,
  legs: readonly ReadyLeg[],
  limits: readonly number[],
  nowMs: number,
): Cents | null {
  let cost = 0
  for (const [index, { order, instrument }] of legs.entries()) {
    const book = floor.market.book(instrument, nowMs)
    const levels = availableLevels(floor.state, instrument, book, isBuySide(order.side), nowMs)
    const executions = sweep({ ...order, limit: limits[index] ?? null }, levels)
    if (executions.reduce((sum, one) => sum + one.qty, 0) < order.qty) return null
    const notional = executions.reduce((sum, one) => sum + one.price * one.qty, 0)
    cost += signOf(order) * valueOf(notional, order.contractMultiplier)
  }
  return cost
}

/** The prices moved since the combination was placed, so its backing is checked again, as for a triggered order. */
function send(floor: TradingFloor, account: AccountState, legs: readonly ReadyLeg[], nowMs: number): void {
  for (const { order, instrument } of legs) {
    const refusal = checkBacking(floor, account, instrument, order, nowMs, order)
    if (refusal === null) continue
    for (const leg of legs) moveTo(floor, account, leg.order, OrderStatus.Failed, nowMs, refusal.refusal.retMsg)
    return
  }
  for (const status of [OrderStatus.Submitting, OrderStatus.Submitted]) {
    for (const { order } of legs) moveTo(floor, account, order, status, nowMs)
  }
  for (const { order, instrument } of legs) meetBook(floor, account, order, instrument, nowMs)
}
