import type { Failure } from '../base/failure.ts'
import { shownText } from '../base/shown-text.ts'
import type { OrderReply } from '../orders/request.ts'
import { describe } from '../problem/problem.ts'
import { decodeMessage } from '../wire/decode.ts'
import type { DeliveryState } from './delivery.ts'

/** Time before a call that could not be sent is tried again, unless its failure says another one. */
const TRY_AGAIN_MS = 1_000

/** Not sent in time, sent by an earlier life and not answered yet, or the limits of the key have just changed. */
const PASSING: ReadonlySet<string> = new Set([
  'upstream.rate_limited',
  'order.too_late',
  'order.in_flight',
  'auth.key_changed',
])

/** Whether a call can succeed when it is made again: it was not sent, because the link is down or a limit is reached. */
export function isPassing({ code }: Failure): boolean {
  return code.startsWith('gateway.') || PASSING.has(code)
}

/** The time until it can be made again, ms. */
export function waitOf(failure: Failure): number {
  if ('retryInMs' in failure && failure.retryInMs !== null) return Math.max(failure.retryInMs, TRY_AGAIN_MS)
  return 'retryAfterMs' in failure ? (failure.retryAfterMs ?? TRY_AGAIN_MS) : TRY_AGAIN_MS
}

/** Whether OpenD accepted a call. */
export function isAccepted(reply: OrderReply): boolean {
  return reply.kind === 'answered' && reply.state === 'accepted'
}

/** The state of a delivery whose call was not accepted. */
export function endOf(reply: OrderReply): DeliveryState {
  if (reply.kind === 'unknown') return 'unknown'
  return reply.kind === 'answered' ? 'rejected' : 'refused'
}

/** Why a call was not accepted, as a sentence. */
export function reasonOf(reply: OrderReply): string {
  if (reply.kind === 'refused') return describe(reply.failure).error
  if (reply.kind === 'unknown')
    return 'The outcome of the order is not known yet; its entry of the ledger is reconciled.'
  return reply.kind === 'answered' ? `OpenD refused the order: ${refusalIn(reply.body)}` : 'The order was not sent.'
}

/** OpenD's text of a refusal. The envelope of every reply has the same fields. */
function refusalIn(body: Uint8Array): string {
  const decoded = decodeMessage('Trd_PlaceOrder.Response', body)
  return shownText((decoded.ok ? decoded.value.retMsg : undefined) ?? 'it gave no reason')
}
