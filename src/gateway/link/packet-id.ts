import { ALL_CALLS } from '../../calls.ts'
import { encodeMessage } from '../../wire/encode.ts'

/** The key byte of field 1 where that is a message: `c2s` in a `Request`, `packetID` in a `C2S`. */
const FIRST_MESSAGE = 0x0a

const ORDER_CALLS: ReadonlySet<number> = new Set(
  ALL_CALLS.filter(({ kind }) => kind === 'order').map(({ protoId }) => protoId),
)

/** Whether a call can change an order. These carry a packet id and are sent at most once. */
export function isOrderCall(protoId: number): boolean {
  return ORDER_CALLS.has(protoId)
}

/**
 * Puts the gateway's own packet id into an order call. OpenD refuses replays by it, per connection, and callers do not
 * know our connection: whatever they sent is replaced. Other calls pass through untouched.
 *
 * The packet id is the first field of the only field of an order call, and our encoder writes fields in their order, so
 * it is exchanged where it stands and the rest is copied. Throws when something else stands there: the Worker encoded
 * the call, so that is a bug on our side.
 */
export function stampPacketId(protoId: number, body: Uint8Array, connId: bigint, serial: number): Uint8Array {
  if (!isOrderCall(protoId)) return body
  const c2s = messageAt(body, 0)
  const old = messageAt(body, c2s.from)
  if (c2s.to !== body.length || old.to > c2s.to) throw new Error(`order call ${protoId} does not begin as one`)
  const fresh = encodeMessage('Common.PacketID', { connID: connId, serialNo: serial })
  const rest = body.subarray(old.to)
  const packetId = [FIRST_MESSAGE, ...varint(fresh.length), ...fresh]
  const head = [FIRST_MESSAGE, ...varint(packetId.length + rest.length), ...packetId]
  const stamped = new Uint8Array(head.length + rest.length)
  stamped.set(head)
  stamped.set(rest, head.length)
  return stamped
}

/** Where the content of the message begins and ends whose field begins at `offset`. */
function messageAt(bytes: Uint8Array, offset: number): { readonly from: number; readonly to: number } {
  if (bytes[offset] !== FIRST_MESSAGE) throw new Error('an order call begins with its packet id')
  let length = 0
  // An order call has far fewer than 2^28 bytes: the length takes four of these at most.
  for (let index = 0; index < 4; index++) {
    const byte = bytes[offset + 1 + index] ?? 0
    length |= (byte & 0x7f) << (7 * index)
    const from = offset + 2 + index
    if (byte < 0x80) return { from, to: from + length }
  }
  throw new Error('an order call is shorter than that')
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}
