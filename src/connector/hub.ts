import { MAX_UNSENT_BYTES } from '../base/memory-budget.ts'
import { shownText } from '../base/shown-text.ts'
import type { CancelTimer, Timers } from '../base/time/timers.ts'
import type { Connect, Link, LinkListener } from '../transport/link.ts'
import type { ConnectorEvent, ConnectorSocket, ConnectorView } from './connector-socket.ts'
import { ReadReports, UnreadBytes } from './flow.ts'
import { CloseCode, type ConnectorMessage, readBytes, readMessage, writeBytes, writeMessage } from './messages.ts'
import { WaitingLink } from './waiting-link.ts'
import { bestOf, type Candidate, FAIL_BACK_AFTER_MS, rankOf } from './order.ts'

/** The dependencies of a hub. */
export interface ConnectorHubDeps {
  /** Names of connectors, the preferred one first. */
  readonly names: readonly string[]
  readonly timers: Timers
  /** The number of the first link; it must differ between runs, because sockets outlive them. */
  readonly firstStream: number
  /** Whether no call waits for its reply, so that the link may be moved. */
  readonly isIdle: () => boolean
  /** Called when a connector is there while there is no link. */
  readonly onAvailable: () => void
  readonly onEvent: (event: ConnectorEvent) => void
}

/** Connectors at the same time: a few machines, each once. */
export const MAX_CONNECTORS = 8

/** A connector that has gone is expected back for this long: it connects again within a second or two. */
const EXPECTED_MS = 15_000

/** How long a link waits for a connector that is expected. Less than the gateway waits for a connection. */
const WAIT_MS = 3_000

/** A connector that sent no heartbeat for this long is gone: it sends one every 15 s. */
const SILENT_AFTER_MS = 60_000

interface OpenStream {
  readonly id: number
  readonly peer: Peer
  readonly listener: LinkListener
  readonly unread: UnreadBytes
  readonly taken: ReadReports
  isOpen: boolean
}

/** One connector with what is known of it. */
interface Peer extends Candidate {
  readonly socket: ConnectorSocket
  failedAtMs: number
  isOpendUp: boolean | null
  /** When its OpenD was last reported to accept connections, or was connected. */
  upSinceMs: number | null
  reason: string
}

/**
 * The connectors of the gateway. One of them carries the link, the others are on standby: the next attempt to connect
 * takes the best one, by the configured order, that has not just failed.
 */
export class ConnectorHub {
  takeOvers = 0
  readonly #deps: ConnectorHubDeps
  readonly #peers = new Map<ConnectorSocket, Peer>()
  #stream: OpenStream | null = null
  #waiting: { readonly link: WaitingLink; readonly listener: LinkListener; readonly cancel: CancelTimer } | null = null
  #expectedUntilMs: number
  #lastStream: number
  #lastActive: string | null = null
  /** Why the last connector went; for the error while there is none. */
  #lastReason = ''

  constructor(deps: ConnectorHubDeps) {
    this.#deps = deps
    this.#lastStream = deps.firstStream
    // After a restart of the gateway the connectors come back.
    this.#expectedUntilMs = this.#nowMs() + EXPECTED_MS
  }

  /**
   * Opens a link over the best connector. Without one it waits a little for one that was there just now; else it throws
   * a sentence.
   */
  readonly connect: Connect = (listener) => {
    const nowMs = this.#nowMs()
    const peer = bestOf([...this.#peers.values()], this.#deps.names, nowMs)
    if (peer !== null) return this.#open(peer, listener)
    if (nowMs < this.#expectedUntilMs) return this.#wait(listener)
    throw new Error(this.#absence())
  }

  #absence(): string {
    const last = this.#lastReason === '' ? '' : ` (the last one: ${this.#lastReason})`
    return `no connector is connected${last}: run npm run connector beside OpenD`
  }

  #open(peer: Peer, listener: LinkListener): Link {
    this.#lastStream = (this.#lastStream % 0xff_ff_ff_ff) + 1
    const unread = new UnreadBytes()
    const stream = { id: this.#lastStream, peer, listener, unread, taken: new ReadReports(), isOpen: false }
    this.#stream = stream
    this.#send(peer, { type: 'open', stream: stream.id })
    return this.#linkOf(stream)
  }

  #wait(listener: LinkListener): Link {
    const link = new WaitingLink(() => this.#takeWaiting())
    const cancel = this.#deps.timers.after(WAIT_MS, () => this.#takeWaiting()?.listener.closed(this.#absence()))
    this.#waiting = { link, listener, cancel }
    return link
  }

  #takeWaiting() {
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.cancel()
    return waiting
  }

  #nowMs(): number {
    return this.#deps.timers.nowMs()
  }

  /** A connector has connected. Returns false when there are too many; the caller then closes it. */
  add(socket: ConnectorSocket, isRestored = false): boolean {
    const twin = [...this.#peers.keys()].find(({ name }) => name === socket.name)
    if (twin === undefined && this.#peers.size >= MAX_CONNECTORS) return false
    if (twin !== undefined) this.drop(twin, CloseCode.Replaced, 'the connector has connected again')
    const { name, connectedAtMs } = socket
    const unknown = { failedAtMs: -Infinity, isOpendUp: null, upSinceMs: null, reason: '' }
    const peer: Peer = { socket, name, connectedAtMs, ...unknown }
    this.#peers.set(socket, peer)
    if (isRestored) return true
    this.#event('connected', socket, '')
    const waiting = this.#takeWaiting()
    if (waiting !== null) waiting.link.attach(this.#open(peer, waiting.listener))
    else if (this.#stream === null) this.#deps.onAvailable()
    return true
  }

  /** A message of a connector. */
  message(socket: ConnectorSocket, message: string | Uint8Array): void {
    const peer = this.#peers.get(socket)
    if (peer === undefined) return
    if (typeof message !== 'string') this.#onBytes(peer, message)
    else {
      const read = readMessage(message)
      if (read === null) this.drop(socket, CloseCode.Broken, 'it sent something that is not a message')
      else this.#onMessage(peer, read)
    }
  }

  /** The WebSocket of a connector ended. */
  closed(socket: ConnectorSocket, reason: string): void {
    if (!this.#peers.delete(socket)) return
    this.#lastReason = `${socket.name}, ${reason}`
    this.#expectedUntilMs = this.#nowMs() + EXPECTED_MS
    this.#event('disconnected', socket, reason)
    if (this.#stream?.peer.socket === socket) this.#endStream(`the connector ${socket.name} is gone: ${reason}`)
  }

  /** Ends a connector. */
  drop(socket: ConnectorSocket, code: number, reason: string): void {
    socket.close(code, reason)
    this.closed(socket, reason)
  }

  /** Ends the connectors for whose socket there is a reason. */
  dropWhere(reasonOf: (socket: ConnectorSocket) => string | null): void {
    for (const socket of [...this.#peers.keys()]) {
      const reason = reasonOf(socket)
      if (reason !== null) this.drop(socket, CloseCode.NotAllowed, reason)
    }
  }

  /** Ends silent connectors, and moves the link back to a better one. Call it about every half minute. */
  check(): void {
    const nowMs = this.#nowMs()
    for (const socket of [...this.#peers.keys()]) {
      const silentMs = nowMs - Math.max(socket.heardAtMs() ?? 0, socket.connectedAtMs)
      if (silentMs > SILENT_AFTER_MS) this.drop(socket, CloseCode.Broken, `silent for ${Math.round(silentMs / 1000)} s`)
    }
    this.#failBack(nowMs)
  }

  views(): readonly ConnectorView[] {
    const byRank = [...this.#peers.values()].toSorted(
      (a, b) =>
        rankOf(a.name, this.#deps.names) - rankOf(b.name, this.#deps.names) || a.connectedAtMs - b.connectedAtMs,
    )
    return byRank.map((peer) => ({
      name: peer.name,
      state: this.#stream?.peer === peer ? 'active' : 'standby',
      sinceMs: peer.connectedAtMs,
      isOpendUp: peer.isOpendUp,
      reason: peer.reason,
    }))
  }

  #linkOf(stream: OpenStream): Link {
    return {
      send: (bytes) => {
        if (this.#stream !== stream) return
        stream.unread.sent(bytes.length)
        if (stream.unread.size > MAX_UNSENT_BYTES) {
          this.#send(stream.peer, { type: 'end', stream: stream.id })
          this.#endStream(
            `${stream.unread.size} bytes unsent: OpenD or the connector ${stream.peer.name} does not read`,
          )
        } else stream.peer.socket.send(writeBytes(stream.id, bytes))
      },
      close: () => {
        if (this.#stream !== stream) return
        this.#stream = null
        // The session ends a link whose connector or OpenD is silent: the next attempt prefers another connector.
        stream.peer.failedAtMs = this.#nowMs()
        this.#send(stream.peer, { type: 'end', stream: stream.id })
      },
    }
  }

  #onMessage(peer: Peer, message: ConnectorMessage): void {
    if (message.type === 'opend') this.#onReport(peer, message.isUp, shownText(message.reason))
    const stream = this.#stream
    if (stream === null || stream.peer !== peer || !('stream' in message) || message.stream !== stream.id) return
    if (message.type === 'opened' && !stream.isOpen) {
      stream.isOpen = true
      this.#onReport(peer, true, '')
      this.#tookOver(peer)
      stream.listener.opened()
    } else if (message.type === 'ended') {
      const reason = shownText(message.reason)
      peer.failedAtMs = this.#nowMs()
      if (!stream.isOpen) this.#onReport(peer, false, reason)
      this.#endStream(`the connector ${peer.name} reports: ${reason}`)
    } else if (message.type === 'read') stream.unread.read(message.bytes)
  }

  #onBytes(peer: Peer, message: Uint8Array): void {
    const read = readBytes(message)
    const stream = this.#stream
    // Bytes of an earlier link may still be under way.
    if (read === null || stream === null || stream.peer !== peer || read.stream !== stream.id) return
    stream.listener.received(read.bytes)
    const total = stream.taken.add(read.bytes.length)
    if (total !== null) this.#send(peer, { type: 'read', stream: stream.id, bytes: total })
  }

  #onReport(peer: Peer, isUp: boolean, reason: string): void {
    if (isUp) peer.upSinceMs ??= this.#nowMs()
    else peer.upSinceMs = null
    peer.isOpendUp = isUp
    peer.reason = reason
    if (isUp && this.#stream === null) this.#deps.onAvailable()
  }

  #tookOver(peer: Peer): void {
    const before = this.#lastActive
    this.#lastActive = peer.name
    if (before === null || before === peer.name) return
    this.takeOvers++
    this.#event('take_over', peer.socket, `from ${before}`)
  }

  /** The better connector must have been usable for a while, so that one that comes and goes does not move the link. */
  #failBack(nowMs: number): void {
    const active = this.#stream
    if (active === null || !active.isOpen || !this.#deps.isIdle()) return
    const best = bestOf([...this.#peers.values()], this.#deps.names, nowMs)
    if (best === null || rankOf(best.name, this.#deps.names) >= rankOf(active.peer.name, this.#deps.names)) return
    if (best.upSinceMs === null || nowMs - best.upSinceMs < FAIL_BACK_AFTER_MS) return
    this.#send(active.peer, { type: 'end', stream: active.id })
    this.#endStream(`the link moves back to the connector ${best.name}`)
  }

  #endStream(detail: string): void {
    const stream = this.#stream
    this.#stream = null
    stream?.listener.closed(detail)
  }

  #send(peer: Peer, message: ConnectorMessage): void {
    peer.socket.send(writeMessage(message))
  }

  #event(kind: ConnectorEvent['kind'], { name, caller }: ConnectorSocket, reason: string): void {
    this.#deps.onEvent({ kind, name, caller, reason })
  }
}
