import { fail } from '../../base/result.ts'
import { answerJson } from '../answer.ts'
import { actorOf, admit } from '../authenticate.ts'
import { checkQuery } from '../request/body.ts'
import type { Handler } from '../exchange.ts'
import { intentView } from './intent-view.ts'
import { INTENT_ID, unknownIntent } from './order-intents.ts'
import { oneOf, ORDER_ID, required, textLike } from '../../wire/json/json-fields.ts'
import { readPlainBody } from '../request/request-fields.ts'

const MAX_REASON_CHARS = 500

const FIELDS = {
  state: required(oneOf(['accepted', 'rejected', 'absent', 'lapsed'])),
  reason: required(
    textLike(
      new RegExp(`^(?=.*\\S)[^\\p{Cc}]{1,${MAX_REASON_CHARS}}$`, 'u'),
      `a text of 1 to ${MAX_REASON_CHARS} characters in one line, not blank`,
    ),
  ),
  order_id: ORDER_ID,
  order_id_ex: textLike(/^[\x21-\x7e]{1,64}$/, "OpenD's order_id_ex: 1 to 64 visible ASCII characters"),
}

/**
 * `POST /api/admin/order-intents/{id}/resolve`: an administrator sets the state of an entry whose outcome is unknown.
 * The entry stores the reason and who decided. Failures: `order.unknown_intent`, `order.in_flight`,
 * `order.already_decided`, every `request.*` about bodies.
 */
export const resolveIntent: Handler = async (exchange) => {
  const { request, params } = exchange
  const admitted = await admit(exchange, ['admin'])
  if (!admitted.ok) return admitted
  const query = checkQuery(request)
  if (!query.ok) return query
  const body = await readPlainBody(request, FIELDS)
  if (!body.ok) return body
  const { state, reason, order_id: orderId, order_id_ex: orderIdEx } = body.value
  if (state !== 'accepted' && (orderId !== null || orderIdEx !== null)) {
    const path = orderId === null ? 'order_id_ex' : 'order_id'
    return fail({ code: 'request.invalid_value', path, expected: 'this field only with "state": "accepted"' })
  }
  const { id = '' } = params
  if (!INTENT_ID.test(id)) return unknownIntent(id)
  const decision = { state, reason, orderId, orderIdEx, by: admitted.value.caller.id }
  const resolved = await exchange.gateway.resolveOrderEntry(id, decision, actorOf(exchange, admitted.value))
  return resolved.ok ? answerJson(200, intentView(resolved.value), exchange.requestId) : resolved
}
