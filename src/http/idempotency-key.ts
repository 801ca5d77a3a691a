import { fail, succeed, type Result } from '../base/result.ts'
import type { PacketId } from './order-message.ts'

/** The header that names an order, so that sending it again does not make a second one. */
export const IDEMPOTENCY_HEADER = 'Idempotency-Key'

/**
 * Visible ASCII: what every client can put into a header and read in a log. A second header arrives joined by a comma
 * and a blank, and the blank refuses it. The bound keeps the ledger's index small; a UUID has 36 characters.
 */
const WELL_FORMED = /^[\x21-\x7e]{1,128}$/

/** The two kinds of key have prefixes of their own, so that no header can name the order of a packet id. */
const HEADER_PREFIX = 'key:'
const PACKET_PREFIX = 'pid:'

/**
 * The idempotency key of an order call: the header, else the packet id that the body gives, else null. A packet id of
 * zeros is a placeholder that clients send with every call, so it names no order. Failure:
 * `request.invalid_value` for a header of another form.
 */
export function idempotencyKeyOf(request: Request, packetId: PacketId | null): Result<string | null> {
  const header = request.headers.get(IDEMPOTENCY_HEADER)
  if (header !== null) {
    if (WELL_FORMED.test(header)) return succeed(HEADER_PREFIX + header)
    const expected = '1 to 128 visible ASCII characters without blanks, and the header once'
    return fail({ code: 'request.invalid_value', path: IDEMPOTENCY_HEADER, expected })
  }
  if (packetId === null || isPlaceholder(packetId)) return succeed(null)
  return succeed(`${PACKET_PREFIX}${packetId.connId}:${packetId.serialNo}`)
}

function isPlaceholder({ connId, serialNo }: PacketId): boolean {
  return connId === 0n && serialNo === 0
}

/** A key of the ledger as its caller gave it. */
export interface GivenKey {
  readonly idempotency_key: string | null
  /** `conn_id:serial_no` */
  readonly packet_id: string | null
}

/** Takes a key of the ledger apart again. */
export function givenKeyOf(key: string | null): GivenKey {
  return {
    idempotency_key: key?.startsWith(HEADER_PREFIX) === true ? key.slice(HEADER_PREFIX.length) : null,
    packet_id: key?.startsWith(PACKET_PREFIX) === true ? key.slice(PACKET_PREFIX.length) : null,
  }
}
