import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'

const PLACE_ORDER = 2202
const MODIFY_ORDER = 2205

/** Whether a call can change an order. These carry a packet id and are sent at most once. */
export function isOrderCall(protoId: number): boolean {
  return protoId === PLACE_ORDER || protoId === MODIFY_ORDER
}

/**
 * Puts the gateway's own packet id into an order call. OpenD refuses replays by it, per connection, and callers do not
 * know our connection: whatever they sent is replaced. Other calls pass through untouched.
 *
 * Throws when an order call does not decode: the Worker encoded it, so that is a bug on our side.
 */
export function stampPacketId(protoId: number, body: Uint8Array, connId: bigint, serial: number): Uint8Array {
  const packetID = { connID: connId, serialNo: serial }
  if (protoId === PLACE_ORDER) {
    const request = decodeMessage('Trd_PlaceOrder.Request', body)
    if (!request.ok) throw new Error(`order call does not decode: ${request.detail}`)
    return encodeMessage('Trd_PlaceOrder.Request', { c2s: { ...request.value.c2s, packetID } })
  }
  if (protoId === MODIFY_ORDER) {
    const request = decodeMessage('Trd_ModifyOrder.Request', body)
    if (!request.ok) throw new Error(`modify call does not decode: ${request.detail}`)
    return encodeMessage('Trd_ModifyOrder.Request', { c2s: { ...request.value.c2s, packetID } })
  }
  return body
}
