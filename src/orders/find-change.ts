import { ModifyOrderOp, OrderStatus } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { isFinal, type LedgerEntry, type OrderCallFacts } from './entry.ts'
import { type Finding, isUnsure, type Look, type OtherCalls, unsure } from './finding.ts'
import { entryIdOf, tagOf } from './tag.ts'

type Order = MessageTypes['Trd_Common.Order']

/** Statuses in which an order can still trade. */
export const OPEN_STATUSES: ReadonlySet<number> = new Set([
  OrderStatus.Unsubmitted,
  OrderStatus.WaitingSubmit,
  OrderStatus.Submitting,
  OrderStatus.Submitted,
  OrderStatus.Filled_Part,
])

/** Statuses of an order that was cancelled, or is about to be. */
const CANCELLED: ReadonlySet<number> = new Set([
  OrderStatus.Cancelling_Part,
  OrderStatus.Cancelling_All,
  OrderStatus.Cancelled_Part,
  OrderStatus.Cancelled_All,
  OrderStatus.Deleted,
])

/** Statuses of an order that ended without having been live. */
const NEVER_LIVE: ReadonlySet<number> = new Set([
  OrderStatus.Cancelling_All,
  OrderStatus.Cancelled_All,
  OrderStatus.Deleted,
])

/** Operations that undo each other's traces: after one of these nobody can see whether the other was done. */
const COVERED_BY: ReadonlyMap<number, number> = new Map([
  [ModifyOrderOp.Normal, ModifyOrderOp.Normal],
  [ModifyOrderOp.Disable, ModifyOrderOp.Enable],
  [ModifyOrderOp.Enable, ModifyOrderOp.Disable],
])

/**
 * Latest entries of an account that are searched for other changes. More than that since a reply was lost would take
 * minutes at the rate that OpenD allows.
 */
const MOST_OTHERS = 200

/** The clocks of OpenD and the gateway may differ by so much. */
const CLOCK_SLACK_MS = 60_000

/** Doubles that came through different computers stand for the same decimal when they differ by no more than this. */
const ROUNDING = 1e-9

/**
 * Looks for the trace of a change to an order. It has no tag, so only the order itself shows it; null when it shows that
 * the change was not made, or is not listed at all.
 */
export function findChange(entry: LedgerEntry, look: Look, others: OtherCalls): Finding | null {
  const { call } = entry
  if (call.forAll) return findCancelAll(entry, look.orders, others)
  const order = look.orders.find((one) => isTarget(one, call))
  if (order === undefined) return call.op === ModifyOrderOp.Delete && look.isComplete ? deleted(call) : null
  if (isUnsure(order)) return unsure(order)
  const trace = traceIn(order, call)
  if (trace === 'made') return { state: 'accepted', order, detail: `the order is as wanted, ${statusText(order)}` }
  if (isCovered(entry, order, others)) {
    return { state: 'unknown', detail: 'the order was changed again, so the change cannot be seen in it' }
  }
  return trace === 'too_late' ? { state: 'rejected', detail: `the order ended before, ${statusText(order)}` } : null
}

/** Whether a change shows in its order: it was made, it can still be made, or the order ended without it. */
function traceIn(order: Order, call: OrderCallFacts): 'made' | 'not_made' | 'too_late' {
  const status = order.orderStatus
  const isDisabled = status === OrderStatus.Disabled
  const isOver = !isDisabled && !OPEN_STATUSES.has(status)
  switch (call.op) {
    case ModifyOrderOp.Normal:
      return isAsAsked(order, call) ? 'made' : isOver ? 'too_late' : 'not_made'
    case ModifyOrderOp.Cancel:
      return CANCELLED.has(status) ? 'made' : isOver ? 'too_late' : 'not_made'
    case ModifyOrderOp.Disable:
      return isDisabled ? 'made' : isOver ? 'too_late' : 'not_made'
    case ModifyOrderOp.Enable:
      return isDisabled ? 'not_made' : NEVER_LIVE.has(status) ? 'too_late' : 'made'
    case ModifyOrderOp.Delete:
      return status === OrderStatus.Deleted ? 'made' : 'not_made'
    default:
      return 'not_made'
  }
}

/** A deleted order has left the list. */
function deleted({ targetOrderId, targetOrderIdEx }: OrderCallFacts): Finding {
  const order = { orderID: BigInt(targetOrderId ?? 0), orderIDEx: targetOrderIdEx ?? '' }
  return { state: 'accepted', order, detail: 'the order is no longer listed' }
}

/** A cancel of everything was made when nothing is open, and not made when something older than it is. */
function findCancelAll(entry: LedgerEntry, orders: readonly Order[], others: OtherCalls): Finding | null {
  const { forMarket } = entry.call
  const meant = orders.filter(({ trdMarket }) => forMarket === undefined || trdMarket === forMarket)
  const unclear = meant.find(isUnsure)
  if (unclear !== undefined) return unsure(unclear)
  const open = meant.filter(({ orderStatus }) => OPEN_STATUSES.has(orderStatus) || orderStatus === OrderStatus.Disabled)
  const order = { orderID: 0n, orderIDEx: '' }
  if (open.length === 0) return { state: 'accepted', order, detail: 'no order of the account is open' }
  if (open.some((one) => isOlder(one, entry, others))) return null
  return { state: 'unknown', detail: 'the orders that are open may be newer than the call' }
}

/** Whether an order was surely there before that call. */
function isOlder({ remark, createTimestamp }: Order, { createdAtMs }: LedgerEntry, others: OtherCalls): boolean {
  const tag = tagOf(remark)
  const placed = tag === null ? null : others.byId(entryIdOf(tag))
  if (placed !== null) return isFinal(placed.state) && placed.updatedAtMs < createdAtMs
  return createTimestamp !== undefined && createTimestamp * 1_000 < createdAtMs - CLOCK_SLACK_MS
}

/**
 * Whether another call of the ledger may have changed the same thing after this one. It would have been the last to do
 * so, and so the order would be as that call wanted it.
 */
function isCovered(entry: LedgerEntry, order: Order, others: OtherCalls): boolean {
  const covering = COVERED_BY.get(entry.call.op ?? ModifyOrderOp.Unknown)
  if (covering === undefined) return false
  const { accId } = entry.call
  const latest = others.page({ caller: null, state: null, accId, before: null, limit: MOST_OTHERS })
  if (latest.length === MOST_OTHERS && !latest.some(({ id }) => id === entry.id)) return true
  return [...latest, ...others.unsettled()].some(({ id, call, state, updatedAtMs }) => {
    if (id === entry.id || call.op !== covering || !isTarget(order, call)) return false
    const mayHaveFollowed = state === 'accepted' ? updatedAtMs >= entry.createdAtMs : !isFinal(state)
    return mayHaveFollowed && traceIn(order, call) === 'made'
  })
}

function isTarget({ orderID, orderIDEx }: Order, { targetOrderId, targetOrderIdEx }: OrderCallFacts): boolean {
  if (targetOrderIdEx !== null && orderIDEx === targetOrderIdEx) return true
  return targetOrderId !== null && orderID.toString() === targetOrderId
}

/** Whether an order has the numbers that a change asked for. Clients send 0 for one that they do not mean to change. */
function isAsAsked(order: Order, { qty, price, triggers = {} }: OrderCallFacts): boolean {
  const { auxPrice, trailType, trailValue, trailSpread, adjustLimit = 0 } = triggers
  return (
    isSame(order.qty, qty) &&
    isSame(order.price, price, Math.abs(adjustLimit)) &&
    isSame(order.auxPrice, auxPrice) &&
    isSame(order.trailType, trailType) &&
    isSame(order.trailValue, trailValue) &&
    isSame(order.trailSpread, trailSpread)
  )
}

/** `slack` is a share of what was asked for. */
function isSame(has: number | undefined, asked: number | null | undefined, slack = 0): boolean {
  if (asked === null || asked === undefined || asked === 0) return true
  return has !== undefined && Math.abs(has - asked) <= Math.abs(asked) * (slack + ROUNDING)
}

function statusText({ orderStatus }: Order): string {
  return `with status ${orderStatus}`
}
