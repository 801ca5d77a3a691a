import { CALLS } from '../../calls.ts'
import type { GatewayReply } from '../../../durable-objects/gateway-rpc.ts'
import { quotaShareOf } from '../../auth/caller.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import type { ApiEndpoint } from '../../endpoints.ts'
import type { QuoteCall } from '../../quotes/quote-service.ts'
import { encodeChecked } from '../../wire/encode.ts'
import type { WireMessage } from '../../wire/json/json-wire-value.ts'
import { type Admitted, callMarkOf } from '../authenticate.ts'
import { type Envelope, readEnvelope } from '../envelope.ts'
import type { Exchange } from '../exchange.ts'
import { joinChains } from './option-chain.ts'
import { type LeftOut, leftOutOf, MOST_REFUSALS, withoutSecurities } from './partial-read.ts'
import { withRefusedSecurities } from '../../quotes/refused-securities.ts'
import type { RequestMessage } from '../request/request-message.ts'

type Target = Pick<ApiEndpoint, 'protocol' | 'protoId'>

const SUBSCRIBE: Target = { protocol: 'Qot_Sub', protoId: CALLS.Qot_Sub.protoId }

/** The request for which calls are made, and how. */
export interface Call {
  readonly exchange: Exchange
  readonly admitted: Admitted
  readonly isFresh: boolean
  /** Whether the answer leaves out the securities that OpenD refuses. */
  readonly isPartial: boolean
}

/** The result of a message: the last reply, its envelope or failure, and the securities that it leaves out. */
export interface Sent {
  readonly reply: GatewayReply
  readonly envelope: Result<Envelope>
  readonly leftOut: readonly LeftOut[]
  /** Calls of this message before the last one. */
  readonly earlierCalls: number
}

/**
 * Sends a message: first its subscription, then its pieces. A refusal lists the refused securities.
 */
export async function sendWhole(call: Call, endpoint: ApiEndpoint, message: RequestMessage): Promise<Sent> {
  const { pieces, subscription } = message
  if (subscription === null) return sendPieces(call, endpoint, message, pieces, 0)
  const subscribed = await sendPieces(call, SUBSCRIBE, message, [subscription], 0)
  return subscribed.envelope.ok ? sendPieces(call, endpoint, message, pieces, 1) : subscribed
}

/**
 * As `sendWhole`; repeats the message without the securities that OpenD refused, as long as others are left. A
 * subscription that OpenD has accepted is not repeated.
 */
export async function sendPartly(call: Call, endpoint: ApiEndpoint, message: RequestMessage): Promise<Sent> {
  const leftOut: LeftOut[] = []
  let rest = message
  let isSubscribed = false
  let refusals = 0
  for (let earlierCalls = 0; ; earlierCalls++) {
    const subscription = isSubscribed ? null : rest.subscription
    const target = subscription === null ? endpoint : SUBSCRIBE
    const sent = await sendPieces(call, target, rest, [subscription ?? rest.c2s], earlierCalls)
    if (sent.envelope.ok) {
      if (subscription === null) return { ...sent, leftOut }
      isSubscribed = true
      continue
    }
    refusals++
    const refused = leftOutOf(sent.envelope.failure)
    const others = refused.length === 0 || refusals === MOST_REFUSALS ? null : withoutSecurities(rest, refused)
    if (others === null) return { ...sent, leftOut }
    leftOut.push(...refused)
    rest = others
  }
}

async function send(
  { exchange, admitted: { caller, deployment }, isFresh }: Call,
  { protocol, protoId }: Target,
  c2s: WireMessage,
): Promise<GatewayReply> {
  const body = encodeChecked(`${protocol}.Request`, { c2s })
  const request = { protoId, body, caller: caller.id, isFresh, quotaShare: quotaShareOf(caller) }
  const mark = callMarkOf(caller)
  if (protoId !== SUBSCRIBE.protoId) return callOpend(exchange, request, mark)
  try {
    return await callOpend(exchange, request, mark)
  } finally {
    // Also after a failure: the gateway object must decide about the caller's next reads.
    deployment.quotes.withdraw(caller.id)
  }
}

type Answered = Extract<GatewayReply, { ok: true }>

/** Sends the pieces of a call one after the other and joins their answers. Stops at the first failure. */
async function sendPieces(
  call: Call,
  target: Target,
  { c2s }: RequestMessage,
  pieces: readonly WireMessage[],
  callsBefore: number,
): Promise<Sent> {
  const answers: Answered[] = []
  const envelopes: Envelope[] = []
  for (const [index, piece] of pieces.entries()) {
    const reply = await send(call, target, piece)
    const envelope = envelopeOf(target, reply)
    if (!envelope.ok) {
      const failure = withRefusedSecurities(envelope.failure, c2s, call.exchange.nowMs)
      return { reply, envelope: fail(failure), leftOut: [], earlierCalls: callsBefore + index }
    }
    if (reply.ok) answers.push(reply)
    envelopes.push(envelope.value)
  }
  const earlierCalls = callsBefore + pieces.length - 1
  return { reply: answers.reduce(joinReplies), envelope: succeed(joinChains(envelopes)), leftOut: [], earlierCalls }
}

/** Joins the facts of two replies: the time of the older one, and the remaining limit of the last one. */
function joinReplies(one: Answered, next: Answered): Answered {
  const { source, asOfMs } = one.asOfMs <= next.asOfMs ? one : next
  return { ...next, source, asOfMs }
}

function envelopeOf({ protocol }: Target, reply: GatewayReply): Result<Envelope> {
  return reply.ok ? readEnvelope(protocol, reply.body) : fail(reply.failure)
}

/** Sends a call through the gateway object. The epoch in the reply shows whether this isolate must clear its caches. */
async function callOpend(exchange: Exchange, call: QuoteCall, keyMark: string | null): Promise<GatewayReply> {
  const reply = await exchange.gateway.call(call, keyMark)
  exchange.deployments.recordEpoch(reply.epoch)
  return reply
}
