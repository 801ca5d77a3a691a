/**
 * The frames of OpenD's WebSocket port, one binary message each, big endian. They have no serial number, no SHA-1, no
 * length and no encryption, because the WebSocket provides these.
 *
 *     request            reply and push
 *      0  8  "ft-v1.0\0"   0  8  "ft-v1.0\0"
 *      8  4  protocol id   8  4  protocol id
 *     12  8  section      12  8  section, echoed; for a push, a number that no request uses
 *     20  -  body         20  4  error
 *                         24 20  error text, zero padded
 *                         44  -  body
 */
export const REQUEST_HEADER_BYTES = 20
export const REPLY_HEADER_BYTES = 44

/** Protocol ids that exist on the WebSocket port only. */
export const WebSocketCommand = { Init: 1, OpenDisconnected: 2 } as const

/** The `error` of a reply's header. */
export const WebSocketError = { None: 0, Timeout: 1, OpendTimeout: 2, Disconnected: 3 } as const

export interface WebSocketRequest {
  /** The protocol id, or one of `WebSocketCommand`. */
  readonly command: number
  /** Number of the request (u64), assigned by the client. */
  readonly section: bigint
  readonly body: Uint8Array
}

export interface WebSocketReply extends WebSocketRequest {
  /** One of `WebSocketError`. */
  readonly error: number
  readonly errorText: string
}

/** `ft-v1.0` and a zero. */
const SIGN = Uint8Array.of(0x66, 0x74, 0x2d, 0x76, 0x31, 0x2e, 0x30, 0x00)
const ERROR_TEXT_OFFSET = 24
const ERROR_TEXT_BYTES = REPLY_HEADER_BYTES - ERROR_TEXT_OFFSET

/** Builds a request, as clients of the port send it. */
export function encodeWebSocketRequest(request: WebSocketRequest): Uint8Array {
  const message = new Uint8Array(REQUEST_HEADER_BYTES + request.body.length)
  writeHead(message, request)
  message.set(request.body, REQUEST_HEADER_BYTES)
  return message
}

/** Reads a request, or returns null when it is too short or not signed. */
export function decodeWebSocketRequest(message: Uint8Array): WebSocketRequest | null {
  if (message.length < REQUEST_HEADER_BYTES || !isSigned(message)) return null
  return { ...readHead(message), body: message.subarray(REQUEST_HEADER_BYTES) }
}

/**
 * Builds a reply or a push. The error text is truncated to 20 characters, and characters other than printable ASCII
 * become `?`: the official JavaScript client reads 20 characters, not bytes, and crashes on a longer encoding.
 */
export function encodeWebSocketReply(reply: WebSocketReply): Uint8Array {
  const message = new Uint8Array(REPLY_HEADER_BYTES + reply.body.length)
  writeHead(message, reply)
  new DataView(message.buffer).setInt32(REQUEST_HEADER_BYTES, reply.error)
  for (let i = 0; i < Math.min(reply.errorText.length, ERROR_TEXT_BYTES); i++) {
    const unit = reply.errorText.charCodeAt(i)
    message[ERROR_TEXT_OFFSET + i] = unit >= 0x20 && unit < 0x7f ? unit : 0x3f
  }
  message.set(reply.body, REPLY_HEADER_BYTES)
  return message
}

/** Reads a reply or a push, or returns null when it is too short or not signed. */
export function decodeWebSocketReply(message: Uint8Array): WebSocketReply | null {
  if (message.length < REPLY_HEADER_BYTES || !isSigned(message)) return null
  const view = new DataView(message.buffer, message.byteOffset, REPLY_HEADER_BYTES)
  let errorText = ''
  for (const byte of message.subarray(ERROR_TEXT_OFFSET, REPLY_HEADER_BYTES)) {
    if (byte !== 0) errorText += String.fromCharCode(byte)
  }
  return {
    ...readHead(message),
    error: view.getInt32(REQUEST_HEADER_BYTES),
    errorText,
    body: message.subarray(REPLY_HEADER_BYTES),
  }
}

function writeHead(message: Uint8Array, head: { readonly command: number; readonly section: bigint }): void {
  message.set(SIGN)
  const view = new DataView(message.buffer)
  view.setUint32(8, head.command)
  view.setBigUint64(12, head.section)
}

function readHead(message: Uint8Array): { readonly command: number; readonly section: bigint } {
  const view = new DataView(message.buffer, message.byteOffset, REQUEST_HEADER_BYTES)
  return { command: view.getUint32(8), section: view.getBigUint64(12) }
}

function isSigned(message: Uint8Array): boolean {
  return SIGN.every((byte, i) => message[i] === byte)
}
