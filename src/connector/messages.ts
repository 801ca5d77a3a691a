/**
 * What the gateway and a connector exchange over their WebSocket. Text messages are commands and reports; a binary
 * message is a part of the byte stream of one link, after the number of that link. Neither side looks into the bytes.
 *
 *     gateway -> connector   open     connect to OpenD, and end an earlier link
 *                            end      close the connection to OpenD
 *     connector -> gateway   opened   the connection to OpenD is open
 *                            ended    it could not be opened, or it ended, with the reason
 *                            opend    whether OpenD accepts connections, while there is no link
 *     both ways              read     how many bytes of the link the sender has passed on so far
 *                            ping, pong
 */
export type ConnectorMessage =
  | { readonly type: 'open'; readonly stream: number }
  | { readonly type: 'end'; readonly stream: number }
  | { readonly type: 'opened'; readonly stream: number }
  | { readonly type: 'ended'; readonly stream: number; readonly reason: string }
  | { readonly type: 'opend'; readonly isUp: boolean; readonly reason: string }
  | { readonly type: 'read'; readonly stream: number; readonly bytes: number }

/** The heartbeat. The platform answers it for the gateway, without waking the object. */
export const PING = 'ping'
/** Its answer. */
export const PONG = 'pong'

/**
 * Bytes of OpenD that a connector sends before the gateway has read them. At this number it stops to read from OpenD,
 * so that neither side stores more. With 200 ms between the two, 5 MB/s still pass.
 */
export const WINDOW_BYTES = 1024 * 1024

/** The reader reports after this many bytes: a report for each message would double the messages. */
export const REPORT_EVERY_BYTES = 128 * 1024

/** Largest text message that is read. The longest has a reason of 200 characters. */
export const MAX_TEXT_CHARS = 2_000

/** Close codes of the gateway. */
export const CloseCode = {
  /** The token of the connector was revoked, or has expired. */
  NotAllowed: 4401,
  /** A connector with the same name has connected. */
  Replaced: 4409,
  /** The connector did not answer, or sent something that is not a message. */
  Broken: 4400,
  /** The maximum number of connectors is connected. */
  Full: 4429,
} as const

const STREAM_BYTES = 4

/** The text of a message. */
export function writeMessage(message: ConnectorMessage): string {
  return JSON.stringify(message)
}

/** Reads a text message; null for anything else. */
export function readMessage(text: string): ConnectorMessage | null {
  if (text.length > MAX_TEXT_CHARS) return null
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null) return null
  const { type, stream, reason, bytes, isUp } = parsed as Readonly<Record<string, unknown>>
  if (type === 'opend') {
    return typeof isUp === 'boolean' && typeof reason === 'string' ? { type, isUp, reason } : null
  }
  if (!isCount(stream)) return null
  switch (type) {
    case 'open':
    case 'end':
    case 'opened':
      return { type, stream }
    case 'ended':
      return typeof reason === 'string' ? { type, stream, reason } : null
    case 'read':
      return isCount(bytes) ? { type, stream, bytes } : null
    default:
      return null
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** A binary message with bytes of a link. */
export function writeBytes(stream: number, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(STREAM_BYTES + bytes.length)
  new DataView(message.buffer).setUint32(0, stream)
  message.set(bytes, STREAM_BYTES)
  return message
}

/** The link and the bytes of a binary message; null for one that is too short. */
export function readBytes(message: Uint8Array): { readonly stream: number; readonly bytes: Uint8Array } | null {
  if (message.length <= STREAM_BYTES) return null
  const stream = new DataView(message.buffer, message.byteOffset, STREAM_BYTES).getUint32(0)
  return { stream, bytes: message.subarray(STREAM_BYTES) }
}
