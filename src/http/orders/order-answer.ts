import type { GatewayOrderAnswer } from '../../../durable-objects/gateway-rpc.ts'
import type { Failure } from '../../base/failure.ts'
import { withSentence } from '../../base/shown-text.ts'
import type { OrderReply } from '../../orders/request.ts'
import { answerDescribed, answerJson, type ExtraHeaders } from '../answer.ts'
import { orderView } from './intent-view.ts'
import { dryRunView } from './dry-run-view.ts'
import { readEnvelope } from '../envelope.ts'
import { intentUrl } from '../../problem/order-problem.ts'
import { describe, describeUnsent } from '../../problem/problem.ts'
import type { WireMessage } from '../../wire/json/json-wire-value.ts'
import { adviceOn } from '../refusal-advice.ts'
import { rateLimitHeaders } from '../rate-limit-headers.ts'

/** What the answer to an order call needs beside the reply. */
export interface OrderContext {
  readonly protocol: string
  readonly requestId: string
  /** The message that was sent. */
  readonly c2s: WireMessage
}

/**
 * The response to an order call: OpenD's reply as for every call, 202 while the outcome of the order is not known, the
 * problem for which it was not sent, or the result of a dry run.
 */
export function answerOrder(answer: GatewayOrderAnswer, context: OrderContext): Response {
  const { reply, budgets, budget } = answer
  const { protocol, requestId } = context
  const headers = { ...rateLimitHeaders(budgets, budget), ...intentHeaders(reply) }
  switch (reply.kind) {
    case 'answered': {
      const envelope = readEnvelope(protocol, reply.body)
      if (!envelope.ok) return answerRefusal(envelope.failure, reply, context, headers)
      // A new order has no state beside the envelope: its order is followed by pushes and lists.
      const isChange = protocol === 'Trd_ModifyOrder'
      return answerJson(
        200,
        isChange ? { ...envelope.value, order: orderView(answer.order) } : envelope.value,
        requestId,
        headers,
      )
    }
    case 'unknown': {
      const url = intentUrl(reply.intentId)
      return answerJson(202, unknownBody(protocol, reply.intentId, requestId), requestId, { ...headers, Location: url })
    }
    case 'refused':
      return answerRefusal(reply.failure, reply, context, headers)
    case 'dry_run':
      return answerJson(200, dryRunView(protocol, reply.report, budgets), requestId, headers)
  }
}

type EntryFacts = Pick<Extract<OrderReply, { readonly kind: 'refused' }>, 'intentId' | 'state' | 'isReplay'>

/** The error response of an order call, with its ledger entry and whether the answer is a stored one. */
function answerRefusal(
  failure: Failure,
  { intentId, state, isReplay }: EntryFacts,
  { requestId, c2s }: OrderContext,
  headers: ExtraHeaders,
): Response {
  const isUnsent = state === 'refused' || state === 'not_sent'
  const problem = isUnsent ? describeUnsent(failure) : describe(failure)
  const error = withSentence(problem.error, adviceOn(failure, c2s))
  const facts = {
    ...problem.facts,
    ...(intentId !== null && { intent_id: intentId, intent_url: intentUrl(intentId), state }),
    ...(isReplay && { replayed: true }),
  }
  return answerDescribed(failure.code, { ...problem, error, facts }, requestId, headers)
}

function unknownBody(protocol: string, intentId: string, requestId: string): object {
  const url = intentUrl(intentId)
  const message =
    protocol === 'Trd_PlaceOrder'
      ? `OpenD's reply is missing, so it is not known yet whether the order exists. The gateway checks OpenD's order ` +
        `lists and does not send the order again. Read GET ${url} for the result, and do not send the order before that.`
      : `OpenD's reply is missing, so it is not known yet whether the order was changed. The gateway checks the order ` +
        `at OpenD and does not send the change again. Read GET ${url} for the result. A cancel may be sent again at any time.`
  return { intent_id: intentId, state: 'unknown', intent_url: url, message, request_id: requestId }
}

/** The headers that name the ledger entry of the answer. */
function intentHeaders(reply: OrderReply): ExtraHeaders {
  if (reply.kind === 'dry_run' || reply.intentId === null) return {}
  const { intentId, isReplay } = reply
  return {
    'X-Order-Intent': intentId,
    // RFC 8631: a resource that represents the status of the context.
    Link: `<${intentUrl(intentId)}>; rel="status"`,
    ...(isReplay ? { 'Idempotency-Replayed': 'true' } : {}),
  }
}
