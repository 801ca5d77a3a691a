import type { Failure } from '../base/failure.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import { checkBody, type CheckOptions } from '../wire/json-check.ts'
import { isGiven } from '../wire/json-missing.ts'
import type { WireMessage, WireValue } from '../wire/json-wire-value.ts'
import { isJsonObject, type JsonValue } from '../wire/json-text.ts'
import { messageType, type Field } from '../wire/schema.ts'
import { checkNoBody, parseBody, readBodyText } from './body.ts'
import { completeOrder, optionalFieldsOf, type PacketId, refusedFieldsOf } from './order-message.ts'
import { hashPassword, passwordField, UNLOCK_TRADE } from './trade-password.ts'

/** A checked request: the message to send, and what came with it that is not sent. */
export interface RequestMessage {
  readonly c2s: WireMessage
  /** A subscription to make before the call, where the caller asked for one. */
  readonly subscription: WireMessage | null
  /** The packet id of an order call, where the caller gave one. */
  readonly packetId: PacketId | null
}

const SUB_TYPE_LIST = 'subTypeList'

/** Reads and checks the message of a request. Failures: every `request.*` about bodies. */
export async function readC2S(endpoint: ApiEndpoint, request: Request): Promise<Result<RequestMessage>> {
  const text = await readText(endpoint, request)
  return text.ok ? checkC2S(endpoint, text.value) : text
}

/** The text of a request's body, for `checkC2S`; nothing for an endpoint that takes none, where a body is refused. */
export async function readText(endpoint: ApiEndpoint, request: Request): Promise<Result<string>> {
  if (endpoint.fixedC2S === undefined) return readBodyText(request)
  const nothing = await checkNoBody(request)
  return nothing.ok ? succeed('') : nothing
}

/** Checks the message that a body's text is. Failures: the `request.*` about what stands in a body. */
export function checkC2S(endpoint: ApiEndpoint, text: string): Result<RequestMessage> {
  if (endpoint.fixedC2S !== undefined) return succeed(onlyMessage(endpoint.fixedC2S))
  const body = parseBody(text)
  if (!body.ok) return body
  const checked = checkBody(`${endpoint.protocol}.C2S`, body.value, optionsOf(endpoint))
  if (!checked.ok) return checked
  const completed = complete(endpoint, checked.value)
  return completed.ok ? completed : fail(underC2S(completed.failure, body.value))
}

/** What is found after the check of the message has the path as the caller wrote it, too. */
function underC2S(failure: Failure, body: JsonValue): Failure {
  const isWrapped = isJsonObject(body) && Object.hasOwn(body, 'c2s')
  return isWrapped && 'path' in failure ? { ...failure, path: `c2s.${failure.path}` } : failure
}

/** What the check needs to know of a row; made once for each row. */
const optionsByEndpoint = new WeakMap<ApiEndpoint, CheckOptions>()

function optionsOf(endpoint: ApiEndpoint): CheckOptions {
  let options = optionsByEndpoint.get(endpoint)
  if (options === undefined) {
    options = {
      ...(endpoint.maxSecurities === undefined ? {} : { maxSecurities: endpoint.maxSecurities }),
      ...(endpoint.isOrder ? { optionalFields: optionalFieldsOf(endpoint) } : {}),
      ...(endpoint.needsOneOf === undefined ? {} : { needsOneOf: endpoint.needsOneOf }),
      refusedFields: refusedFieldsOf(endpoint),
      ...(endpoint.subscribesFirst === true ? { extraFields: [subTypeList()] } : {}),
      ...(endpoint.protocol === UNLOCK_TRADE ? { extraFields: [passwordField()] } : {}),
    }
    optionsByEndpoint.set(endpoint, options)
  }
  return options
}

function subTypeList(): Field {
  const field = messageType('Qot_Sub.C2S').byName.get(SUB_TYPE_LIST)
  if (field === undefined) throw new Error('Qot_Sub has no subTypeList')
  return field
}

function complete(endpoint: ApiEndpoint, checked: WireMessage): Result<RequestMessage> {
  if (endpoint.isOrder) {
    const order = completeOrder(endpoint, checked)
    return order.ok ? succeed({ ...order.value, subscription: null }) : order
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
  return { c2s, subscription: null, packetId: null }
}

/** Subscribes and leaves the caller's push registrations as they are: an absent flag means just that. */
function subscriptionTo(c2s: WireMessage, subTypes: WireValue): WireMessage {
  const { securityList = [] } = c2s
  return { securityList, subTypeList: subTypes, isSubOrUnSub: true }
}
