import { BodyFormat } from '../../wire/frame.ts'
import { CallLane } from './call-lane.ts'
import { PacketIds } from './packet-ids.ts'
import type { PushBody } from './push-body.ts'

/** The output of one connection. `send` takes whole frames or messages, and is not called after `close`. */
export interface ConnectionSink {
  send(bytes: Uint8Array): void
  close(reason: string): void
}

/** The two ports of OpenD. */
export type ConnectionKind = 'tcp' | 'websocket'

/** The state of one connection of either port. */
export class Peer {
  readonly connId: bigint
  readonly kind: ConnectionKind
  readonly packetIds: PacketIds
  /** False until InitConnect (or InitWebSocket) has succeeded. */
  isReady = false
  /** Whether it receives Notify pushes. */
  receivesNotices = false
  /** Format of its pushes. */
  pushFormat: number = BodyFormat.Protobuf
  /** Accounts whose order pushes it receives: the whole list of its last Trd_SubAccPush. */
  accounts: ReadonlySet<bigint> = new Set()
  /** Calls that wait for the time of their replies; those with a least gap wait by themselves. */
  readonly lanes = { orders: new CallLane(), reads: new CallLane() }
  /** When its last whole frame arrived, Unix ms of the session clock. */
  lastFrameMs: number
  /** Set by a fault: the connection accepts input and sends no output. */
  isMuted = false
  /** Frames a push for this connection; set by the session of its port. */
  framePush: (body: PushBody) => Uint8Array = () => new Uint8Array(0)
  readonly #sink: ConnectionSink
  #isClosed = false

  constructor(connId: bigint, kind: ConnectionKind, sink: ConnectionSink, nowMs: number) {
    this.connId = connId
    this.kind = kind
    this.packetIds = new PacketIds(connId)
    this.#sink = sink
    this.lastFrameMs = nowMs
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  send(bytes: Uint8Array): void {
    if (!this.#isClosed && !this.isMuted) this.#sink.send(bytes)
  }

  push(body: PushBody): void {
    if (this.isReady && !this.#isClosed && !this.isMuted) this.#sink.send(this.framePush(body))
  }

  /** Closes the sink, once. To close a connection use `ConnectionHub.drop`, which also removes its state. */
  close(reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#sink.close(reason)
  }

  /** Records that the peer has closed the connection. The sink is not used any more. */
  markClosed(): void {
    this.#isClosed = true
  }
}
