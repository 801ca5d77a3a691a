import type { Failure } from '../../base/failure.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import type { ApiEndpoint } from '../../endpoints.ts'
import type { Exits } from '../../orders/exits/exit-price.ts'
import { checkBody, type CheckOptions } from '../../wire/json/json-check.ts'
import { isGiven } from '../../wire/json/json-missing.ts'
import type { WireMessage, WireValue } from '../../wire/json/json-wire-value.ts'
import { isJsonObject, type JsonValue } from '../../wire/json/json-text.ts'
import { messageType, type Field } from '../../wire/schema.ts'
import { checkNoBody, parseBody, readBodyText } from './body.ts'
import { FROM_SYMBOL, namesByCode, symbolField, withCodeAndMarket, withPlainCodes } from './code-and-market.ts'
import { defaultedFields, withDefaultTimes } from './default-times.ts'
import { withMarketTimes } from './market-times.ts'
import { splitChain } from '../reads/option-chain.ts'
import { checkedExits, takeExits } from '../orders/exit-fields.ts'
import { completeOrder, optionalFieldsOf, type PacketId } from '../orders/order-message.ts'
import { refusedFieldsOf, withFixedFields } from './path-fields.ts'
import { fromAmount, withQuantity } from '../orders/order-quantity.ts'
import { hashPassword, passwordField, UNLOCK_TRADE } from './trade-password.ts'

/** A checked request: the message to send, and the parts of the body that are not sent. */
export interface RequestMessage {
  readonly c2s: WireMessage
  /** The calls to send, in order: the message itself, or its parts where it is too long for OpenD. */
  readonly pieces: readonly WireMessage[]
  /** The subscription to make before the call; null when the body has none. */
  readonly subscription: WireMessage | null
  /** The packet id of an order call; null when the body has none. */
  readonly packetId: PacketId | null
  /** The exits of a new order; null without any, absent for every other call. */
  readonly exits?: Exits | null
}

const SUB_TYPE_LIST = 'subTypeList'

/** Reads and checks the message of a request. Failures: every `request.*` about bodies. */
export async function readC2S(endpoint: ApiEndpoint, request: Request, nowMs: number): Promise<Result<RequestMessage>> {
  const text = await readText(endpoint, request)
  return text.ok ? checkC2S(endpoint, text.value, nowMs) : text
}

/** The text of a request's body, for `checkC2S`. An endpoint that takes no body refuses one and gets an empty text. */
export async function readText(endpoint: ApiEndpoint, request: Request): Promise<Result<string>> {
  if (endpoint.fixedC2S === undefined) return readBodyText(request)
  const nothing = await checkNoBody(request)
  return nothing.ok ? succeed('') : nothing
}

/**
 * Parses and checks the message in a body's text, and converts its securities and times to the form of OpenD. The
 * message does not change after that, so limits, ledger and OpenD get the same one. `nowMs` is the present time, for
 * times that the body lacks. Failures: the `request.*` about the content of a body.
 */
export function checkC2S(endpoint: ApiEndpoint, text: string, nowMs: number): Result<RequestMessage> {
  if (endpoint.fixedC2S !== undefined) return succeed(onlyMessage(endpoint.fixedC2S))
  const body = parseBody(text)
  if (!body.ok) return body
  const split = takeExits(endpoint, body.value)
  if (!split.ok) return split
  const checked = checkBody(messageOf(endpoint), split.value.rest, optionsOf(endpoint))
  if (!checked.ok) return checked
  const completed = completeChecked(endpoint, checked.value, nowMs)
  if (completed.ok) return withExits(completed.value, split.value.exits)
  return fail(underC2S(completed.failure, body.value))
}

function withExits(message: RequestMessage, given: Exits | null): Result<RequestMessage> {
  const exits = checkedExits(given, message.c2s)
  return exits.ok ? succeed({ ...message, exits: exits.value }) : exits
}

/** Adds `c2s.` to the path of a failure where the caller wrapped the message in `c2s`. */
function underC2S(failure: Failure, body: JsonValue): Failure {
  const isWrapped = isJsonObject(body) && Object.hasOwn(body, 'c2s')
  return isWrapped && 'path' in failure ? { ...failure, path: `c2s.${failure.path}` } : failure
}

/** Adds the defaults of a checked message and converts its fields. */
function completeChecked(endpoint: ApiEndpoint, checked: WireMessage, nowMs: number): Result<RequestMessage> {
  const fixed = withFixedFields(endpoint, checked)
  if (!fixed.ok) return fixed
  const named = namesByCode(messageOf(endpoint)) ? withCodeAndMarket(fixed.value, nowMs) : withPlainCodes(fixed.value)
  if (!named.ok) return named
  const counted = withQuantity(endpoint.protocol, named.value)
  if (!counted.ok) return counted
  const timed = withMarketTimes(endpoint.protocol, counted.value)
  return timed.ok ? complete(endpoint, withDefaultTimes(endpoint.protocol, timed.value, nowMs)) : timed
}

/** The name of the message that is the body of an endpoint. */
export function messageOf({ protocol }: ApiEndpoint): string {
  return `${protocol}.C2S`
}

/** The options of the check for each row; computed once. */
const optionsByEndpoint = new WeakMap<ApiEndpoint, CheckOptions>()

/** How the body of an endpoint is checked. */
export function optionsOf(endpoint: ApiEndpoint): CheckOptions {
  let options = optionsByEndpoint.get(endpoint)
  if (options === undefined) {
    const optional = optionalOf(endpoint)
    const extra = extraFieldsOf(endpoint)
    options = {
      ...(endpoint.maxSecurities === undefined ? {} : { maxSecurities: endpoint.maxSecurities }),
      ...(optional.length === 0 ? {} : { optionalFields: optional }),
      ...(endpoint.needsOneOf === undefined ? {} : { needsOneOf: endpoint.needsOneOf }),
      refusedFields: refusedFieldsOf(endpoint),
      ...(extra.length === 0 ? {} : { extraFields: extra }),
    }
    optionsByEndpoint.set(endpoint, options)
  }
  return options
}

function optionalOf(endpoint: ApiEndpoint): readonly string[] {
  return [
    ...Object.keys(endpoint.fixedFields ?? {}),
    ...(endpoint.isOrder ? optionalFieldsOf(endpoint) : []),
    ...(namesByCode(messageOf(endpoint)) ? FROM_SYMBOL : []),
    ...defaultedFields(endpoint.protocol),
    ...fromAmount(endpoint.protocol),
  ]
}

/** Fields that a body may have beside those of the message. */
export function extraFieldsOf(endpoint: ApiEndpoint): readonly Field[] {
  return [
    ...(endpoint.subscribesFirst === true ? [subTypeList()] : []),
    ...(endpoint.protocol === UNLOCK_TRADE ? [passwordField()] : []),
    ...(namesByCode(messageOf(endpoint)) ? [symbolField()] : []),
  ]
}

function subTypeList(): Field {
  const field = messageType('Qot_Sub.C2S').byName.get(SUB_TYPE_LIST)
  if (field === undefined) throw new Error('Qot_Sub has no subTypeList')
  return field
}

function complete(endpoint: ApiEndpoint, checked: WireMessage): Result<RequestMessage> {
  if (endpoint.isOrder) {
    const order = completeOrder(endpoint, checked)
    return order.ok ? succeed({ ...onlyMessage(order.value.c2s), packetId: order.value.packetId }) : order
  }
  if (endpoint.protocol === 'Qot_GetOptionChain') {
    const pieces = splitChain(checked)
    return pieces.ok ? succeed({ ...onlyMessage(checked), pieces: pieces.value }) : pieces
  }
  if (endpoint.protocol === UNLOCK_TRADE) {
    const hashed = hashPassword(checked)
    return hashed.ok ? succeed(onlyMessage(hashed.value)) : hashed
  }
  if (endpoint.subscribesFirst !== true) return succeed(onlyMessage({ ...endpoint.impliedFields, ...checked }))
  const { [SUB_TYPE_LIST]: subTypes, ...c2s } = checked
  const subscription = isGiven(subTypes) ? subscriptionTo(c2s, subTypes) : null
  return succeed({ ...onlyMessage(c2s), subscription })
}

function onlyMessage(c2s: WireMessage): RequestMessage {
  return { c2s, pieces: [c2s], subscription: null, packetId: null }
}

/** A subscription that does not change the caller's push registrations: the flag for them is absent. */
function subscriptionTo(c2s: WireMessage, subTypes: WireValue): WireMessage {
  const { securityList = [] } = c2s
  return { securityList, subTypeList: subTypes, isSubOrUnSub: true }
}
