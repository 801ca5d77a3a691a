import type { GatewayOrderAnswer } from '../../durable-objects/gateway-rpc.ts'
import type { OrderReply } from '../orders/request.ts'
import { answerJson, answerProblem, type ExtraHeaders } from './answer.ts'
import { dryRunView } from './dry-run-view.ts'
import { readEnvelope } from './envelope.ts'
import { intentUrl } from '../problem/order-problem.ts'
import { rateLimitHeaders } from './rate-limit-headers.ts'

/**
 * The response to an order call: OpenD's reply as for every call, 202 while nobody knows what became of the order, the
 * problem that kept it from being sent, or what a dry run found.
 */
export function answerOrder(protocol: string, answer: GatewayOrderAnswer, requestId: string): Response {
  const { reply, budgets, budget } = answer
  const headers = { ...rateLimitHeaders(budgets, budget), ...intentHeaders(reply) }
  switch (reply.kind) {
    case 'answered': {
      const envelope = readEnvelope(protocol, reply.body)
      if (!envelope.ok) return answerProblem(envelope.failure, requestId, headers)
      return answerJson(200, envelope.value, requestId, headers)
    }
    case 'unknown': {
      const url = intentUrl(reply.intentId)
      return answerJson(202, unknownBody(protocol, reply.intentId, requestId), requestId, { ...headers, Location: url })
    }
    case 'refused':
      return answerProblem(reply.failure, requestId, headers)
    case 'dry_run':
      return answerJson(200, dryRunView(protocol, reply.report, budgets), requestId, headers)
  }
}

function unknownBody(protocol: string, intentId: string, requestId: string): object {
  const url = intentUrl(intentId)
  const message =
    protocol === 'Trd_PlaceOrder'
      ? `OpenD's reply is missing, so it is not known yet whether the order exists. The gateway looks for it and does ` +
        `not send it again; read GET ${url} for the result. Do not send the order again before that.`
      : `OpenD's reply is missing, so it is not known yet whether the order was changed. The gateway looks at the order ` +
        `and does not send the change again; read GET ${url} for the result. A cancel may be sent again at any time.`
  return { intent_id: intentId, state: 'unknown', intent_url: url, message, request_id: requestId }
}

/** Which entry of the ledger the answer is about. */
function intentHeaders(reply: OrderReply): ExtraHeaders {
  if (reply.kind === 'dry_run' || reply.intentId === null) return {}
  const { intentId } = reply
  const isReplay = reply.kind !== 'refused' && reply.isReplay
  return {
    'X-Order-Intent': intentId,
    // RFC 8631: a resource that represents the status of the context.
    Link: `<${intentUrl(intentId)}>; rel="status"`,
    ...(isReplay ? { 'Idempotency-Replayed': 'true' } : {}),
  }
}
