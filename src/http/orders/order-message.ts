import { fail, type Failed, succeed, type Result } from '../../base/result.ts'
import type { ApiEndpoint } from '../../endpoints.ts'
import { isWireMessage, type WireMessage, type WireValue } from '../../wire/json/json-wire-value.ts'

/** The packet id of an order call, as in its body. */
export interface PacketId {
  readonly connId: bigint
  readonly serialNo: number
}

/** The message of an order call, and the packet id of its body; null without one. */
export interface OrderMessage {
  readonly c2s: WireMessage
  readonly packetId: PacketId | null
}

/**
 * A body may lack the packet id: it belongs to the gateway's own connection, and the gateway sets it. The wire schema
 * requires the field. The value is constant, so that equal orders have equal bodies.
 */
const PACKET_ID = 'packetID'
const ANY_PACKET_ID: WireMessage = { connID: 0n, serialNo: 0 }

/** Required fields that the body of an order call may lack. */
export function optionalFieldsOf({ needsOneOf = [] }: ApiEndpoint): readonly string[] {
  return [PACKET_ID, ...needsOneOf]
}

/**
 * Refuses quantities and amounts that are invalid in every order, before a limit refuses them for another reason. A
 * change or cancel may have `qty: 0`, which the official clients send with every cancel.
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

/** Completes the checked body of an order call, which has the fields that the path sets: adds a packet id. */
export function completeOrder(endpoint: ApiEndpoint, checked: WireMessage): Result<OrderMessage> {
  const { takenFields, fixedFields = {} } = endpoint
  const problem = checkNumbers(endpoint.protocol, checked)
  if (problem !== null) return problem
  const taken = takenFields === undefined ? checked : pick(checked, takenFields)
  const { header } = taken
  const { trdMarket } = checked
  // `trd_market` outside of the header sets that of the header. Where both are given, they must be equal.
  if (trdMarket !== undefined && taken['trdMarket'] === undefined && isWireMessage(header)) {
    if (header['trdMarket'] !== trdMarket) {
      return invalid('trd_market', 'the same value as in header, or no value')
    }
  }
  // OpenD requires `orderID`; 0 means none, for a call that names the order by `orderIDEx`.
  const unnamed: WireMessage = endpoint.protocol === 'Trd_ModifyOrder' ? { orderID: 0n } : {}
  const c2s = { ...unnamed, ...taken, ...fixedFields, [PACKET_ID]: ANY_PACKET_ID }
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
