import { CALLS } from '../calls.ts'
import type { GatewayReply } from '../../durable-objects/gateway-rpc.ts'
import { quotaShareOf } from '../auth/caller.ts'
import type { Failure } from '../base/failure.ts'
import { fail, type Failed } from '../base/result.ts'
import { writtenDoubleAdvice } from '../base/rounded-id.ts'
import { withSentence } from '../base/shown-text.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import { encodeChecked } from '../wire/encode.ts'
import type { QuoteCall } from '../quotes/quote-service.ts'
import type { WireMessage } from '../wire/json-wire-value.ts'
import { describe } from '../problem/problem.ts'
import { accountsOf, checkAccounts, checkLock, filterAccounts, namedAccounts } from './accounts.ts'
import { answerDescribed, answerJsonText, answerProblem, type ExtraHeaders } from './answer.ts'
import { admit, type Admitted } from './authenticate.ts'
import { checkQuery, readPlainText } from './body.ts'
import { readEnvelope } from './envelope.ts'
import type { Exchange, Handler } from './exchange.ts'
import { cachedHeaders, replyHeaders, wantsFresh } from './freshness.ts'
import { checkC2S, readText } from './request-message.ts'
import { CachedRead } from './cached-read.ts'

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
    const query = checkQuery(exchange.request)
    if (!query.ok) return query
    const text = isIsolateCached ? await readPlainText(exchange.request) : await readText(endpoint, exchange.request)
    if (!text.ok) return text
    const isFresh = wantsFresh(exchange.request.headers)
    const read = isIsolateCached && !isFresh ? CachedRead.of(admitted.value, endpoint, text.value) : null
    const cached = read?.find(exchange) ?? null
    if (cached !== null) return answerJsonText(200, cached.json, exchange.requestId, cachedHeaders(cached))
    return ask(endpoint, { exchange, admitted: admitted.value, isFresh }, text.value, read)
  }
}

/** Asks OpenD through the gateway object. `read` is where the answer is kept; null for one that is not. */
async function ask(
  endpoint: ApiEndpoint,
  call: Call,
  text: string,
  read: CachedRead | null,
): Promise<Response | Failed> {
  const { exchange, admitted } = call
  const message = checkC2S(endpoint, text)
  if (!message.ok) return message
  const { c2s, subscription } = message.value
  const allowed = await accountsOf(exchange, admitted, endpoint)
  if (!allowed.ok) return allowed
  const refusal = checkAccounts(endpoint, c2s, allowed.value) ?? checkLock(endpoint, c2s, admitted.caller)
  if (refusal !== null) return answerAdvised(refusal.failure, adviceFor(endpoint, c2s), exchange.requestId)

  if (subscription !== null) {
    const subscribed = await send(call, SUBSCRIBE, subscription)
    const envelope = envelopeOf(SUBSCRIBE, subscribed)
    if (!envelope.ok) return answerProblem(envelope.failure, exchange.requestId, replyHeaders(subscribed))
  }
  const reply = await send(call, endpoint, c2s)
  const envelope = envelopeOf(endpoint, reply)
  if (!envelope.ok) {
    read?.refuse()
    return answerAdvised(envelope.failure, adviceFor(endpoint, c2s), exchange.requestId, replyHeaders(reply))
  }
  const answer = endpoint.accounts === 'reply' ? filterAccounts(envelope.value, allowed.value) : envelope.value
  const json = JSON.stringify(answer)
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

type Target = Pick<ApiEndpoint, 'protocol' | 'protoId'>

const SUBSCRIBE: Target = { protocol: 'Qot_Sub', protoId: CALLS.Qot_Sub.protoId }

/** On whose behalf calls are made. */
interface Call {
  readonly exchange: Exchange
  readonly admitted: Admitted
  readonly isFresh: boolean
}

async function send(
  { exchange, admitted: { caller, deployment }, isFresh }: Call,
  { protocol, protoId }: Target,
  c2s: WireMessage,
): Promise<GatewayReply> {
  const body = encodeChecked(`${protocol}.Request`, { c2s })
  const request = { protoId, body, caller: caller.id, isFresh, quotaShare: quotaShareOf(caller) }
  if (protoId !== SUBSCRIBE.protoId) return callOpend(exchange, request)
  try {
    return await callOpend(exchange, request)
  } finally {
    // However it ends: reads that are answered from now on are asked of the object, which knows.
    deployment.quotes.withdraw(caller.id)
  }
}

function envelopeOf({ protocol }: Target, reply: GatewayReply) {
  return reply.ok ? readEnvelope(protocol, reply.body) : fail(reply.failure)
}

/** Sends a call through the gateway object. The reply also shows whether this isolate has cached answers to forget. */
async function callOpend(exchange: Exchange, call: QuoteCall): Promise<GatewayReply> {
  const reply = await exchange.gateway.call(call)
  exchange.deployments.recordEpoch(reply.epoch)
  return reply
}
