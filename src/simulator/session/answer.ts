import type { MessageName, MessageTypes } from '../../../proto/messages.ts'
import { protocolById, type Protocol } from '../../wire/schema.ts'
import { refuse, type CallContext, type HandlerTable, type Refusal } from '../handler.ts'
import type { World } from '../world.ts'
import { decodeBody, encodeBody } from './body-codec.ts'
import { payFor, refuseByRules } from './call-rules.ts'
import type { ConnectionHub } from './connection-hub.ts'
import { genericAnswer } from './generic-answer.ts'
import { genericPushes } from './generic-pushes.ts'
import { INIT_CONNECT } from './identity.ts'
import { hasLeastGap } from './latency.ts'
import type { Peer } from './peer.ts'
import type { SessionContext, SessionHandlerTable } from './session-handler.ts'
import { systemHandlers } from '../system/handlers.ts'
import { accountPushHandlers } from './trade-pushes.ts'
import { reminderHandlers } from './reminder-calls.ts'
import type { QuoteStream } from './quote-pushes.ts'
import { streamRead } from './subscribed-getters.ts'
import { subscriptionHandlers } from './subscription-calls.ts'

/** A request with its decrypted body, without the frame. */
export interface PlainCall {
  readonly protoId: number
  /** `BodyFormat` of the request, and so of its reply. */
  readonly format: number
  readonly body: Uint8Array
}

/** First protocol id of the API. The WebSocket port's own framing uses lower ids. */
const FIRST_CALL = 1000

/** First protocol id of the quote calls; trade calls are 2001 to 2999. */
const FIRST_QUOTE_CALL = 3000

const INVALID_BODY = -500

/** OpenD's `retType` for an unknown result. */
const UNKNOWN_RESULT = -400

/** Carries out a call at that time, Unix ms of the session clock, and returns its reply body. */
export type Execution = (atMs: number) => Uint8Array

/**
 * Admits any request after InitConnect and returns its execution, which takes place when the reply is due. OpenD checks
 * an order, change or combination when it arrives, and the trade server carries it out later: only then can two of them
 * arrive within their least gap. Other calls are checked when they are carried out.
 *
 * Every request gets a reply: without it clients wait 12 s.
 */
export function admitCall(hub: ConnectionHub, peer: Peer, call: PlainCall, nowMs: number): Execution {
  if (!hasLeastGap(call.protoId)) return (atMs) => answerCall(hub, peer, call, atMs)
  const opened = openCall(hub, peer, call)
  if (opened.refused !== null) return refusedCall(hub, call, opened.refused)
  const refusal = refuseByRules(call.protoId, opened.c2s, contextOf(hub, peer, nowMs))
  if (refusal !== null) return refusedCall(hub, call, refusal)
  return (atMs) => guarded(hub, call, () => carryOut(call, opened, contextOf(hub, peer, atMs)))
}

function answerCall(hub: ConnectionHub, peer: Peer, call: PlainCall, nowMs: number): Uint8Array {
  const opened = openCall(hub, peer, call)
  if (opened.refused !== null) return refusalBody(hub, call, opened.refused)
  return guarded(hub, call, () => {
    const context = contextOf(hub, peer, nowMs)
    const refusal = refuseByRules(call.protoId, opened.c2s, context)
    return refusal === null ? carryOut(call, opened, context) : refusalBody(hub, call, refusal)
  })
}

function refusedCall(hub: ConnectionHub, call: PlainCall, refusal: Refusal): Execution {
  return () => refusalBody(hub, call, refusal)
}

/** A decoded request. */
interface OpenedCall {
  readonly refused: null
  readonly protocol: Protocol
  readonly c2s: object
}

function openCall(hub: ConnectionHub, peer: Peer, call: PlainCall): OpenedCall | { readonly refused: Refusal } {
  const protocol = call.protoId < FIRST_CALL ? null : protocolById(call.protoId)
  if (protocol === null || protocol.request === null) {
    return { refused: refuse(`unknown protocol id ${call.protoId}`) }
  }
  if (!peer.isReady) return { refused: refuse('InitConnect must be the first request') }
  if (call.protoId === INIT_CONNECT) return { refused: refuse('this connection is initialised already') }
  // The schema's table maps the id to a message at run time, so the type cannot be derived.
  const decoded = decodeBody(protocol.request as MessageName, call.format, call.body, hub.crypto.utf8)
  if (!decoded.ok) return { refused: refuse(decoded.detail, INVALID_BODY) }
  hub.statistics.addCall(call.protoId)
  const request = decoded.value as { readonly c2s?: object }
  return { refused: null, protocol, c2s: request.c2s ?? request }
}

function contextOf(hub: ConnectionHub, peer: Peer, nowMs: number): SessionContext {
  return { hub, peer, nowMs, marketMs: hub.marketMs(nowMs), connId: peer.connId }
}

/** The reply of a call that the rules allow. */
function carryOut(call: PlainCall, { protocol, c2s }: OpenedCall, context: SessionContext): Uint8Array {
  const { hub, peer } = context
  const stream = streamRead(hub, peer, protocol.id, c2s)
  const make = (): Uint8Array => replyBody(protocol, call, decide(protocol, c2s, context, stream), hub)
  if (stream === null) return make()
  const nextChangeMs = (): number | null => hub.services.quotePushes.nextChangeMs(hub.world, stream, context.marketMs)
  return hub.replies.reply({ ...call, stream }, context.marketMs, nextChangeMs, make)
}

/** An exception in one request must not end the other connections. */
function guarded(hub: ConnectionHub, call: PlainCall, make: () => Uint8Array): Uint8Array {
  try {
    return make()
  } catch (bug) {
    if (hub.settings.onBug === null) throw bug
    hub.settings.onBug(bug)
    return refusalBody(hub, call, refuse('the simulator failed on this request', UNKNOWN_RESULT))
  }
}

function replyBody(protocol: Protocol, call: PlainCall, decision: Decision, hub: ConnectionHub): Uint8Array {
  if (decision.refused !== null) return refusalBody(hub, call, decision.refused)
  const response = decision.response as MessageTypes[MessageName]
  return encodeBody(protocol.response as MessageName, call.format, response, hub.crypto.utf8)
}

/** Encodes a refusal. Every response of the schema begins with the same three fields, so one message fits all. */
export function refusalBody(hub: ConnectionHub, call: Pick<PlainCall, 'format'>, { refusal }: Refusal): Uint8Array {
  return encodeBody('KeepAlive.Response', call.format, refusal, hub.crypto.utf8)
}

/** A whole response message, or a refusal. */
type Decision = { readonly refused: Refusal } | { readonly refused: null; readonly response: object }

/** Runs the handler of a call that OpenD's rules allow. */
function decide(protocol: Protocol, c2s: object, context: SessionContext, stream: QuoteStream | null): Decision {
  const answer = modelledAnswer(protocol, c2s, context, stream)
  if (answer === null) {
    const { hub, peer, marketMs } = context
    const { seed } = hub.settings
    const response = genericAnswer(protocol, c2s, seed, marketMs)
    for (const push of genericPushes(protocol, c2s, response, seed, marketMs)) hub.pushAfterReply(peer, push)
    return { refused: null, response }
  }
  if (isRefusal(answer)) return { refused: answer }
  payFor(protocol.id, c2s, answer, context)
  return { refused: null, response: { retType: 0, s2c: answer } }
}

/** The answer of the handler for this call; null if the call has no handler. */
function modelledAnswer(
  protocol: Protocol,
  c2s: object,
  context: SessionContext,
  stream: QuoteStream | null,
): object | null {
  const { world, services } = context.hub
  // Each table is type-checked where it is declared; here the name comes from the schema at run time.
  const session = sessionHandlers[protocol.name as keyof HandlerTable] as AnySessionHandler | undefined
  if (session !== undefined) return session(c2s, context)
  if (protocol.id < FIRST_QUOTE_CALL) services.advance(world, context.marketMs)
  const handler = services.handlers[protocol.name as keyof HandlerTable] as AnyHandler | undefined
  if (handler === undefined) return null
  return handler(world, c2s, { nowMs: context.marketMs, connId: context.connId, hours: stream?.hours })
}

function isRefusal(answer: object): answer is Refusal {
  return 'refusal' in answer
}

type AnySessionHandler = (c2s: object, context: SessionContext) => object
type AnyHandler = (world: World, c2s: object, context: CallContext) => object

/** Every call that the session answers itself. */
const sessionHandlers: SessionHandlerTable = {
  ...systemHandlers,
  ...subscriptionHandlers,
  ...accountPushHandlers,
  ...reminderHandlers,
}
