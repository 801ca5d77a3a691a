import { ALL_CALLS } from '../../calls.ts'
import { encodeMessage } from '../../wire/encode.ts'

/** The tag byte of field 1 when it is a message: `c2s` in a `Request`, `packetID` in a `C2S`. */
const FIRST_MESSAGE = 0x0a

const ORDER_CALLS: ReadonlySet<number> = new Set(
  ALL_CALLS.filter(({ kind }) => kind === 'order').map(({ protoId }) => protoId),
)

/** Whether a call can change an order. These carry a packet id and are sent at most once. */
export function isOrderCall(protoId: number): boolean {
  return ORDER_CALLS.has(protoId)
}

/**
 * Replaces the packet id of an order call with the gateway's own. OpenD uses it to reject replays on a connection, and
 * callers do not know the id of the gateway's connection. Other calls are returned unchanged.
 *
 * The packet id is the first field of the only field of an order call, and our encoder writes fields in number order.
 * So the id is replaced in place and the rest is copied. Throws when another field is there: the Worker encoded the
 * call, so that is a bug in this program.
 */
export function stampPacketId(protoId: number, body: Uint8Array, connId: bigint, serial: number): Uint8Array {
  if (!isOrderCall(protoId)) return body
  const c2s = messageAt(body, 0)
  const old = messageAt(body, c2s.from)
  if (c2s.to !== body.length || old.to > c2s.to) throw new Error(`order call ${protoId} must start with its packet id`)
  const fresh = encodeMessage('Common.PacketID', { connID: connId, serialNo: serial })
  const rest = body.subarray(old.to)
  const packetId = [FIRST_MESSAGE, ...varint(fresh.length), ...fresh]
  const head = [FIRST_MESSAGE, ...varint(packetId.length + rest.length), ...packetId]
  const stamped = new Uint8Array(head.length + rest.length)
  stamped.set(head)
  stamped.set(rest, head.length)
  return stamped
}

/** The start and end of the content of the message field at `offset`. */
function messageAt(bytes: Uint8Array, offset: number): { readonly from: number; readonly to: number } {
  if (bytes[offset] !== FIRST_MESSAGE) throw new Error('an order call must start with its packet id')
  let length = 0
  // An order call has fewer than 2^28 bytes, so its length takes at most four bytes.
  for (let index = 0; index < 4; index++) {
    const byte = bytes[offset + 1 + index] ?? 0
    length |= (byte & 0x7f) << (7 * index)
    const from = offset + 2 + index
    if (byte < 0x80) return { from, to: from + length }
  }
  throw new Error('an order call has an invalid length')
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}
