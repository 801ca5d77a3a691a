import { NO_NETWORK, networkOf } from '../../auth/client-network.ts'
import { hexOf } from '../../base/hex.ts'
import { fail, type Failed, type Result } from '../../base/result.ts'
import { TRADERS } from '../../endpoints/endpoint-row.ts'
import { MAX_ALERT_BYTES } from '../../hooks/alert-body.ts'
import { sha256 } from '../../transport/native-crypto.ts'
import { answerJson } from '../answer.ts'
import { admitCall } from '../authenticate.ts'
import type { Exchange, Handler } from '../exchange.ts'
import { readHeaderToken } from '../header-token.ts'
import { checkQuery, readBodyText } from '../request/body.ts'
import { drawId } from './draw-id.ts'

const utf8 = new TextEncoder()

/**
 * `POST /hooks/{id}/{secret}` and `POST /hooks/{id}`: takes an alert. The answer comes when the alert is stored, and does
 * not wait for OpenD. The secret is in the path, in the body, or replaced by the Bearer token of the hook's key.
 */
export const receiveAlert: Handler = async (exchange) => {
  const { request, params, gateway, requestId } = exchange
  const query = checkQuery(request)
  if (!query.ok) return query
  const { id = '', secret = null } = params
  const slowed = slowDown(exchange, id)
  if (slowed !== null) return slowed
  const bearer = secret === null ? await bearerKey(exchange) : null
  if (bearer !== null && !bearer.ok) return bearer
  const body = await readBodyText(request)
  if (!body.ok) return body
  if (utf8.encode(body.value).length > MAX_ALERT_BYTES) {
    return fail({ code: 'request.too_large', limitBytes: MAX_ALERT_BYTES })
  }
  const received = await gateway.receiveAlert({
    hookId: id,
    secretHash: secret === null ? null : hexOf(sha256(secret)),
    bearerKey: bearer === null ? null : bearer.value,
    body: body.value,
    address: request.headers.get('CF-Connecting-IP'),
    deliveryId: drawId('hd_'),
  })
  if (!received.ok) {
    if (received.failure.code === 'hook.unknown') countWrong(exchange, `${id} ${secret ?? ''}`)
    return received
  }
  if (exchange.deployment.ok) exchange.deployment.value.knownHooks.set(id, true)
  const { deliveryId, state, reason, duplicateOf } = received.value
  const answer = { delivery_id: deliveryId, state, reason, duplicate_of: duplicateOf }
  return answerJson(202, answer, requestId)
}

/** The id of the key whose Bearer token came with the alert; null without a token. */
async function bearerKey(exchange: Exchange): Promise<Result<string | null>> {
  const token = readHeaderToken(exchange)
  if (token.ok && token.value === null) return { ok: true, value: null }
  const admitted = await admitCall(exchange, TRADERS)
  if (!admitted.ok) return admitted
  const { key } = admitted.value.caller
  return key === null ? fail({ code: 'auth.key_needed' }) : { ok: true, value: key.id }
}

/**
 * A network that has sent many wrong secrets waits, except for hooks that this isolate knows: everybody's alerts come from
 * the same few addresses of an alert service, and a stranger there must not stop those of others.
 */
function slowDown({ deployment, request, nowMs }: Exchange, hookId: string): Failed | null {
  if (!deployment.ok) return deployment
  const { wrongTokens, knownHooks } = deployment.value
  const network = networkOf(request.headers.get('CF-Connecting-IP'))
  if (network === NO_NETWORK || knownHooks.has(hookId)) return null
  const retryAfterMs = wrongTokens.waitMs(network, nowMs)
  return retryAfterMs > 0 ? fail({ code: 'auth.too_many_failures', retryAfterMs }) : null
}

function countWrong({ deployment, request, nowMs }: Exchange, what: string): void {
  const network = networkOf(request.headers.get('CF-Connecting-IP'))
  if (deployment.ok && network !== NO_NETWORK) deployment.value.wrongTokens.count(network, what, nowMs)
}
