import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { type ConnectorEffect, ConnectorMachine } from '../../connector/machine.ts'
import { CONNECTOR_TIMING } from '../../connector/timing.ts'
import type { ConnectorOptions } from './options.ts'

/** The longest wait of a timer. After the sleep of a laptop the clock has moved on, and the timer has not. */
const MOST_TIMER_MS = 1_000

/** Performs what the state machine of the connector requests: on a WebSocket, on TCP sockets, and with timers. */
export class ConnectorShell {
  readonly #options: ConnectorOptions
  readonly #log: (text: string) => void
  readonly #machine: ConnectorMachine
  #edge: WebSocket | null = null
  #opend: { readonly stream: number; readonly socket: Socket } | null = null
  #probe: Socket | null = null
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: ConnectorOptions, log: (text: string) => void) {
    this.#options = options
    this.#log = log
    this.#machine = new ConnectorMachine(options.names, Math.random, Date.now())
  }

  start(): void {
    this.#perform(this.#machine.tick(Date.now()))
  }

  /** Closes everything. Node then ends by itself. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#edge?.close(1001, 'the connector was stopped')
    // The gateway answers the close frame at once; a dead connection would keep the process for 30 s.
    const edge = this.#edge
    setTimeout(() => edge?.terminate(), 1_000).unref()
    this.#opend?.socket.destroy()
    this.#probe?.destroy()
  }

  #perform(effects: readonly ConnectorEffect[]): void {
    if (this.#isStopped) return
    for (const effect of effects) this.#performOne(effect)
    clearTimeout(this.#timer)
    const waitMs = Math.min(Math.max(0, this.#machine.nextWakeMs() - Date.now()), MOST_TIMER_MS)
    this.#timer = setTimeout(() => this.#perform(this.#machine.tick(Date.now())), waitMs)
  }

  #performOne(effect: ConnectorEffect): void {
    switch (effect.kind) {
      case 'dial_edge':
        this.#dialEdge(effect.attempt)
        break
      case 'close_edge':
        this.#edge?.terminate()
        this.#edge = null
        break
      case 'send':
        if (this.#edge?.readyState === this.#edge?.OPEN) this.#edge?.send(effect.message)
        break
      case 'dial_opend':
        this.#dialOpend(effect.stream)
        break
      case 'write_opend':
        this.#socketOf(effect.stream)?.write(effect.bytes, (error) => {
          if (!error) this.#perform(this.#machine.opendTook(effect.stream, effect.bytes.length))
        })
        break
      case 'close_opend':
        this.#socketOf(effect.stream)?.destroy()
        if (this.#opend?.stream === effect.stream) this.#opend = null
        break
      case 'flow_opend':
        if (effect.isPaused) this.#socketOf(effect.stream)?.pause()
        else this.#socketOf(effect.stream)?.resume()
        break
      case 'probe_opend':
        this.#probeOpend()
        break
      case 'log':
        this.#log(effect.text)
        break
    }
  }

  #dialEdge(attempt: number): void {
    const socket = new WebSocket(this.#options.url, {
      perMessageDeflate: false,
      headers: { Authorization: `Bearer ${this.#options.token}` },
    })
    this.#edge = socket
    const ended = (detail: string, more: { code?: number; status?: number } = {}): void => {
      this.#perform(this.#machine.edgeClosed(attempt, { detail, ...more }, Date.now()))
    }
    socket.on('open', () => this.#perform(this.#machine.edgeOpened(attempt, Date.now())))
    socket.on('message', (data, isBinary) => {
      this.#perform(this.#machine.edgeMessage(attempt, isBinary ? data : data.toString('utf8'), Date.now()))
    })
    socket.on('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text = (text + chunk).slice(0, 2_000)))
      response.on('end', () => {
        request.destroy()
        ended(problemIn(text, status), { status })
      })
    })
    socket.on('error', (error) => ended(error.message || 'the connection failed'))
    socket.on('close', (code, reason) => {
      const text = reason.toString('utf8')
      ended(text === '' ? `the connection was closed (${code})` : text, { code })
    })
  }

  #dialOpend(stream: number): void {
    this.#opend?.socket.destroy()
    const socket = connect({ ...this.#options.opend, noDelay: true })
    this.#opend = { stream, socket }
    let detail = ''
    socket.on('connect', () => this.#perform(this.#machine.opendOpened(stream)))
    socket.on('data', (bytes) => this.#perform(this.#machine.opendReceived(stream, bytes)))
    socket.on('error', (error: NodeJS.ErrnoException) => (detail = error.code ?? error.message))
    socket.on('close', () => this.#perform(this.#machine.opendClosed(stream, detail)))
  }

  #probeOpend(): void {
    this.#probe?.destroy()
    const socket = connect({ ...this.#options.opend, timeout: CONNECTOR_TIMING.opendDialMs })
    this.#probe = socket
    const ended = (detail: string): void => {
      socket.destroy()
      if (this.#probe === socket) this.#perform(this.#machine.opendProbed(detail))
    }
    socket.once('connect', () => ended(''))
    socket.once('timeout', () => ended('ETIMEDOUT'))
    socket.once('error', (error: NodeJS.ErrnoException) => ended(error.code ?? error.message))
  }

  #socketOf(stream: number): Socket | null {
    return this.#opend?.stream === stream ? this.#opend.socket : null
  }
}

/** The sentence of the gateway's error, or the status of an answer of something else. */
function problemIn(text: string, status: number): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown }
    if (typeof error === 'string') return error
  } catch {
    // Not an error of the gateway.
  }
  return `status ${status}: is a gateway at this address?`
}
