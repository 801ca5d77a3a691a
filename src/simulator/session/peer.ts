import { BodyFormat } from '../../wire/frame.ts'
import { PacketIds } from './packet-ids.ts'
import type { PushBody } from './push-body.ts'

/** Where the bytes of one connection go. `send` takes whole frames or messages; after `close` nothing more comes. */
export interface ConnectionSink {
  send(bytes: Uint8Array): void
  close(reason: string): void
}

/** The two ports of OpenD. */
export type ConnectionKind = 'tcp' | 'websocket'

/** What OpenD knows about one connection, whichever port it came in by. */
export class Peer {
  readonly connId: bigint
  readonly kind: ConnectionKind
  readonly packetIds: PacketIds
  /** False until InitConnect (or InitWebSocket) has succeeded. */
  isReady = false
  /** Whether it gets Notify pushes. */
  wantsNotices = false
  /** Format of its pushes. */
  pushFormat: number = BodyFormat.Protobuf
  /** Accounts whose order pushes it gets: the whole list of its last Trd_SubAccPush. */
  accounts: ReadonlySet<bigint> = new Set()
  /** When its last whole frame came in, Unix ms of the session clock. */
  lastHeardMs: number
  /** Set by a fault: takes everything, says nothing. */
  isMuted = false
  /** How a push becomes bytes on this connection; set by the session that speaks its port's framing. */
  framePush: (body: PushBody) => Uint8Array = () => new Uint8Array(0)
  readonly #sink: ConnectionSink
  #isClosed = false

  constructor(connId: bigint, kind: ConnectionKind, sink: ConnectionSink, nowMs: number) {
    this.connId = connId
    this.kind = kind
    this.packetIds = new PacketIds(connId)
    this.#sink = sink
    this.lastHeardMs = nowMs
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

  /** Closes the sink, once. `Desk.drop` is the way to close a connection: it also forgets what belongs to it. */
  close(reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#sink.close(reason)
  }

  /** The other end is gone: the sink is not to be used any more. */
  markClosed(): void {
    this.#isClosed = true
  }
}
