import type { Failure } from '../base/failure.ts'
import { fail, type Failed } from '../base/result.ts'
import { withSentence } from '../base/shown-text.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import type { ErrorAnswer } from '../problem/error-answer.ts'
import { describe, describeAfterCalls } from '../problem/problem.ts'
import { accountsOf, checkAccounts, checkLock, filterAccounts, namedAccounts } from './accounts.ts'
import { answerDescribed, answerJsonText, type ExtraHeaders } from './answer.ts'
import { admitCall, callMarkOf } from './authenticate.ts'
import { CachedRead } from './reads/cached-read.ts'
import type { Handler } from './exchange.ts'
import { cachedHeaders, replyHeaders, wantsFresh } from './reads/freshness.ts'
import { adviceOn } from './refusal-advice.ts'
import { PARTS_ARE_STORED } from './reads/option-chain.ts'
import { inQuery, isQueryRead, readInput } from './request/query-body.ts'
import { checkC2S } from './request/request-message.ts'
import { type Call, sendPartly, sendWhole } from './reads/send-message.ts'

/**
 * The handler of every endpoint that is a call of OpenD and not an order: checks the token, the scope and the message,
 * then makes the call and returns its reply as JSON. The differences between endpoints are in their rows.
 *
 * A cached answer that the caller may read is returned before the body is parsed: an equal text was checked when the
 * answer was cached.
 */
export function relay(endpoint: ApiEndpoint): Handler {
  const { isIsolateCached } = endpoint
  return async (exchange) => {
    const admitted = await admitCall(exchange, endpoint.scopes)
    if (!admitted.ok) return admitted
    const input = await readInput(endpoint, exchange.request)
    if (!input.ok) return input
    const { text, isPartial } = input.value
    const isFresh = wantsFresh(exchange.request.headers)
    // A key of the service can be revoked at any time, and only the gateway object has the present state of it.
    const isCacheable = isIsolateCached && !isFresh && !isPartial && callMarkOf(admitted.value.caller) === null
    const read = isCacheable ? CachedRead.of(admitted.value, endpoint, text) : null
    const cached = read?.find(exchange) ?? null
    if (cached !== null) return answerJsonText(200, cached.json, exchange.requestId, cachedHeaders(cached))
    const call = { exchange, admitted: admitted.value, isFresh, isPartial }
    return ask(endpoint, call, text, read)
  }
}

/** Makes the call through the gateway object. `read` caches the answer; null where it is not cached. */
async function ask(
  endpoint: ApiEndpoint,
  call: Call,
  text: string,
  read: CachedRead | null,
): Promise<Response | Failed> {
  const { exchange, admitted } = call
  const message = checkC2S(endpoint, text, exchange.nowMs)
  if (!message.ok) return isQueryRead(endpoint, exchange.request) ? fail(inQuery(message.failure)) : message
  const { c2s, pieces, subscription } = message.value
  const allowed = await accountsOf(exchange, admitted, endpoint)
  if (!allowed.ok) return allowed
  const refusal = checkAccounts(endpoint, c2s, allowed.value) ?? checkLock(endpoint, c2s, admitted.caller)
  const accounts = namedAccounts(endpoint, c2s)
  if (refusal !== null) {
    const { failure } = refusal
    return answerAdvised(failure, describe(failure), adviceOn(failure, c2s, accounts), exchange.requestId)
  }

  const sent = await (call.isPartial ? sendPartly : sendWhole)(call, endpoint, message.value)
  const { reply, envelope, leftOut, earlierCalls } = sent
  if (!envelope.ok) {
    read?.refuse()
    const { failure } = envelope
    const repetition = pieces.length > 1 && !call.isFresh ? PARTS_ARE_STORED : ''
    const problem = describeAfterCalls(failure, earlierCalls, repetition)
    const advice = adviceOn(failure, c2s, accounts)
    return answerAdvised(failure, problem, advice, exchange.requestId, replyHeaders(reply))
  }
  const answer = endpoint.accounts === 'reply' ? filterAccounts(envelope.value, allowed.value) : envelope.value
  const json = JSON.stringify(call.isPartial ? { ...answer, left_out: leftOut } : answer)
  // A body that subscribes must subscribe each time, so its answer is not cached.
  if (reply.ok && subscription === null && reply.isPersonal !== true) read?.store(exchange, reply, json)
  return answerJsonText(200, json, exchange.requestId, replyHeaders(reply))
}

/** The error response, with the advice on the failure of this message. */
function answerAdvised(
  failure: Failure,
  problem: ErrorAnswer,
  advice: string,
  requestId: string,
  headers: ExtraHeaders = {},
): Response {
  return answerDescribed(failure.code, { ...problem, error: withSentence(problem.error, advice) }, requestId, headers)
}
