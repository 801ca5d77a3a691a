import { OrderStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import type { Ledger, OrderIds } from '../ledger.ts'
import { foundReply } from '../order-call.ts'
import { hasId, entryWithIds, idsOf, idsOfEntry, isSameOrder, targetIds } from '../order-identity.ts'
import type { CallEnding } from './in-flight-orders.ts'
import { outcomeOf } from './reply.ts'

type Order = MessageTypes['Trd_Common.Order']

/** The state and the fields that the end of a call gives its entry. */
export interface CallResult {
  readonly state: EntryState
  readonly changes: Partial<LedgerEntry>
}

/** The entries to which an order id belongs, and those that named it before. */
export type OrderIdIndex = Pick<Ledger, 'byOrderId' | 'changesOf' | 'sequenceOf'>

/** Changes of one order that are read; more than are made between the frame of an order and its reply. */
const MOST_CHANGES = 8

/** Statuses of an order that never got as far as the market, which fits a refusal. */
const NEVER_PLACED: ReadonlySet<number> = new Set([OrderStatus.SubmitFailed, OrderStatus.Failed, OrderStatus.Deleted])

/** Whether an order was placed, whatever became of it. */
export function wasPlaced({ orderStatus }: Order): boolean {
  return !NEVER_PLACED.has(orderStatus)
}

/**
 * Draws the conclusion from the end of a call. `pushed` looks for an order push with the tag of the call. A reply
 * decides, with two exceptions that end as `unknown`, so that the order is looked for: it names the wrong order, or it
 * is a refusal of an order that was pushed. Without a reply that decides, the pushed order does.
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
  const holder = entryWithIds(orderIds, entry.call.accId, ids)
  if (holder !== null && holder.id !== entry.id) {
    return unknown(`a push carried the tag of the order, but its order id belongs to ${holder.id}`)
  }
  const reply = foundReply(entry.call, order)
  return { state: 'accepted', changes: { reply, detail: 'found by its tag in a push', ...ids } }
}

/** Why the order that an accepting reply names cannot be the one of the call; null when it can. */
function doubtOf({ id, call }: LedgerEntry, ids: OrderIds, orderIds: OrderIdIndex): string | null {
  if (call.kind === 'place') {
    const holder = orderIds.byOrderId(call.accId, ids)
    if (holder !== null && holder.id !== id) return `OpenD answered with the order id of ${holder.id}`
    const change = changeBefore(id, call.accId, ids, orderIds)
    return change === null ? null : `OpenD answered with the id of an older order, which ${change.id} was to change`
  }
  if (call.forAll) return null
  const target = targetIds(call)
  // Where the reply has the other kind of id, the ledger may have both.
  const known = hasId(target) ? orderIds.byOrderId(call.accId, target) : null
  const isTarget = isSameOrder(target, ids) ?? (known === null ? null : isSameOrder(idsOfEntry(known), ids))
  if (isTarget === true) return null
  return isTarget === false
    ? 'OpenD answered for another order than the one to be changed'
    : 'the reply of OpenD does not name the order that was to be changed'
}

/** A change of that order that was written down before the entry: nobody can name an order before it is placed. */
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
