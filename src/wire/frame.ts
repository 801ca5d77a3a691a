/**
 * The frame of OpenD's TCP protocol: a 44-byte little-endian header, then the body.
 *
 *     0  2  magic "FT"          8  4  serial number
 *     2  4  protocol id        12  4  body length on the wire (after encryption)
 *     6  1  body format        16 20  SHA-1 of the body before encryption
 *     7  1  protocol version   36  8  reserved, zero
 */
export const HEADER_BYTES = 44

/** Body formats of the header: protobuf, or the standard JSON mapping of the same messages. */
export const BodyFormat = { Protobuf: 0, Json: 1 } as const

/** The fields of a header. */
export interface FrameHeader {
  readonly protoId: number
  /** 0 protobuf, 1 JSON; other numbers are returned unchanged. */
  readonly bodyFormat: number
  /** Assigned by the client (u32), echoed in the reply; has no meaning for pushes. */
  readonly serial: number
  /** Bytes that follow the header. */
  readonly bodyBytes: number
  /** SHA-1 of the plain body, 20 bytes. */
  readonly digest: Uint8Array
}

/** A header with its body. */
export interface Frame {
  readonly header: FrameHeader
  /** The body as on the wire: encrypted if the connection is encrypted. */
  readonly body: Uint8Array
}

/** SHA-1 of some bytes, 20 bytes long. The platform's function is passed in. */
export type Sha1 = (bytes: Uint8Array) => Uint8Array

const MAGIC_F = 0x46
const MAGIC_T = 0x54
const DIGEST_OFFSET = 16
const DIGEST_END = 36

/**
 * Builds a frame with a body as on the wire. `digest` is the SHA-1 of the plain body; for an unencrypted connection
 * that is the SHA-1 of `body`.
 */
export function encodeFrame(
  head: { readonly protoId: number; readonly serial: number; readonly bodyFormat?: number },
  body: Uint8Array,
  digest: Uint8Array,
): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + body.length)
  const view = new DataView(frame.buffer)
  frame[0] = MAGIC_F
  frame[1] = MAGIC_T
  view.setUint32(2, head.protoId, true)
  frame[6] = head.bodyFormat ?? BodyFormat.Protobuf
  view.setUint32(8, head.serial, true)
  view.setUint32(12, body.length, true)
  frame.set(digest, DIGEST_OFFSET)
  frame.set(body, HEADER_BYTES)
  return frame
}

/** Reads the header at `offset`; null when the magic is wrong. `bytes` must have 44 bytes from `offset`. */
export function decodeHeader(bytes: Uint8Array, offset: number): FrameHeader | null {
  if (bytes[offset] !== MAGIC_F || bytes[offset + 1] !== MAGIC_T) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, HEADER_BYTES)
  return {
    protoId: view.getUint32(2, true),
    bodyFormat: view.getUint8(6),
    serial: view.getUint32(8, true),
    bodyBytes: view.getUint32(12, true),
    digest: bytes.slice(offset + DIGEST_OFFSET, offset + DIGEST_END),
  }
}

/** Whether the SHA-1 of a plain body matches its header. */
export function digestMatches(header: FrameHeader, plainBody: Uint8Array, sha1: Sha1): boolean {
  const digest = sha1(plainBody)
  for (let i = 0; i < digest.length; i++) if (digest[i] !== header.digest[i]) return false
  return digest.length === header.digest.length
}
