import { ModifyOrderOp, OrderStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { isTarget, OPEN_STATUSES, traceIn } from './change-status.ts'
import { type EntryState, isFinal, type LedgerEntry, type OrderCallFacts } from '../entry.ts'
import { type MatchResult, isUnsure, type Look, type OtherCalls, unsure } from './match-result.ts'
import { entryIdOf, tagOf } from '../tag.ts'

type Order = MessageTypes['Trd_Common.Order']

/** States of a call that was not made. */
const NOT_MADE: ReadonlySet<EntryState> = new Set(['rejected', 'not_sent', 'absent'])

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

/**
 * Looks for the trace of a change to an order. It has no tag, so only the order itself shows it; null when it shows that
 * the change was not made, or is not listed at all.
 */
export function matchChange(entry: LedgerEntry, look: Look, others: OtherCalls): MatchResult | null {
  const { call } = entry
  if (call.forAll) return matchCancelAll(entry, look.orders, others)
  const order = look.orders.find((one) => isTarget(one, call))
  if (order === undefined) return call.op === ModifyOrderOp.Delete && look.isComplete ? deleted(call) : null
  if (isUnsure(order)) return unsure(order)
  const trace = traceIn(order, call)
  if (trace === 'made') {
    return { state: 'accepted', order, detail: `the order is as wanted, ${statusText(order)}`, isByAbsence: false }
  }
  if (isCovered(entry, order, others)) {
    return { state: 'unknown', detail: 'the order was changed again, so the change cannot be seen in it' }
  }
  return trace === 'too_late' ? { state: 'rejected', detail: `the order ended before, ${statusText(order)}` } : null
}

/** A deleted order has left the list. */
function deleted({ targetOrderId, targetOrderIdEx }: OrderCallFacts): MatchResult {
  const order = { orderID: BigInt(targetOrderId ?? 0), orderIDEx: targetOrderIdEx ?? '' }
  return { state: 'accepted', order, detail: 'the order is no longer listed', isByAbsence: true }
}

/** A cancel of everything was made when nothing is open, and not made when something older than it is. */
function matchCancelAll(entry: LedgerEntry, orders: readonly Order[], others: OtherCalls): MatchResult | null {
  const { forMarket } = entry.call
  const meant = orders.filter(({ trdMarket }) => forMarket === undefined || trdMarket === forMarket)
  const unclear = meant.find(isUnsure)
  if (unclear !== undefined) return unsure(unclear)
  const open = meant.filter(({ orderStatus }) => OPEN_STATUSES.has(orderStatus) || orderStatus === OrderStatus.Disabled)
  if (open.length === 0) {
    const order = { orderID: 0n, orderIDEx: '' }
    return { state: 'accepted', order, detail: 'no order of the account is open', isByAbsence: true }
  }
  if (open.some((one) => isOlder(one, entry, others))) return null
  return { state: 'unknown', detail: 'the orders that are open may be newer than the call' }
}

/** Whether an order was surely there before that call. */
function isOlder({ remark, createTimestamp }: Order, entry: LedgerEntry, others: OtherCalls): boolean {
  const tag = tagOf(remark)
  const placed = tag === null ? null : others.byId(entryIdOf(tag))
  if (placed === null) {
    return createTimestamp !== undefined && createTimestamp * 1_000 < entry.createdAtMs - CLOCK_SLACK_MS
  }
  return callsAfter(entry, others)?.has(placed.id) === false && wasOverBefore(placed, entry)
}

/**
 * Whether another call of the ledger may have changed the same thing after this one. It would have been the last to do
 * so, and so the order would be as that call wanted it.
 */
function isCovered(entry: LedgerEntry, order: Order, others: OtherCalls): boolean {
  const covering = COVERED_BY.get(entry.call.op ?? ModifyOrderOp.Unknown)
  if (covering === undefined) return false
  const later = callsAfter(entry, others)
  if (later === null) return true
  return [...later.values(), ...others.unresolved()].some((other) => {
    if (other.id === entry.id || other.call.op !== covering || !isTarget(order, other.call)) return false
    return !NOT_MADE.has(other.state) && traceIn(order, other.call) === 'made'
  })
}

/** Whether nothing of a call could still happen when another one was written down. */
function wasOverBefore({ state, updatedAtMs }: LedgerEntry, { createdAtMs }: LedgerEntry): boolean {
  return isFinal(state) && updatedAtMs < createdAtMs
}

/**
 * The calls for an account that may have come after one of them, by id; null when they are too many. The ledger's order
 * tells, and where the two were on their way together, their times.
 */
function callsAfter(entry: LedgerEntry, others: OtherCalls): ReadonlyMap<string, LedgerEntry> | null {
  const latest = others.latestFor(entry.call.accId, MOST_OTHERS)
  const index = latest.findIndex(({ id }) => id === entry.id)
  if (index === -1 && latest.length === MOST_OTHERS) return null
  const after = latest.filter((other, at) => at < index || !wasOverBefore(other, entry))
  return new Map(after.map((other) => [other.id, other]))
}

function statusText({ orderStatus }: Order): string {
  return `with status ${orderStatus}`
}
