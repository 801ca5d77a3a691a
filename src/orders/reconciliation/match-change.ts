import { ModifyOrderOp } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { type EntryState, isFinal, type LedgerEntry } from '../entry.ts'
import type { OrderIds } from '../ledger.ts'
import { idsOf, isSameOrder, targetIds } from '../order-identity.ts'
import { hasEnded, traceIn } from './change-status.ts'
import { matchCancelAll } from './match-cancel-all.ts'
import { isUnsure, type MatchResult, type OrderSnapshot, type OtherCalls, undecided, unsure } from './match-result.ts'

type Order = MessageTypes['Trd_Common.Order']

/** States of a call that was not made. */
const NOT_MADE: ReadonlySet<EntryState> = new Set(['rejected', 'not_sent', 'absent', 'refused'])

/** Operations that undo each other's traces: after one of these nobody can see whether the other was done. */
const COVERED_BY: ReadonlyMap<number, number> = new Map([
  [ModifyOrderOp.Normal, ModifyOrderOp.Normal],
  [ModifyOrderOp.Disable, ModifyOrderOp.Enable],
  [ModifyOrderOp.Enable, ModifyOrderOp.Disable],
])

/** Changes of one order that are read: OpenD takes 20 changes in 30 s for an account, so these are of minutes at least. */
const MOST_CHANGES = 200

/**
 * Looks for the trace of a change to an order. It has no tag, so only the order itself shows it; null when it shows that
 * the change was not made, or is not listed at all. A change that a later one covers cannot be seen: it is undecided
 * while the order lives, and has lapsed when the order has ended.
 */
export function matchChange(entry: LedgerEntry, snapshot: OrderSnapshot, others: OtherCalls): MatchResult | null {
  const { call } = entry
  if (call.forAll) return matchCancelAll(entry, snapshot, others)
  const target = targetIds(call)
  const order = snapshot.orders.find((one) => isSameOrder(target, idsOf(one)) === true)
  if (order === undefined) return snapshot.gap === null ? matchMissing(entry, target, others) : null
  if (isUnsure(order)) return unsure(order)
  const trace = traceIn(order, call)
  if (trace === 'made') {
    return { state: 'accepted', order, detail: `the order is as wanted, ${statusText(order)}`, isByAbsence: false }
  }
  if (isCovered(entry, idsOf(order), order, others)) {
    if (!hasEnded(order)) return undecided('the order was changed again, so the change cannot be seen until it ends')
    const detail = `the order was changed again and has ended, ${statusText(order)}, so the change has no effect any more`
    return { state: 'lapsed', detail, isByAbsence: false }
  }
  return trace === 'too_late' ? { state: 'rejected', detail: `the order ended before, ${statusText(order)}` } : null
}

/** The result for an order that is not in a complete snapshot: it has ended, or was deleted. */
function matchMissing(entry: LedgerEntry, target: OrderIds, others: OtherCalls): MatchResult | null {
  if (entry.call.op === ModifyOrderOp.Delete) {
    const order = { orderID: BigInt(target.orderId ?? 0), orderIDEx: target.orderIdEx ?? '' }
    return { state: 'accepted', order, detail: 'the order is no longer listed', isByAbsence: true }
  }
  if (!isCovered(entry, target, null, others)) return null
  const detail = 'the order was changed again and is no longer listed, so the change has no effect any more'
  return { state: 'lapsed', detail, isByAbsence: true }
}

/**
 * Whether another call of the ledger may have changed the same thing after this one. It would have been the last to do
 * so, and so the order would be as that call wanted it; a missing order (null) shows nothing.
 */
function isCovered(entry: LedgerEntry, ids: OrderIds, order: Order | null, others: OtherCalls): boolean {
  const covering = COVERED_BY.get(entry.call.op ?? ModifyOrderOp.Unknown)
  if (covering === undefined) return false
  const changes = others.changesOf(entry.call.accId, ids, MOST_CHANGES)
  // Changed so often that the ledger's answer ends before this call.
  if (changes.length === MOST_CHANGES && !changes.some(({ id }) => id === entry.id)) return true
  return changes.some((other) => {
    if (other.id === entry.id || other.call.op !== covering || NOT_MADE.has(other.state)) return false
    return isAfter(other, entry, others) && (order === null || traceIn(order, other.call) === 'made')
  })
}

/** Whether a call may have reached OpenD after another one: it was written down later, or both were on their way. */
function isAfter(one: LedgerEntry, other: LedgerEntry, others: OtherCalls): boolean {
  return (others.sequenceOf(one.id) ?? 0) > (others.sequenceOf(other.id) ?? 0) || !wasOverBefore(one, other)
}

/** Whether nothing of a call could still happen when another one was written down. */
function wasOverBefore({ state, updatedAtMs }: LedgerEntry, { createdAtMs }: LedgerEntry): boolean {
  return isFinal(state) && updatedAtMs < createdAtMs
}

function statusText({ orderStatus }: Order): string {
  return `with status ${orderStatus}`
}
