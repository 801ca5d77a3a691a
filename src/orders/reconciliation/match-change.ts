import { ModifyOrderOp } from '../../../proto/enums.ts'
import { type EntryState, isFinal, type LedgerEntry } from '../entry.ts'
import type { OrderIds } from '../ledger.ts'
import { idsOf, isSameOrder, targetIds, type Order } from '../order-identity.ts'
import { hasEnded, traceIn } from './change-status.ts'
import { matchCancelAll } from './match-cancel-all.ts'
import { isUnsure, type MatchResult, type OrderSnapshot, type OtherCalls, undecided, unsure } from './match-result.ts'

/** States of a call that OpenD did not carry out. */
const NOT_MADE: ReadonlySet<EntryState> = new Set(['rejected', 'not_sent', 'absent', 'refused'])

/**
 * Operations that hide each other's effect: after one of these the order no longer shows whether the other was done.
 */
const COVERED_BY: ReadonlyMap<number, number> = new Map([
  [ModifyOrderOp.Normal, ModifyOrderOp.Normal],
  [ModifyOrderOp.Disable, ModifyOrderOp.Enable],
  [ModifyOrderOp.Enable, ModifyOrderOp.Disable],
])

/**
 * The most changes of one order that are read. OpenD accepts 20 changes in 30 s for an account, so these span minutes
 * at least.
 */
const MOST_CHANGES = 200

/**
 * Checks whether an order shows a change. A change has no tag, so only the order itself can show it. Null when the
 * order shows that the change was not made, or is not listed. A change that a later one hides is undecided while the
 * order is open, and has lapsed when the order has ended.
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
    return {
      state: 'accepted',
      order,
      detail: `the order has the requested change, ${statusText(order)}`,
      isByAbsence: false,
    }
  }
  if (isCovered(entry, idsOf(order), order, others)) {
    if (!hasEnded(order)) return undecided('the order was changed again, so the change cannot be seen until it ends')
    const detail = `the order was changed again and has ended, ${statusText(order)}, so the change has no effect`
    return { state: 'lapsed', detail, isByAbsence: false }
  }
  return trace === 'too_late' ? { state: 'rejected', detail: `the order ended before, ${statusText(order)}` } : null
}

/** The result for an order that a complete snapshot lacks: it has ended, or was deleted. */
function matchMissing(entry: LedgerEntry, target: OrderIds, others: OtherCalls): MatchResult | null {
  if (entry.call.op === ModifyOrderOp.Delete) {
    const order = { orderID: BigInt(target.orderId ?? 0), orderIDEx: target.orderIdEx ?? '' }
    return { state: 'accepted', order, detail: 'the order is no longer listed', isByAbsence: true }
  }
  if (!isCovered(entry, target, null, others)) return null
  const detail = 'the order was changed again and is no longer listed, so the change has no effect'
  return { state: 'lapsed', detail, isByAbsence: true }
}

/**
 * Whether another call of the ledger may have changed the same property after this one. That call would have been the
 * last change, so the order would show its values; a missing order (null) shows nothing.
 */
function isCovered(entry: LedgerEntry, ids: OrderIds, order: Order | null, others: OtherCalls): boolean {
  const covering = COVERED_BY.get(entry.call.op ?? ModifyOrderOp.Unknown)
  if (covering === undefined) return false
  const changes = others.changesOf(entry.call.accId, ids, MOST_CHANGES)
  // The order has so many changes that the result does not reach back to this call.
  if (changes.length === MOST_CHANGES && !changes.some(({ id }) => id === entry.id)) return true
  return changes.some((other) => {
    if (other.id === entry.id || other.call.op !== covering || NOT_MADE.has(other.state)) return false
    return isAfter(other, entry, others) && (order === null || traceIn(order, other.call) === 'made')
  })
}

/** Whether a call may have reached OpenD after another one: it was created later, or both were in flight at once. */
function isAfter(one: LedgerEntry, other: LedgerEntry, others: OtherCalls): boolean {
  return (others.sequenceOf(one.id) ?? 0) > (others.sequenceOf(other.id) ?? 0) || !wasOverBefore(one, other)
}

/** Whether a call was final before another one was created. */
function wasOverBefore({ state, updatedAtMs }: LedgerEntry, { createdAtMs }: LedgerEntry): boolean {
  return isFinal(state) && updatedAtMs < createdAtMs
}

function statusText({ orderStatus }: Order): string {
  return `with status ${orderStatus}`
}
