import { MAX_FRAME_BODY_BYTES } from '../../base/memory-budget.ts'
import { BodyFormat } from '../../wire/frame.ts'
import {
  decodeWebSocketRequest,
  encodeWebSocketReply,
  REQUEST_HEADER_BYTES,
  WebSocketCommand,
  WebSocketError,
  type WebSocketRequest,
} from '../../wire/websocket-frame.ts'
import { refuse } from '../handler.ts'
import { admitCall, refusalBody, type Execution } from './answer.ts'
import { decodeBody, encodeBody } from './body-codec.ts'
import { runCall } from './call-flow.ts'
import type { ConnectionHub } from './connection-hub.ts'
import type { Peer } from './peer.ts'

/** The section of pushes. Clients do not use it: the official client starts at 2. */
const PUSH_SECTION = 0n

const INVALID_BODY = -500

/** The members of a reply beside its body. */
interface Outcome {
  readonly body: Uint8Array
  readonly error?: number
  readonly errorText?: string
}

/**
 * One connection of the WebSocket port. OpenD itself does InitConnect for it. The client sends the port's key with
 * InitWebSocket and then makes calls in plain protobuf, without heartbeats.
 *
 * Every reply has a body, including refusals: the official client never completes a call whose reply has no body.
 */
export class WebSocketSession {
  readonly #hub: ConnectionHub
  readonly #peer: Peer
  /** Lower-case hex MD5 that clients must send; null if the port has no key. */
  readonly #keyMd5: string | null

  constructor(hub: ConnectionHub, peer: Peer, keyMd5: string | null) {
    this.#hub = hub
    this.#peer = peer
    this.#keyMd5 = keyMd5
    peer.framePush = (push) => {
      const { bytes } = push.in(BodyFormat.Protobuf, hub.crypto)
      return frame({ command: push.protoId, section: PUSH_SECTION }, { body: bytes })
    }
  }

  /** Takes one binary message. */
  receive(message: Uint8Array, nowMs: number): void {
    if (this.#peer.isClosed) return
    const request =
      message.length > REQUEST_HEADER_BYTES + MAX_FRAME_BODY_BYTES ? null : decodeWebSocketRequest(message)
    if (request === null) {
      this.#hub.drop(this.#peer, 'a message is not a valid OpenD request', nowMs)
      return
    }
    this.#peer.lastFrameMs = nowMs
    const isInit = request.command === WebSocketCommand.Init
    runCall(
      this.#hub,
      this.#peer,
      {
        protoId: request.command,
        body: request.body,
        admit: (ownBody) => {
          if (isInit) return () => frame(request, this.#init(request, nowMs))
          const execution = this.#admit(request.command, ownBody, nowMs)
          return (atMs) => frame(request, { body: execution(atMs) })
        },
        refuse: (retMsg) => frame(request, { body: this.#refusal(retMsg) }),
        // These frames carry no digest.
        corruptDigest: (bytes) => bytes,
      },
      nowMs,
    )
  }

  /**
   * InitWebSocket. The client treats any reply without a frame error as success and does not read `retType`, so a
   * refusal sets both. The client does not retry after an error, which is right for a wrong key.
   */
  #init(request: WebSocketRequest, nowMs: number): Outcome {
    const { utf8 } = this.#hub.crypto
    const decoded = decodeBody('InitWebSocket.Request', BodyFormat.Protobuf, request.body, utf8)
    if (!decoded.ok) {
      const body = refusalBody(this.#hub, { format: BodyFormat.Protobuf }, refuse(decoded.detail, INVALID_BODY))
      return { body, error: WebSocketError.Disconnected, errorText: 'invalid request' }
    }
    const shown = decoded.value.c2s?.websocketKey ?? ''
    if (this.#keyMd5 !== null && shown.toLowerCase() !== this.#keyMd5) {
      const body = this.#refusal('the WebSocket key is wrong')
      return { body, error: WebSocketError.Disconnected, errorText: 'wrong websocket key' }
    }
    this.#peer.isReady = true
    this.#peer.receivesNotices = true
    const serverTime = BigInt(Math.floor(this.#hub.marketMs(nowMs) / 1000))
    const s2c = { serverTime, connID: this.#peer.connId }
    return { body: encodeBody('InitWebSocket.Response', BodyFormat.Protobuf, { retType: 0, s2c }, utf8) }
  }

  #admit(protoId: number, body: Uint8Array, nowMs: number): Execution {
    return admitCall(this.#hub, this.#peer, { protoId, format: BodyFormat.Protobuf, body }, nowMs)
  }

  #refusal(retMsg: string): Uint8Array {
    return refusalBody(this.#hub, { format: BodyFormat.Protobuf }, refuse(retMsg))
  }
}

function frame(head: { readonly command: number; readonly section: bigint }, outcome: Outcome): Uint8Array {
  return encodeWebSocketReply({
    command: head.command,
    section: head.section,
    body: outcome.body,
    error: outcome.error ?? WebSocketError.None,
    errorText: outcome.errorText ?? '',
  })
}
