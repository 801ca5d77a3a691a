import type { GatewayCall } from '../../durable-objects/gateway-rpc.ts'
import { type Caller, mayTrade } from '../auth/caller.ts'
import { unenforcedLimits } from '../auth/order-policy.ts'
import { fail, type Failed } from '../base/result.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import { encodeChecked } from '../wire/encode.ts'
import type { WireMessage } from '../wire/json-wire-value.ts'
import { accountsOf, checkAccounts, filterAccounts } from './accounts.ts'
import { answerJson } from './answer.ts'
import { admit } from './authenticate.ts'
import { readEnvelope } from './envelope.ts'
import type { Exchange, Handler } from './exchange.ts'
import { callOpend } from './opend-call.ts'
import { readC2S } from './request-message.ts'

/**
 * The handler of every endpoint that is a call of OpenD: who are you, may you, is this a valid message, then the call
 * and its reply as JSON. What differs between endpoints is in their rows.
 */
export function relay(endpoint: ApiEndpoint): Handler {
  return async (exchange) => {
    const admitted = await admit(exchange, endpoint.scopes)
    if (!admitted.ok) return admitted
    const { caller } = admitted.value

    const message = await readC2S(endpoint, exchange.request)
    if (!message.ok) return message
    const { c2s, subscription } = message.value

    const allowed = await accountsOf(exchange, admitted.value, endpoint)
    if (!allowed.ok) return allowed
    const refusal = checkAccounts(endpoint, c2s, allowed.value) ?? checkLimits(endpoint, c2s, caller)
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

type Target = Pick<ApiEndpoint, 'protocol' | 'protoId' | 'isOrder'>

const SUBSCRIBE: Target = { protocol: 'Qot_Sub', protoId: 3001 }

async function call(exchange: Exchange, target: Target, c2s: WireMessage, caller: Caller) {
  const request: GatewayCall = {
    protoId: target.protoId,
    body: encodeRequest(target, c2s),
    caller: caller.id,
    mayTrade: target.isOrder === true ? mayTrade(caller.scopes) : null,
  }
  const reply = await callOpend(exchange, request)
  return reply.ok ? readEnvelope(target.protocol, reply.value) : reply
}

function encodeRequest({ protocol }: Target, c2s: WireMessage): Uint8Array {
  return encodeChecked(`${protocol}.Request`, { c2s })
}

function checkLimits(endpoint: ApiEndpoint, c2s: WireMessage, { key }: Caller): Failed | null {
  const limits = endpoint.isOrder === true ? unenforcedLimits(key, c2s) : []
  return limits.length > 0 ? fail({ code: 'auth.limits_not_enforced', limits }) : null
}
