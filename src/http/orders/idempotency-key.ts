import { fail, succeed, type Result } from '../../base/result.ts'
import type { PacketId } from './order-message.ts'

/** The header that identifies an order call, so that a repetition does not create a second order. */
export const IDEMPOTENCY_HEADER = 'Idempotency-Key'

/**
 * Visible ASCII, which every client can send in a header and print in a log. Two such headers arrive joined by a comma
 * and a blank, and the blank does not match. The bound limits the ledger's index; a UUID has 36 characters.
 */
const WELL_FORMED = /^[\x21-\x7e]{1,128}$/

/** Each kind of key has its own prefix, so that a header cannot match the order of a packet id. */
const HEADER_PREFIX = 'key:'
const PACKET_PREFIX = 'pid:'

/**
 * The idempotency key of an order call: the header, else the packet id of the body, else null. A packet id of zeros is
 * a placeholder that clients send with every call, so it does not count. Failure: `request.invalid_value` for a header
 * of another form.
 */
export function idempotencyKeyOf(request: Request, packetId: PacketId | null): Result<string | null> {
  const header = request.headers.get(IDEMPOTENCY_HEADER)
  if (header !== null) {
    if (WELL_FORMED.test(header)) return succeed(HEADER_PREFIX + header)
    const expected = '1 to 128 visible ASCII characters without blanks, in one header'
    return fail({ code: 'request.invalid_value', path: IDEMPOTENCY_HEADER, expected })
  }
  if (packetId === null || isPlaceholder(packetId)) return succeed(null)
  return succeed(`${PACKET_PREFIX}${packetId.connId}:${packetId.serialNo}`)
}

function isPlaceholder({ connId, serialNo }: PacketId): boolean {
  return connId === 0n && serialNo === 0
}

/** An idempotency key in the form in which its caller sent it. */
export interface GivenKey {
  readonly idempotency_key: string | null
  /** `conn_id:serial_no` */
  readonly packet_id: string | null
}

/** Converts an idempotency key of the ledger back to the caller's form. */
export function givenKeyOf(key: string | null): GivenKey {
  return {
    idempotency_key: key?.startsWith(HEADER_PREFIX) === true ? key.slice(HEADER_PREFIX.length) : null,
    packet_id: key?.startsWith(PACKET_PREFIX) === true ? key.slice(PACKET_PREFIX.length) : null,
  }
}
