import type { MessageTypes } from '../../../proto/messages.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import { foundReply } from '../order-call.ts'
import { outcomeOf } from './reply.ts'
import type { CallEnding } from './in-flight-orders.ts'

type Order = MessageTypes['Trd_Common.Order']

/** What the end of a call makes of its entry. */
export interface CallResult {
  readonly state: EntryState
  readonly changes: Partial<LedgerEntry>
}

/**
 * Draws the conclusion from the end of a call. OpenD's reply counts before anything else; where there is none, an order
 * that a push has told of is there (`pushed` looks for it), and without such a push the outcome is unknown.
 */
export function resolveCallResult(entry: LedgerEntry, ending: CallEnding, pushed: () => Order | null): CallResult {
  if ('seen' in ending) return foundIn(entry, ending.seen)
  const outcome = outcomeOf(entry.call.protoId, ending.outcome)
  if (outcome.state === 'unknown') {
    const order = pushed()
    return order === null ? { state: 'unknown', changes: { detail: outcome.detail } } : foundIn(entry, order)
  }
  if (outcome.state === 'rejected') {
    return { state: 'rejected', changes: { reply: outcome.reply, detail: outcome.detail } }
  }
  const reply = ending.outcome.ok ? ending.outcome.body : null
  if (outcome.state !== 'accepted') return { state: outcome.state, changes: { reply, detail: outcome.detail } }
  return { state: 'accepted', changes: { reply, orderId: outcome.orderId, orderIdEx: outcome.orderIdEx } }
}

function foundIn(entry: LedgerEntry, order: Order): CallResult {
  const ids = { orderId: order.orderID.toString(), orderIdEx: order.orderIDEx }
  const reply = foundReply(entry.call, order)
  return { state: 'accepted', changes: { reply, detail: 'found by its tag in a push', ...ids } }
}
