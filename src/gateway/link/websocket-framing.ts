import { MAX_FRAME_BODY_BYTES } from '../../base/memory-budget.ts'
import { encodeMessage } from '../../wire/encode.ts'
import {
  decodeWebSocketReply,
  encodeWebSocketRequest,
  REPLY_HEADER_BYTES,
  WebSocketCommand,
  WebSocketError,
  type WebSocketReply,
} from '../../wire/websocket-frame.ts'
import type { Framing, OpendMessage, Received } from './framing.ts'

/** `Common.RetType` of a reply that OpenD's port could not get from OpenD. */
const RET_TYPES: Readonly<Record<number, number>> = {
  [WebSocketError.Timeout]: -100,
  [WebSocketError.OpendTimeout]: -100,
  [WebSocketError.Disconnected]: -200,
}

/**
 * The framing of OpenD's WebSocket port: the headers of `src/wire/websocket-frame.ts`, one message in each `received`
 * event. The WebSocket replaces length, digest and encryption, so no cipher is used.
 */
export function webSocketFraming(): Framing {
  return {
    useCipher: () => undefined,
    frame: ({ protoId, serial, body }) => encodeWebSocketRequest({ command: protoId, section: BigInt(serial), body }),
    receive: (bytes) => [receive(bytes)],
  }
}

function receive(bytes: Uint8Array): Received {
  if (bytes.length > REPLY_HEADER_BYTES + MAX_FRAME_BODY_BYTES) {
    return { ok: false, code: 'gateway.bad_frame', detail: `a message of ${bytes.length} bytes` }
  }
  const reply = decodeWebSocketReply(bytes)
  if (reply === null) return { ok: false, code: 'gateway.bad_frame', detail: badHeader(bytes) }
  if (reply.command === WebSocketCommand.OpenDisconnected) {
    return { ok: false, code: 'gateway.disconnected', detail: 'the WebSocket port reports that it lost OpenD' }
  }
  return { ok: true, message: messageOf(reply) }
}

/** Other gateways put the frames of the TCP port into WebSocket messages. */
function badHeader([first, second]: Uint8Array): string {
  const isTcpFrame = first === 0x46 && second === 0x54
  return isTcpFrame
    ? 'the messages have the header of the TCP port: this is not the WebSocket port of OpenD'
    : 'a message without the header ft-v1.0'
}

/**
 * A reply with an error in its header may have no body, or one that reads as a success. Its body is replaced by a
 * response with the error. Every response of OpenD has its `retType` and `retMsg` in the same fields.
 */
function messageOf({ command, section, error, errorText, body }: WebSocketReply): OpendMessage {
  const message = { protoId: command, serial: Number(section) }
  if (error === WebSocketError.None) return { ...message, body }
  const retType = RET_TYPES[error] ?? -1
  const retMsg = `the WebSocket port reports error ${error}${errorText === '' ? '' : `: ${errorText}`}`
  return { ...message, body: encodeMessage('InitWebSocket.Response', { retType, retMsg }) }
}
