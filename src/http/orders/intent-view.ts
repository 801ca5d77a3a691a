import { moneyText } from '../../base/money.ts'
import type { ShownOrder } from '../../orders/changed-orders.ts'
import type { LedgerEntry } from '../../orders/entry.ts'
import { orderNameOf } from '../../orders/order-call.ts'
import { decodeEnvelope, type Envelope } from '../envelope.ts'
import { exitOfView } from './exit-view.ts'
import { givenKeyOf } from './idempotency-key.ts'
import { intentUrl } from '../../problem/order-problem.ts'
import { describeUnsent } from '../../problem/problem.ts'

/**
 * A ledger entry as JSON: ids as decimal strings, times as ISO 8601 and in Unix ms, amounts as decimal text (null where
 * the value is not known and no cap needed it), and OpenD's reply as the envelope that was the answer of the call.
 */
export function intentView(entry: LedgerEntry): object {
  const { call, reservation, refusal, contradiction, resolution } = entry
  const isUnresolved = entry.state === 'unknown'
  return {
    intent_id: entry.id,
    intent_url: intentUrl(entry.id),
    state: entry.state,
    // The code and the sentence of the refusal, as in the answer to the call.
    code: refusal?.code ?? null,
    detail: refusal === null ? entry.detail : describeUnsent(refusal).error,
    caller: entry.caller,
    request_id: entry.requestId,
    ...givenKeyOf(entry.idempotencyKey),
    exit_of: exitOfView(entry.idempotencyKey),
    kind: call.kind,
    acc_id: call.accId,
    trd_env: call.trdEnv,
    trd_market: call.trdMarket,
    symbol: call.symbol,
    side: call.side,
    qty: call.qty,
    price: call.price,
    modify_order_op: call.op,
    for_all: call.forAll,
    target_order_id: call.targetOrderId,
    target_order_id_ex: call.targetOrderIdEx,
    order_id: entry.orderId,
    order_id_ex: entry.orderIdEx,
    tag: entry.tag,
    contradiction:
      contradiction === null
        ? null
        : { ...whenOf(contradiction.atMs), state: contradiction.state, detail: contradiction.detail },
    resolution:
      resolution === null ? null : { ...whenOf(resolution.atMs), by: resolution.by, reason: resolution.reason },
    sent_as: entry.sentAs === null ? null : { conn_id: entry.sentAs.connId, serial_no: entry.sentAs.serial },
    reservation:
      reservation === null
        ? null
        : {
            amount: entry.isValued ? moneyText(reservation.value) : null,
            currency: reservation.currency,
            day: reservation.day,
            holds: entry.holds,
          },
    reply: replyView(entry),
    created_at: isoText(entry.createdAtMs),
    created_at_ms: entry.createdAtMs,
    updated_at: isoText(entry.updatedAtMs),
    updated_at_ms: entry.updatedAtMs,
    poll_attempts: entry.pollAttempts,
    next_poll_at: isUnresolved ? isoText(entry.nextPollAtMs) : null,
    next_poll_at_ms: isUnresolved ? entry.nextPollAtMs : null,
  }
}

/** What is known of the order that a call changed or cancelled. */
export function orderView(order: ShownOrder | null): object | null {
  if (order === null) return null
  return { order_status: order.orderStatus, is_final: order.isFinal, ...whenOf(order.atMs) }
}

function replyView({ reply, call }: LedgerEntry): Envelope | null {
  if (reply === null) return null
  const envelope = decodeEnvelope(orderNameOf(call.protoId), reply)
  // The ledger contains only replies that were decoded before.
  return envelope.ok ? envelope.value : null
}

/** The time of a part of an entry. */
function whenOf(atMs: number): object {
  return { at: isoText(atMs), at_ms: atMs }
}

function isoText(atMs: number): string {
  return new Date(atMs).toISOString()
}
