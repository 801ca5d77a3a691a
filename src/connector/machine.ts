import { Backoff } from '../gateway/link/backoff.ts'
import { MAX_UNSENT_BYTES } from '../base/memory-budget.ts'
import { ReadReports, UnreadBytes } from './flow.ts'
import {
  CloseCode,
  type ConnectorMessage,
  PING,
  PONG,
  readBytes,
  readMessage,
  WINDOW_BYTES,
  writeBytes,
  writeMessage,
} from './messages.ts'
import { CONNECTOR_TIMING as TIMING, reasonOfEnd, type EdgeEnd } from './timing.ts'

/** An action that the machine requests. The shell performs them in order, on its sockets. */
export type ConnectorEffect =
  /** Open the WebSocket to the gateway; its events carry this number. */
  | { readonly kind: 'dial_edge'; readonly attempt: number }
  | { readonly kind: 'close_edge'; readonly attempt: number }
  | { readonly kind: 'send'; readonly message: string | Uint8Array }
  /** Open a TCP connection to OpenD; its events carry this number. */
  | { readonly kind: 'dial_opend'; readonly stream: number }
  | { readonly kind: 'write_opend'; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly kind: 'close_opend'; readonly stream: number }
  /** Stop or resume to read from OpenD. */
  | { readonly kind: 'flow_opend'; readonly stream: number; readonly isPaused: boolean }
  /** Try whether OpenD accepts a connection, and close it. */
  | { readonly kind: 'probe_opend' }
  | { readonly kind: 'log'; readonly text: string }

type Edge =
  | { readonly name: 'waiting'; readonly atMs: number }
  | { readonly name: 'connecting'; readonly giveUpAtMs: number }
  /** `answerByMs` is the end of the wait for a sign of life after a ping; null while none is awaited. */
  | { readonly name: 'up'; readonly sinceMs: number; readonly pingAtMs: number; readonly answerByMs: number | null }

interface Stream {
  readonly id: number
  isOpen: boolean
  isPaused: boolean
  readonly giveUpAtMs: number
  /** OpenD's bytes that the gateway has not read. */
  readonly unread: UnreadBytes
  /** The gateway's bytes that OpenD has taken. */
  readonly taken: ReadReports
  /** The gateway's bytes that OpenD has not taken. */
  unwritten: number
}

/**
 * The connector as a state machine without I/O: it takes events and the time, and returns effects. It holds a WebSocket
 * to the gateway, opens a connection to OpenD when the gateway asks for one, and passes bytes between the two.
 */
export class ConnectorMachine {
  /** `edge` and `opend` are the addresses as texts, for the log. */
  readonly #names: { readonly edge: string; readonly opend: string }
  readonly #backoff: Backoff
  #effects: ConnectorEffect[] = []
  #edge: Edge
  #attempt = 0
  #stream: Stream | null = null
  #opend: { readonly isUp: boolean; readonly reason: string } | null = null
  #probeAtMs = Infinity

  /** `random` is uniform in [0, 1), for the jitter of the backoff. */
  constructor(names: { readonly edge: string; readonly opend: string }, random: () => number, nowMs: number) {
    this.#names = names
    this.#backoff = new Backoff(random)
    this.#edge = { name: 'waiting', atMs: nowMs }
  }

  /** Runs the work that is due. Call it at `nextWakeMs`; more calls do no harm. */
  tick(nowMs: number): readonly ConnectorEffect[] {
    const edge = this.#edge
    if (edge.name === 'waiting' && nowMs >= edge.atMs) this.#dialEdge(nowMs)
    else if (edge.name === 'connecting' && nowMs >= edge.giveUpAtMs) {
      this.#loseEdge({ detail: `no answer within ${TIMING.dialMs / 1000} s` }, nowMs)
    } else if (edge.name === 'up') this.#keepAlive(edge, nowMs)
    const stream = this.#stream
    if (stream !== null && !stream.isOpen && nowMs >= stream.giveUpAtMs) {
      this.#push({ kind: 'close_opend', stream: stream.id })
      this.#endStream(`OpenD at ${this.#names.opend} does not answer`)
    }
    if (this.#edge.name === 'up' && nowMs >= this.#probeAtMs) {
      this.#probeAtMs = nowMs + TIMING.probeMs
      if (this.#stream === null) this.#push({ kind: 'probe_opend' })
    }
    return this.#take()
  }

  /** When `tick` is next due. */
  nextWakeMs(): number {
    const edge = this.#edge
    const stream = this.#stream
    const streamMs = stream === null || stream.isOpen ? Infinity : stream.giveUpAtMs
    if (edge.name === 'waiting') return edge.atMs
    if (edge.name === 'connecting') return edge.giveUpAtMs
    return Math.min(edge.pingAtMs, edge.answerByMs ?? Infinity, this.#probeAtMs, streamMs)
  }

  /** The WebSocket of that attempt is open. */
  edgeOpened(attempt: number, nowMs: number): readonly ConnectorEffect[] {
    if (attempt !== this.#attempt || this.#edge.name !== 'connecting') return []
    this.#edge = { name: 'up', sinceMs: nowMs, pingAtMs: nowMs + TIMING.pingMs, answerByMs: null }
    this.#opend = null
    this.#probeAtMs = nowMs
    this.#log(`connected to ${this.#names.edge}`)
    return this.#take()
  }

  /** A message from the gateway. */
  edgeMessage(attempt: number, message: string | Uint8Array, nowMs: number): readonly ConnectorEffect[] {
    if (attempt !== this.#attempt || this.#edge.name !== 'up') return []
    this.#edge = { ...this.#edge, answerByMs: null }
    if (typeof message !== 'string') this.#toOpend(message)
    else if (message !== PONG) this.#command(readMessage(message), nowMs)
    return this.#take()
  }

  /** The WebSocket ended, or could not be opened. */
  edgeClosed(attempt: number, end: EdgeEnd, nowMs: number): readonly ConnectorEffect[] {
    if (attempt === this.#attempt && this.#edge.name !== 'waiting') this.#loseEdge(end, nowMs)
    return this.#take()
  }

  opendOpened(stream: number): readonly ConnectorEffect[] {
    if (this.#stream?.id !== stream) return []
    this.#stream.isOpen = true
    this.#opend = { isUp: true, reason: '' }
    this.#log(`connected to OpenD at ${this.#names.opend}`)
    this.#send({ type: 'opened', stream })
    return this.#take()
  }

  /** Bytes of OpenD. At the window, OpenD is not read any more until the gateway has read. */
  opendReceived(stream: number, bytes: Uint8Array): readonly ConnectorEffect[] {
    const open = this.#stream
    if (open?.id !== stream || bytes.length === 0) return []
    open.unread.sent(bytes.length)
    this.#push({ kind: 'send', message: writeBytes(stream, bytes) })
    if (!open.isPaused && open.unread.size >= WINDOW_BYTES) {
      open.isPaused = true
      this.#push({ kind: 'flow_opend', stream, isPaused: true })
    }
    return this.#take()
  }

  /** OpenD's connection has taken that many bytes. */
  opendTook(stream: number, bytes: number): readonly ConnectorEffect[] {
    const open = this.#stream
    if (open?.id !== stream) return []
    open.unwritten -= bytes
    const total = open.taken.add(bytes)
    if (total !== null) this.#send({ type: 'read', stream, bytes: total })
    return this.#take()
  }

  /** The connection to OpenD ended, or could not be opened. */
  opendClosed(stream: number, detail: string): readonly ConnectorEffect[] {
    const open = this.#stream
    if (open?.id !== stream) return []
    const reason = open.isOpen ? 'closed the connection' : 'cannot be reached'
    this.#opend = open.isOpen ? this.#opend : { isUp: false, reason: detail }
    this.#endStream(`OpenD at ${this.#names.opend} ${reason}${detail === '' ? '' : `: ${detail}`}`)
    return this.#take()
  }

  /** The result of a probe: '' if OpenD accepted the connection, else why not. */
  opendProbed(detail: string): readonly ConnectorEffect[] {
    const isUp = detail === ''
    if (this.#edge.name !== 'up' || this.#stream !== null || this.#opend?.isUp === isUp) return []
    const reason = isUp ? '' : `OpenD at ${this.#names.opend} cannot be reached: ${detail}`
    this.#opend = { isUp, reason }
    this.#log(isUp ? `OpenD at ${this.#names.opend} accepts connections; on standby` : reason)
    this.#send({ type: 'opend', isUp, reason })
    return this.#take()
  }

  #keepAlive(edge: Extract<Edge, { name: 'up' }>, nowMs: number): void {
    if (edge.answerByMs !== null && nowMs >= edge.answerByMs) {
      this.#loseEdge({ detail: `no sign of life within ${TIMING.answerMs / 1000} s after a ping` }, nowMs)
    } else if (nowMs >= edge.pingAtMs) {
      const answerByMs = edge.answerByMs ?? nowMs + TIMING.answerMs
      this.#edge = { ...edge, pingAtMs: nowMs + TIMING.pingMs, answerByMs }
      this.#push({ kind: 'send', message: PING })
    }
  }

  #dialEdge(nowMs: number): void {
    this.#attempt++
    this.#edge = { name: 'connecting', giveUpAtMs: nowMs + TIMING.dialMs }
    this.#push({ kind: 'dial_edge', attempt: this.#attempt })
  }

  #loseEdge(end: EdgeEnd, nowMs: number): void {
    const edge = this.#edge
    const upMs = edge.name === 'up' ? nowMs - edge.sinceMs : null
    const backoffMs = this.#backoff.failed(nowMs, upMs)
    const isRefused = end.status === 401 || end.status === 403
    const needsPerson = isRefused || end.code === CloseCode.NotAllowed || end.code === CloseCode.Replaced
    const delayMs = needsPerson ? TIMING.refusedMs : backoffMs
    this.#push({ kind: 'close_edge', attempt: this.#attempt })
    if (this.#stream !== null) this.#push({ kind: 'close_opend', stream: this.#stream.id })
    this.#stream = null
    this.#edge = { name: 'waiting', atMs: nowMs + delayMs }
    const what = upMs === null ? `cannot connect to ${this.#names.edge}` : `lost ${this.#names.edge}`
    this.#log(`${what}: ${reasonOfEnd(end)}; next attempt in ${(delayMs / 1000).toFixed(1)} s`)
  }

  #command(message: ConnectorMessage | null, nowMs: number): void {
    if (message === null || !('stream' in message)) return
    const { stream } = message
    if (message.type === 'open') {
      if (this.#stream !== null) this.#push({ kind: 'close_opend', stream: this.#stream.id })
      this.#stream = {
        id: stream,
        isOpen: false,
        isPaused: false,
        giveUpAtMs: nowMs + TIMING.opendDialMs,
        unread: new UnreadBytes(),
        taken: new ReadReports(),
        unwritten: 0,
      }
      this.#log('the gateway opens the link: this connector is active')
      this.#push({ kind: 'dial_opend', stream })
    } else if (this.#stream?.id !== stream) return
    else if (message.type === 'end') {
      this.#push({ kind: 'close_opend', stream })
      this.#stream = null
      this.#log('the gateway ended the link; on standby')
    } else if (message.type === 'read') this.#onRead(this.#stream, message.bytes)
  }

  #onRead(stream: Stream, total: number): void {
    stream.unread.read(total)
    if (!stream.isPaused || stream.unread.size > WINDOW_BYTES / 2) return
    stream.isPaused = false
    this.#push({ kind: 'flow_opend', stream: stream.id, isPaused: false })
  }

  /** The gateway keeps to the bound on its bytes; one that does not is cut, so the buffer stays bounded. */
  #toOpend(message: Uint8Array): void {
    const read = readBytes(message)
    const open = this.#stream
    if (read === null || open === null || read.stream !== open.id || !open.isOpen) return
    open.unwritten += read.bytes.length
    if (open.unwritten > 2 * MAX_UNSENT_BYTES) {
      this.#push({ kind: 'close_opend', stream: open.id })
      this.#endStream(`OpenD at ${this.#names.opend} does not read`)
    } else this.#push({ kind: 'write_opend', stream: open.id, bytes: read.bytes })
  }

  #endStream(reason: string): void {
    if (this.#stream === null) return
    this.#send({ type: 'ended', stream: this.#stream.id, reason })
    this.#stream = null
    this.#log(reason)
  }

  #send(message: ConnectorMessage): void {
    this.#push({ kind: 'send', message: writeMessage(message) })
  }

  #log(text: string): void {
    this.#push({ kind: 'log', text })
  }

  #push(effect: ConnectorEffect): void {
    this.#effects.push(effect)
  }

  #take(): readonly ConnectorEffect[] {
    const effects = this.#effects
    this.#effects = []
    return effects
  }
}
