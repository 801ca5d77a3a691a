import type { Failure } from '../base/failure.ts'
import { succeed, type Failed, type Result } from '../base/result.ts'
import { writtenDoubleAdvice } from '../base/rounded-id.ts'
import { withSentence } from '../base/shown-text.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import { describe } from '../problem/problem.ts'
import type { WireMessage } from '../wire/json/json-wire-value.ts'
import { accountsOf, checkAccounts, checkLock, filterAccounts, namedAccounts } from './accounts.ts'
import { answerDescribed, answerJsonText, type ExtraHeaders } from './answer.ts'
import { admit } from './authenticate.ts'
import { checkQuery, readPlainText } from './request/body.ts'
import { CachedRead } from './reads/cached-read.ts'
import type { Handler } from './exchange.ts'
import { cachedHeaders, replyHeaders, wantsFresh } from './reads/freshness.ts'
import { PARTIAL } from './reads/partial-read.ts'
import { FLAG } from '../wire/json/json-fields.ts'
import { readQuery } from './request/plain-fields.ts'
import { checkC2S, readText } from './request/request-message.ts'
import { type Call, sendPartly, sendWhole } from './send-message.ts'

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
    const admitted = await admit(exchange, endpoint.scopes)
    if (!admitted.ok) return admitted
    const isPartial = readPartial(endpoint, exchange.request)
    if (!isPartial.ok) return isPartial
    const text = isIsolateCached ? await readPlainText(exchange.request) : await readText(endpoint, exchange.request)
    if (!text.ok) return text
    const isFresh = wantsFresh(exchange.request.headers)
    const isCacheable = isIsolateCached && !isFresh && !isPartial.value
    const read = isCacheable ? CachedRead.of(admitted.value, endpoint, text.value) : null
    const cached = read?.find(exchange) ?? null
    if (cached !== null) return answerJsonText(200, cached.json, exchange.requestId, cachedHeaders(cached))
    const call = { exchange, admitted: admitted.value, isFresh, isPartial: isPartial.value }
    return ask(endpoint, call, text.value, read)
  }
}

function readPartial({ hasPartial }: ApiEndpoint, request: Request): Result<boolean> {
  if (hasPartial !== true) {
    const query = checkQuery(request)
    return query.ok ? succeed(false) : query
  }
  const query = readQuery(request, { [PARTIAL]: FLAG })
  return query.ok ? succeed(query.value[PARTIAL] === true) : query
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
  if (!message.ok) return message
  const { c2s, subscription } = message.value
  const allowed = await accountsOf(exchange, admitted, endpoint)
  if (!allowed.ok) return allowed
  const refusal = checkAccounts(endpoint, c2s, allowed.value) ?? checkLock(endpoint, c2s, admitted.caller)
  if (refusal !== null) return answerAdvised(refusal.failure, adviceFor(endpoint, c2s), exchange.requestId)

  const sent = await (call.isPartial ? sendPartly : sendWhole)(call, endpoint, message.value)
  const { reply, envelope, leftOut } = sent
  if (!envelope.ok) {
    read?.refuse()
    return answerAdvised(envelope.failure, adviceFor(endpoint, c2s), exchange.requestId, replyHeaders(reply))
  }
  const answer = endpoint.accounts === 'reply' ? filterAccounts(envelope.value, allowed.value) : envelope.value
  const json = JSON.stringify(call.isPartial ? { ...answer, left_out: leftOut } : answer)
  // A body that subscribes must subscribe each time, so its answer is not cached.
  if (reply.ok && subscription === null && reply.isPersonal !== true) read?.store(exchange, reply, json)
  return answerJsonText(200, json, exchange.requestId, replyHeaders(reply))
}

/** Failures that an account id which the client has rounded can cause. */
const OF_ACCOUNT: ReadonlySet<string> = new Set(['auth.account_not_allowed', 'opend.refused'])

/** The advice when the account ids of the message may be the cause; empty when they look right. */
function adviceFor(endpoint: ApiEndpoint, c2s: WireMessage): string {
  for (const accId of namedAccounts(endpoint, c2s)) {
    const advice = typeof accId === 'bigint' ? writtenDoubleAdvice(accId) : ''
    if (advice !== '') return advice
  }
  return ''
}

function answerAdvised(failure: Failure, advice: string, requestId: string, headers: ExtraHeaders = {}): Response {
  const problem = describe(failure)
  const error = OF_ACCOUNT.has(failure.code) ? withSentence(problem.error, advice) : problem.error
  return answerDescribed(failure.code, { ...problem, error }, requestId, headers)
}
