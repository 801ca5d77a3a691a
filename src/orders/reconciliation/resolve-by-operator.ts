import { fail, type Result, succeed } from '../../base/result.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { foundReply, refusedReply } from '../order-call.ts'
import { hasId, idsOfEntry, targetIds } from '../order-identity.ts'
import type { CallResult } from '../sending/call-result.ts'

/** An operator's decision about an entry that OpenD left undecided. */
export interface OperatorDecision {
  readonly state: EntryState
  /** The operator and the reason; both are stored with the entry. */
  readonly by: string
  readonly reason: string
  /** OpenD's ids of the order, as the Futu app shows them; required to accept a new order. */
  readonly orderId: string | null
  readonly orderIdEx: string | null
}

/** A decimal order id of 64 bits. */
const DECIMAL = /^[1-9][0-9]{0,19}$/

/**
 * Applies a decision to an entry. Fails with `order.in_flight` while the call is in flight, with
 * `order.already_decided` when its outcome is known, and with `request.*` when the state is not allowed, or the order
 * ids are missing, invalid or those of another entry.
 */
export function resolveByOperator(
  entry: LedgerEntry,
  decision: OperatorDecision,
  { ledger, nowMs }: { readonly ledger: Pick<Ledger, 'byOrderId'>; readonly nowMs: number },
): Result<CallResult> {
  const { id: intentId, state, call } = entry
  if (state === 'reserved') return fail({ code: 'order.in_flight', intentId })
  if (state !== 'unknown') return fail({ code: 'order.already_decided', intentId, state })
  const { by, reason } = decision
  const common = { detail: `decided by ${by}: ${reason}`, resolution: { by, reason, atMs: nowMs } }
  switch (decision.state) {
    case 'accepted': {
      const found = call.kind === 'place' ? placedIds(entry, decision, ledger) : succeed(targetIds(call))
      if (!found.ok) return found
      const { orderId, orderIdEx } = found.value
      const reply = foundReply(call, { orderID: BigInt(orderId ?? 0), orderIDEx: orderIdEx ?? '' })
      return succeed({ state: 'accepted', changes: { ...common, reply, orderId, orderIdEx } })
    }
    case 'rejected':
      return succeed({ state: 'rejected', changes: { ...common, reply: refusedReply(call, common.detail) } })
    case 'absent':
      return succeed({ state: 'absent', changes: common })
    case 'lapsed':
      return call.kind === 'place' ? invalidState(call.kind) : succeed({ state: 'lapsed', changes: common })
    default:
      return invalidState(call.kind)
  }
}

function placedIds(entry: LedgerEntry, decision: OperatorDecision, ledger: Pick<Ledger, 'byOrderId'>) {
  const ids = idsOfEntry(decision)
  if (!hasId(ids)) {
    return fail({ code: 'request.missing_field', path: 'order_id', expected: 'an id of the order that was accepted' })
  }
  if (ids.orderId !== null && (!DECIMAL.test(ids.orderId) || BigInt(ids.orderId) >= 2n ** 64n)) {
    return fail({ code: 'request.invalid_value', path: 'order_id', expected: 'a decimal number of 64 bits' })
  }
  const owner = ledger.byOrderId(entry.call.accId, ids)
  if (owner === null || owner.id === entry.id) return succeed(ids)
  return fail({ code: 'request.invalid_value', path: 'order_id', expected: `an order other than that of ${owner.id}` })
}

function invalidState(kind: string) {
  const expected = kind === 'place' ? 'accepted, rejected or absent' : 'accepted, rejected, absent or lapsed'
  return fail({ code: 'request.invalid_value', path: 'state', expected })
}
