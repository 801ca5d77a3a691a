import type { Failure } from '../base/failure.ts'
import { succeed, type Failed, type Result } from '../base/result.ts'
import { writtenDoubleAdvice } from '../base/rounded-id.ts'
import { withSentence } from '../base/shown-text.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import { describe } from '../problem/problem.ts'
import type { WireMessage } from '../wire/json-wire-value.ts'
import { accountsOf, checkAccounts, checkLock, filterAccounts, namedAccounts } from './accounts.ts'
import { answerDescribed, answerJsonText, type ExtraHeaders } from './answer.ts'
import { admit } from './authenticate.ts'
import { checkQuery, readPlainText } from './body.ts'
import { CachedRead } from './cached-read.ts'
import type { Handler } from './exchange.ts'
import { cachedHeaders, replyHeaders, wantsFresh } from './freshness.ts'
import { PARTIAL } from './partial-read.ts'
import { FLAG } from '../wire/json-fields.ts'
import { readQuery } from './plain-fields.ts'
import { checkC2S, readText } from './request-message.ts'
import { type Call, sendPartly, sendWhole } from './send-message.ts'

/**
 * The handler of every endpoint that is a call of OpenD and no order: who are you, may you, is this a valid message,
 * then the call and its reply as JSON. What differs between endpoints is in their rows.
 *
 * What this isolate has just read, and this caller may read, is answered before the body is even parsed: the same text
 * was checked when the object was asked.
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
    const isKept = isIsolateCached && !isFresh && !isPartial.value
    const read = isKept ? CachedRead.of(admitted.value, endpoint, text.value) : null
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

/** Asks OpenD through the gateway object. `read` is where the answer is kept; null for one that is not. */
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
  // A body that subscribes first does so each time it is sent.
  if (reply.ok && subscription === null) read?.keep(exchange, reply, json)
  return answerJsonText(200, json, exchange.requestId, replyHeaders(reply))
}

/** Failures that an account id can cause which its client has rounded. */
const OF_ACCOUNT: ReadonlySet<string> = new Set(['auth.account_not_allowed', 'opend.refused'])

/** What helps the caller when the accounts that the message names are the cause. */
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
