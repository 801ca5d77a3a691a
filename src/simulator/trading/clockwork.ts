import { OrderStatus } from '../../../proto/enums.ts'
import type { Instrument, Tick } from '../market/instrument.ts'
import type { AccountState, AccountsState, OrderState } from './account-state.ts'
import { activate } from './activation.ts'
import { MAX_CATCH_UP_MS } from './bounds.ts'
import { releaseCombos } from './combo/combo-release.ts'
import { settleExpired } from './expiry.ts'
import { dealPrint, isWithinLimit } from './matching.ts'
import { scaledPriceOf } from './money.ts'
import type { ScaledPrice } from './money.ts'
import { cancel, executeFill, sendToExchange } from './order-life.ts'
import type { TradingFloor } from './order-life.ts'
import { isConditional, ruleOf } from './order-rules.ts'
import { isLiveStatus, isOpenStatus, isWorkingStatus } from './order-status.ts'
import { isBuySide } from './requirement.ts'
import { closeOutAccounts } from './risk/close-out.ts'
import { passDays } from './risk/day-events.ts'
import { isExposed } from './risk/margin-state.ts'
import { isDayOver, joinDay, mayTrade, phaseOf } from './session-phase.ts'
import type { SessionPhase } from './session-phase.ts'
import type { SessionState } from './trading-market.ts'
import { meetsCondition } from './trigger.ts'

const MS_PER_MINUTE = 60_000

interface OpenOrder {
  readonly account: AccountState
  readonly order: OrderState
}

/** The open orders of one security, oldest first, during a period in which its session does not change. */
interface Watch {
  readonly key: string
  readonly instrument: Instrument
  readonly session: SessionState
  readonly phase: SessionPhase
  readonly orders: readonly OpenOrder[]
}

/**
 * Advances the orders to `nowMs`: sends orders whose market has opened, ends orders whose day or date is over, and
 * matches every print against resting and conditional orders, in time order over all securities. It advances in periods
 * that end with a clock minute, because sessions begin on one. Interest and daily settlement fall on the start of a
 * minute. Margins and waiting combinations are checked at the end of each. The result is therefore independent of the step size.
 */
export function passTime(floor: TradingFloor, nowMs: number): void {
  const { state } = floor
  if (nowMs - state.advancedToMs > MAX_CATCH_UP_MS) {
    passDays(floor, state.advancedToMs, nowMs - MAX_CATCH_UP_MS)
    state.advancedToMs = nowMs - MAX_CATCH_UP_MS
  }
  while (state.advancedToMs < nowMs) {
    const startMs = state.advancedToMs + 1
    const endMs = Math.min(nowMs, (Math.floor(startMs / MS_PER_MINUTE) + 1) * MS_PER_MINUTE - 1)
    const watches = watchesAt(floor, startMs)
    if (watches.length === 0 && !state.accounts.some(isExposed)) break
    passDays(floor, state.advancedToMs, endMs)
    for (const watch of watches) for (const open of watch.orders) turnSession(floor, watch, open, startMs)
    for (const { watch, tick } of ticksOf(floor, watches, startMs, endMs)) showPrint(floor, watch, tick)
    settleExpired(floor, endMs)
    if ((endMs + 1) % MS_PER_MINUTE === 0) {
      releaseCombos(floor, endMs)
      closeOutAccounts(floor, endMs)
    }
    state.advancedToMs = endMs
  }
  settleExpired(floor, nowMs)
  // Without open orders and debts nothing happens twice, so a clock that was set back is accepted.
  if (nowMs > state.advancedToMs || !dependsOnTime(state)) state.advancedToMs = nowMs
}

function dependsOnTime(state: AccountsState): boolean {
  return state.accounts.some(
    (account) => isExposed(account) || account.orders.some((order) => isOpenStatus(order.status)),
  )
}

function watchesAt(floor: TradingFloor, startMs: number): readonly Watch[] {
  const byKey = new Map<string, OpenOrder[]>()
  for (const account of floor.state.accounts) {
    for (const order of account.orders) {
      if (!isOpenStatus(order.status)) continue
      const key = `${order.market}/${order.code}`
      const same = byKey.get(key)
      if (same === undefined) byKey.set(key, [{ account, order }])
      else same.push({ account, order })
    }
  }
  const watches: Watch[] = []
  for (const [key, orders] of byKey) {
    const [first] = orders
    const instrument = first === undefined ? null : floor.market.instrument(first.order.market, first.order.code)
    if (instrument === null) continue
    const session = floor.market.tradingState(instrument, startMs)
    orders.sort((one, other) => one.order.priority - other.order.priority)
    watches.push({ key, instrument, session, phase: phaseOf(session), orders })
  }
  return watches.sort((one, other) => (one.key < other.key ? -1 : 1))
}

/** Applies the time of day to an order at the start of a period: expiry, a new day, sending to the exchange. */
function turnSession(floor: TradingFloor, watch: Watch, { account, order }: OpenOrder, startMs: number): void {
  const { instrument, session, phase } = watch
  const expiryMs = floor.market.expiryMs(instrument)
  if (expiryMs !== null && startMs >= expiryMs) return cancel(floor, account, order, startMs, EXPIRED)
  if (order.expiresMs !== null && startMs >= order.expiresMs) return cancel(floor, account, order, startMs, EXPIRED)
  if (order.expiresMs === null && isDayOver(order, session)) return cancel(floor, account, order, startMs, EXPIRED)
  // A new day begins with an empty book, so orders of earlier days are first in the queue.
  if (joinDay(order, session)) order.volumeAhead = 0
  if (!isLiveStatus(order.status) || !mayTrade(order, phase)) return
  const isHeldBack = order.limit === null && (isConditional(order.orderType) || order.combo !== null)
  if (order.status === OrderStatus.WaitingSubmit && !isHeldBack)
    sendToExchange(floor, account, order, instrument, startMs)
}

const EXPIRED = 'The order has expired'

/** The prints of the period for all securities whose orders may trade, in time order. */
function ticksOf(
  floor: TradingFloor,
  watches: readonly Watch[],
  startMs: number,
  endMs: number,
): readonly { readonly watch: Watch; readonly tick: Tick }[] {
  const prints = watches
    .filter((watch) => watch.orders.some(({ order }) => mayTrade(order, watch.phase)))
    .map((watch) => floor.market.ticksBetween(watch.instrument, startMs - 1, endMs).map((tick) => ({ watch, tick })))
  const [only] = prints
  if (prints.length === 1 && only !== undefined) return only
  // The sort is stable, so prints with the same time stay in the order of the securities and of the tape.
  return prints.flat().sort((one, other) => one.tick.timeMs - other.tick.timeMs)
}

function showPrint(floor: TradingFloor, watch: Watch, tick: Tick): void {
  const price = scaledPriceOf(tick.price)
  dealToResting(floor, watch, price, tick, true)
  dealToResting(floor, watch, price, tick, false)
  for (const { account, order } of watch.orders) {
    if (order.status !== OrderStatus.WaitingSubmit || order.limit !== null || !mayTrade(order, watch.phase)) continue
    if (order.combo !== null) continue
    if (meetsCondition(order, price)) activate(floor, account, order, watch.instrument, price, tick.timeMs)
  }
  if (watch.phase === 'regular') endAuctionOrders(floor, watch, tick.timeMs)
}

function dealToResting(floor: TradingFloor, watch: Watch, price: ScaledPrice, tick: Tick, isBuy: boolean): void {
  const candidates = watch.orders.filter(
    ({ order }) =>
      isWorkingStatus(order.status) &&
      isBuySide(order.side) === isBuy &&
      isWithinLimit(order, price) &&
      mayTrade(order, watch.phase),
  )
  if (candidates.length === 0) return
  const accounts = new Map(candidates.map(({ order, account }) => [order, account]))
  for (const fill of dealPrint([...accounts.keys()], price, tick.volume)) {
    const account = accounts.get(fill.order)
    if (account === undefined) continue
    executeFill(floor, account, fill.order, watch.instrument, fill, tick.timeMs, watch.session.tradingDate)
  }
}

/** Cancels at-auction orders after the opening print. At-auction limit orders continue as ordinary limit orders. */
function endAuctionOrders(floor: TradingFloor, watch: Watch, nowMs: number): void {
  for (const { account, order } of watch.orders) {
    const rule = ruleOf(order.orderType)
    if (rule.isAuction && rule.isAtMarket && isWorkingStatus(order.status)) {
      cancel(floor, account, order, nowMs, 'The auction has ended')
    }
  }
}
