import { fail, succeed, type Result } from '../base/result.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import { checkBody, type CheckOptions } from '../wire/json-check.ts'
import { jsonNameOf } from '../wire/json-name.ts'
import type { WireMessage, WireValue } from '../wire/json-wire-value.ts'
import { messageType, type Field } from '../wire/schema.ts'
import { checkNoBody, checkQuery, readJsonBody } from './body.ts'

/** A checked request: the message to send, and a subscription to make before it where the caller asked for one. */
export interface RequestMessage {
  readonly c2s: WireMessage
  readonly subscription: WireMessage | null
}

/**
 * The packet id of order calls may be left out: it belongs to the gateway's own connection, so the gateway replaces
 * whatever stands there. The wire schema requires the field, so something must.
 */
const PACKET_ID = 'packetID'
const ANY_PACKET_ID: WireMessage = { connID: 0n, serialNo: 0 }

const SUB_TYPE_LIST = 'subTypeList'

/** Reads and checks the message of a request. Failures: every `request.*` about bodies and queries. */
export async function readC2S(endpoint: ApiEndpoint, request: Request): Promise<Result<RequestMessage>> {
  const query = checkQuery(request)
  if (!query.ok) return query
  if (endpoint.fixedC2S !== undefined) {
    const nothing = checkNoBody(request)
    return nothing.ok ? succeed({ c2s: endpoint.fixedC2S, subscription: null }) : nothing
  }
  const body = await readJsonBody(request)
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
      ...(endpoint.isOrder === true ? { optionalFields: [PACKET_ID] } : {}),
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
  const { needsOneOf } = endpoint
  if (needsOneOf !== undefined && !needsOneOf.some((name) => isGiven(checked[name]))) {
    const [first = '', ...others] = needsOneOf.map(jsonNameOf)
    const expected = ['at least one entry', ...others.map((name) => `or ${name}`)].join(' ')
    return fail({ code: 'request.missing_field', path: first, expected })
  }
  if (endpoint.isOrder === true) return succeed({ c2s: { ...checked, [PACKET_ID]: ANY_PACKET_ID }, subscription: null })
  if (endpoint.subscribesFirst !== true) return succeed({ c2s: checked, subscription: null })
  const { [SUB_TYPE_LIST]: subTypes, ...c2s } = checked
  return succeed({ c2s, subscription: isGiven(subTypes) ? subscriptionTo(c2s, subTypes) : null })
}

/** Subscribes and leaves the caller's push registrations as they are: an absent flag means just that. */
function subscriptionTo(c2s: WireMessage, subTypes: WireValue): WireMessage {
  const { securityList = [] } = c2s
  return { securityList, subTypeList: subTypes, isSubOrUnSub: true }
}

function isGiven(value: WireValue | undefined): value is WireValue {
  return value !== undefined && !(Array.isArray(value) && value.length === 0)
}
