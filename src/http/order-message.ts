import { fail, type Failed, succeed, type Result } from '../base/result.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import { jsonNameOf } from '../wire/json-name.ts'
import { isWireMessage, type WireMessage, type WireValue } from '../wire/json-wire-value.ts'
import { messageType } from '../wire/schema.ts'

/** The packet id of an order call, as its caller gave it. */
export interface PacketId {
  readonly connId: bigint
  readonly serialNo: number
}

/** The message of an order call, and its caller's packet id; null for none. */
export interface OrderMessage {
  readonly c2s: WireMessage
  readonly packetId: PacketId | null
}

/**
 * The packet id of order calls may be left out: it belongs to the gateway's own connection, so the gateway replaces
 * whatever stands there. The wire schema requires the field, so something must; it is always the same, so that one
 * order has one body.
 */
const PACKET_ID = 'packetID'
const ANY_PACKET_ID: WireMessage = { connID: 0n, serialNo: 0 }

const TRADE_HEADER = 'Trd_Common.TrdHeader'

/** Required fields of an order message that its body may lack. */
export function optionalFieldsOf({ settledFields = {}, needsOneOf = [] }: ApiEndpoint): readonly string[] {
  return [PACKET_ID, ...Object.keys(settledFields), ...needsOneOf]
}

/**
 * Fields that the message has and the endpoint does not take: a caller that sends a price with a cancel expects an effect
 * that the cancel does not have. The members of the trade header may always stand flat.
 */
export function refusedFieldsOf({ protocol, takenFields, settledFields = {} }: ApiEndpoint): ReadonlySet<string> {
  if (takenFields === undefined) return new Set()
  const header = messageType(TRADE_HEADER).byName
  const names = messageType(`${protocol}.C2S`).fields.map(({ name }) => name)
  return new Set(
    names.filter((name) => !takenFields.includes(name) && !Object.hasOwn(settledFields, name) && !header.has(name)),
  )
}

/**
 * Refuses numbers that no order has, so that they meet neither a limit, which would name another reason, nor OpenD. A
 * change or cancel may repeat `qty: 0`, which the official clients send with every cancel.
 */
function checkNumbers(protocol: string, { qty, amount }: WireMessage): Failed | null {
  if (typeof amount === 'number' && amount < 0) return invalid('amount', 'a number, 0 or more')
  if (typeof qty !== 'number') return null
  if (protocol !== 'Trd_PlaceOrder') return qty < 0 ? invalid('qty', 'a number, 0 or more') : null
  const isByAmount = qty === 0 && typeof amount === 'number' && amount > 0
  return qty > 0 || isByAmount ? null : invalid('qty', 'a number above 0; an order by amount has qty 0 and an amount')
}

function invalid(path: string, expected: string): Failed {
  return fail({ code: 'request.invalid_value', path, expected })
}

/** Makes the message of an order call from a checked body: what the path decides, and a packet id. */
export function completeOrder(endpoint: ApiEndpoint, checked: WireMessage): Result<OrderMessage> {
  const { takenFields, settledFields = {} } = endpoint
  const problem = checkNumbers(endpoint.protocol, checked)
  if (problem !== null) return problem
  for (const [name, value] of Object.entries(settledFields)) {
    if (checked[name] === undefined || checked[name] === value) continue
    const shown = typeof value === 'object' ? 'another value' : String(value)
    const expected = `${shown}, which this path decides; leave it out`
    return invalid(jsonNameOf(name), expected)
  }
  const taken = takenFields === undefined ? checked : pick(checked, takenFields)
  const { header } = taken
  const { trdMarket } = checked
  // A flat `trd_market` fills the header of a call that has no use for it otherwise. Beside a header it must agree.
  if (trdMarket !== undefined && taken['trdMarket'] === undefined && isWireMessage(header)) {
    if (header['trdMarket'] !== trdMarket) {
      return invalid('trd_market', 'the same as in header')
    }
  }
  // OpenD requires the number of the order; 0 stands for none where the other id names it.
  const unnamed: WireMessage = endpoint.protocol === 'Trd_ModifyOrder' ? { orderID: 0n } : {}
  const c2s = { ...unnamed, ...taken, ...settledFields, [PACKET_ID]: ANY_PACKET_ID }
  return succeed({ c2s, packetId: packetIdOf(checked[PACKET_ID]) })
}

function packetIdOf(value: WireValue | undefined): PacketId | null {
  if (!isWireMessage(value)) return null
  const { connID, serialNo } = value
  return typeof connID === 'bigint' && typeof serialNo === 'number' ? { connId: connID, serialNo } : null
}

function pick(message: WireMessage, names: readonly string[]): WireMessage {
  return Object.fromEntries(Object.entries(message).filter(([name]) => names.includes(name)))
}
