import { CALLS } from '../calls.ts'
import type { GatewayReply } from '../../durable-objects/gateway-rpc.ts'
import { quotaShareOf } from '../auth/caller.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import type { QuoteCall } from '../quotes/quote-service.ts'
import { encodeChecked } from '../wire/encode.ts'
import type { WireMessage } from '../wire/json/json-wire-value.ts'
import { type Admitted, callMarkOf } from './authenticate.ts'
import { type Envelope, readEnvelope } from './envelope.ts'
import type { Exchange } from './exchange.ts'
import { joinChains } from './reads/option-chain.ts'
import { type LeftOut, leftOutOf, MOST_ATTEMPTS, withoutSecurities } from './reads/partial-read.ts'
import { withRefusedSecurities } from './reads/refused-securities.ts'
import type { RequestMessage } from './request/request-message.ts'

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
}

/**
 * Sends a message: first its subscription, then its pieces. A refusal lists the refused securities.
 */
export async function sendWhole(call: Call, endpoint: ApiEndpoint, message: RequestMessage): Promise<Sent> {
  const { c2s, pieces, subscription } = message
  const subscribed = subscription === null ? null : await sendAll(call, SUBSCRIBE, [subscription])
  const { reply, envelope } = subscribed?.envelope.ok === false ? subscribed : await sendAll(call, endpoint, pieces)
  if (envelope.ok) return { reply, envelope, leftOut: [] }
  return { reply, envelope: fail(withRefusedSecurities(envelope.failure, c2s, call.exchange.nowMs)), leftOut: [] }
}

/** As `sendWhole`; repeats the message without the securities that OpenD refused, as long as others are left. */
export async function sendPartly(call: Call, endpoint: ApiEndpoint, message: RequestMessage): Promise<Sent> {
  const leftOut: LeftOut[] = []
  let rest = message
  for (let attempt = 1; ; attempt++) {
    const sent = await sendWhole(call, endpoint, rest)
    const refused = sent.envelope.ok ? [] : leftOutOf(sent.envelope.failure)
    const others = refused.length === 0 || attempt === MOST_ATTEMPTS ? null : withoutSecurities(rest, refused)
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
async function sendAll(
  call: Call,
  endpoint: Target,
  pieces: readonly WireMessage[],
): Promise<Pick<Sent, 'reply' | 'envelope'>> {
  const answers: Answered[] = []
  const envelopes: Envelope[] = []
  for (const piece of pieces) {
    const reply = await send(call, endpoint, piece)
    const envelope = envelopeOf(endpoint, reply)
    if (!reply.ok || !envelope.ok) return { reply, envelope }
    answers.push(reply)
    envelopes.push(envelope.value)
  }
  return { reply: answers.reduce(joinReplies), envelope: succeed(joinChains(envelopes)) }
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
