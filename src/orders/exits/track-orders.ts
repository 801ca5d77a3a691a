import { OrderStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { MAX_ORDERS_OF_EXIT } from '../../base/memory-budget.ts'
import { FINAL } from '../changed-orders.ts'
import type { LedgerEntry } from '../entry.ts'
import { idsOf } from '../order-identity.ts'
import type { ExitGroup, Leg, TrackedOrder } from './exit-group.ts'
import { withoutNoise } from './exit-price.ts'

type Order = MessageTypes['Trd_Common.Order']

/** Delays before the next order of a leg after a failure, ms: doubled with each one. */
const RETRY_MS = { first: 5_000, most: 300_000 } as const

/** Failures that a later attempt does not change: the rights and the allowlists of the caller. */
const LASTING = /^(auth\.|trade\.|limits\.(account|market|symbol|side|order_value)$|order\.ledger_full$)/

/** Records that an order of a leg could not be placed: later it is tried again, or not, depending on the reason. */
export function recordFailure(leg: Leg, reason: string, nowMs: number): void {
  leg.detail = reason
  if (LASTING.test(reason)) leg.ended = reason
  leg.retryAtMs = nowMs + Math.min(RETRY_MS.first * 2 ** Math.min(leg.failures, 10), RETRY_MS.most)
  leg.failures++
}

/** Forgets the oldest orders that are over; what they have filled stays with the leg. */
export function forgetOver(leg: Leg): void {
  const over = leg.orders.filter(({ phase }) => phase === 'over')
  for (const order of over.slice(0, Math.max(0, over.length - MAX_ORDERS_OF_EXIT + 1))) {
    leg.closedQty = withoutNoise(leg.closedQty + order.filled)
    leg.orders = leg.orders.filter((one) => one !== order)
  }
}

/** Updates an order with its ledger entry. `leg` is null for the parent. */
export function applyEntry(order: TrackedOrder, leg: Leg | null, entry: LedgerEntry, nowMs: number): void {
  order.intentId = entry.id
  order.orderId = entry.orderId ?? order.orderId
  order.orderIdEx = entry.orderIdEx ?? order.orderIdEx
  if (entry.state === 'accepted') {
    // Also when it was over: an order that was called absent has appeared.
    if (order.phase === 'over' && order.status !== null) return
    order.phase = 'live'
    if (leg !== null) clearFailure(leg)
    return
  }
  if (entry.state === 'reserved' || entry.state === 'unknown' || order.phase !== 'sending') return
  order.phase = 'over'
  if (leg === null) return
  recordFailure(leg, entry.refusal?.code ?? entry.detail ?? `the order is ${entry.state}`, nowMs)
  // OpenD refuses the stop order, so the gateway waits for the price itself.
  if (entry.state === 'rejected') leg.waitsAt = leg.kind === 'stop_loss' ? 'edge' : leg.waitsAt
}

/** Updates an order with what OpenD shows of it. Shows may be old: fills only grow, and an order that is over stays so. */
export function applyShown(group: ExitGroup, order: TrackedOrder, leg: Leg | null, shown: Order, nowMs: number): void {
  const isTakenBack = shown.orderStatus === OrderStatus.FillCancelled
  const filled = isTakenBack ? (shown.fillQty ?? 0) : Math.max(order.filled, shown.fillQty ?? 0)
  if (filled !== order.filled) group.filledAtMs = nowMs
  order.filled = filled
  if (shown.fillAvgPrice !== undefined && shown.fillAvgPrice > 0) order.avgPrice = shown.fillAvgPrice
  const ids = idsOf(shown)
  order.orderId = ids.orderId ?? order.orderId
  order.orderIdEx = ids.orderIdEx ?? order.orderIdEx
  if (order.phase === 'over' && order.status !== null) return
  // It may have been changed by hand.
  if (shown.qty > 0) order.qty = shown.qty
  order.status = shown.orderStatus
  if (!FINAL.has(shown.orderStatus)) {
    order.phase = 'live'
    return
  }
  order.phase = 'over'
  if (leg !== null) recordEnd(leg, order, shown, nowMs)
}

function recordEnd(leg: Leg, order: TrackedOrder, { orderStatus, lastErrMsg }: Order, nowMs: number): void {
  if (order.filled >= order.qty || order.cancelledAtMs !== null) return
  const reason = `OpenD ended the order with status ${orderStatus}${lastErrMsg === undefined ? '' : `: ${lastErrMsg}`}`
  const isFailed = orderStatus === OrderStatus.Failed || orderStatus === OrderStatus.SubmitFailed
  if (!isFailed && !leg.isTriggered) {
    // A person, a halt or the end of the day ended it: the gateway does not place it again.
    leg.detail = reason
    leg.ended = reason
    return
  }
  recordFailure(leg, reason, nowMs)
  if (leg.kind === 'stop_loss') leg.waitsAt = 'edge'
}

function clearFailure(leg: Leg): void {
  leg.detail = null
  leg.failures = 0
}
