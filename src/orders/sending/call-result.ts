import { OrderStatus } from '../../../proto/enums.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import type { Ledger, OrderIds } from '../ledger.ts'
import { foundReply } from '../order-call.ts'
import { hasId, entryWithIds, idsOf, idsOfEntry, isSameOrder, targetIds, type Order } from '../order-identity.ts'
import type { CallEnding } from './in-flight-orders.ts'
import { outcomeOf } from './reply.ts'

/** The new state and the changed fields of an entry after its call has ended. */
export interface CallResult {
  readonly state: EntryState
  readonly changes: Partial<LedgerEntry>
}

/** The ledger methods that find the entry of an order id and earlier changes of that order. */
export type OrderIdIndex = Pick<Ledger, 'byOrderId' | 'changesOf' | 'sequenceOf'>

/** The most changes of one order that are read; more than can occur between the frame of an order and its reply. */
const MOST_CHANGES = 8

/** Statuses of an order that never reached the market; they agree with a refusal. */
const NEVER_PLACED: ReadonlySet<number> = new Set([OrderStatus.SubmitFailed, OrderStatus.Failed, OrderStatus.Deleted])

/** Whether an order was placed, regardless of its later status. */
export function wasPlaced({ orderStatus }: Order): boolean {
  return !NEVER_PLACED.has(orderStatus)
}

/**
 * Determines the new state of an entry from the end of its call. `pushed` returns the pushed order with the tag of the
 * call. A reply decides, with two exceptions that result in `unknown` and start reconciliation: a reply with the wrong
 * order id, and a refusal of an order that was pushed. Without a decisive reply, the pushed order decides.
 */
export function resolveCallResult(
  entry: LedgerEntry,
  ending: CallEnding,
  pushed: () => Order | null,
  orderIds: OrderIdIndex,
): CallResult {
  if ('seen' in ending) return pushedResult(entry, ending.seen, orderIds)
  const outcome = outcomeOf(entry.call.protoId, ending.outcome)
  const reply = ending.outcome.ok ? ending.outcome.body : null
  switch (outcome.state) {
    case 'not_sent':
      return { state: 'not_sent', changes: { reply, detail: outcome.detail } }
    case 'rejected': {
      const order = pushed()
      if (order === null || !wasPlaced(order))
        return { state: 'rejected', changes: { reply: outcome.reply, detail: outcome.detail } }
      return unknown(`OpenD refused the order (${outcome.detail}), but a push showed it ${statusText(order)}`)
    }
    case 'accepted': {
      const { orderId, orderIdEx } = outcome
      const doubt = doubtOf(entry, { orderId, orderIdEx }, orderIds)
      if (doubt !== null) return undecided(entry, doubt, pushed, orderIds)
      return { state: 'accepted', changes: { reply, orderId, orderIdEx } }
    }
    case 'unknown':
      return undecided(entry, outcome.detail, pushed, orderIds)
  }
}

function undecided(entry: LedgerEntry, detail: string, pushed: () => Order | null, orderIds: OrderIdIndex): CallResult {
  const order = pushed()
  return order === null ? unknown(detail) : pushedResult(entry, order, orderIds)
}

function pushedResult(entry: LedgerEntry, order: Order, orderIds: OrderIdIndex): CallResult {
  const ids = idsOf(order)
  const owner = entryWithIds(orderIds, entry.call.accId, ids)
  if (owner !== null && owner.id !== entry.id) {
    return unknown(`a push carried the tag of the order, but its order id belongs to ${owner.id}`)
  }
  const reply = foundReply(entry.call, order)
  return { state: 'accepted', changes: { reply, detail: 'found by its tag in a push', ...ids } }
}

/** Why the order id of an accepting reply cannot belong to the call; null when it can. */
function doubtOf({ id, call }: LedgerEntry, ids: OrderIds, orderIds: OrderIdIndex): string | null {
  if (call.kind === 'place') {
    const owner = orderIds.byOrderId(call.accId, ids)
    if (owner !== null && owner.id !== id) return `OpenD answered with the order id of ${owner.id}`
    const change = changeBefore(id, call.accId, ids, orderIds)
    return change === null
      ? null
      : `OpenD answered with the id of an older order, which ${change.id} requested to change`
  }
  if (call.forAll) return null
  const target = targetIds(call)
  // When the call and the reply have different kinds of id, the ledger may have both.
  const known = hasId(target) ? orderIds.byOrderId(call.accId, target) : null
  const isTarget = isSameOrder(target, ids) ?? (known === null ? null : isSameOrder(idsOfEntry(known), ids))
  if (isTarget === true) return null
  return isTarget === false
    ? "OpenD's reply names an order other than the one to be changed"
    : "OpenD's reply does not name the order to be changed"
}

/**
 * A change of that order that was created before the entry. It excludes that the entry placed the order: an order
 * cannot be changed before it is placed.
 */
function changeBefore(id: string, accId: string, ids: OrderIds, orderIds: OrderIdIndex): LedgerEntry | null {
  const changes = orderIds.changesOf(accId, ids, MOST_CHANGES)
  if (changes.length === 0) return null
  const at = orderIds.sequenceOf(id) ?? 0
  return changes.find((change) => (orderIds.sequenceOf(change.id) ?? at) < at) ?? null
}

function unknown(detail: string): CallResult {
  return { state: 'unknown', changes: { detail } }
}

function statusText({ orderStatus }: Order): string {
  return `with status ${orderStatus}`
}
