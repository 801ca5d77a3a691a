import { succeed, type Result } from '../base/result.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import { checkBody, type CheckOptions } from '../wire/json-check.ts'
import { isGiven } from '../wire/json-missing.ts'
import type { WireMessage, WireValue } from '../wire/json-wire-value.ts'
import { messageType, type Field } from '../wire/schema.ts'
import { checkNoBody, parseBody, readBodyText } from './body.ts'
import { completeOrder, optionalFieldsOf, type PacketId, refusedFieldsOf } from './order-message.ts'

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
  return complete(endpoint, checked.value)
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
