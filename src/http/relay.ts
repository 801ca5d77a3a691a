import type { Caller } from '../auth/caller.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import { encodeChecked } from '../wire/encode.ts'
import type { WireMessage } from '../wire/json-wire-value.ts'
import { accountsOf, checkAccounts, filterAccounts } from './accounts.ts'
import { answerJson } from './answer.ts'
import { admit } from './authenticate.ts'
import { checkQuery } from './body.ts'
import { readEnvelope } from './envelope.ts'
import type { Exchange, Handler } from './exchange.ts'
import { callOpend } from './opend-call.ts'
import { readC2S } from './request-message.ts'

/**
 * The handler of every endpoint that is a call of OpenD and no order: who are you, may you, is this a valid message,
 * then the call and its reply as JSON. What differs between endpoints is in their rows.
 */
export function relay(endpoint: ApiEndpoint): Handler {
  return async (exchange) => {
    const admitted = await admit(exchange, endpoint.scopes)
    if (!admitted.ok) return admitted
    const { caller } = admitted.value

    const query = checkQuery(exchange.request)
    if (!query.ok) return query
    const message = await readC2S(endpoint, exchange.request)
    if (!message.ok) return message
    const { c2s, subscription } = message.value

    const allowed = await accountsOf(exchange, admitted.value, endpoint)
    if (!allowed.ok) return allowed
    const refusal = checkAccounts(endpoint, c2s, allowed.value)
    if (refusal !== null) return refusal

    if (subscription !== null) {
      const subscribed = await call(exchange, SUBSCRIBE, subscription, caller)
      if (!subscribed.ok) return subscribed
    }
    const envelope = await call(exchange, endpoint, c2s, caller)
    if (!envelope.ok) return envelope
    const answer = endpoint.accounts === 'reply' ? filterAccounts(envelope.value, allowed.value) : envelope.value
    return answerJson(200, answer, exchange.requestId)
  }
}

type Target = Pick<ApiEndpoint, 'protocol' | 'protoId'>

const SUBSCRIBE: Target = { protocol: 'Qot_Sub', protoId: 3001 }

async function call(exchange: Exchange, { protocol, protoId }: Target, c2s: WireMessage, caller: Caller) {
  const body = encodeChecked(`${protocol}.Request`, { c2s })
  const reply = await callOpend(exchange, { protoId, body, caller: caller.id, isFresh: false, quotaShare: null })
  return reply.ok ? readEnvelope(protocol, reply.value) : reply
}
