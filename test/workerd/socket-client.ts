import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { WebSocket as WsSocket } from 'ws'

/** A message of the gateway, parsed. */
export type Message = Readonly<Record<string, unknown>>

/** How a socket ended. */
export interface Ended {
  readonly code: number
  readonly reason: string
}

/** Long beyond what anything here takes; a test that waits so long has failed. */
const DEADLINE_MS = 15_000

/** The runtime sometimes keeps the TCP connection open after both sides have closed the socket. */
const CLOSE_TIMEOUT_MS = 100

interface Waiting {
  readonly isMeant: (message: Message) => boolean
  readonly resolve: (message: Message) => void
}

/** What came over a socket: tests wait for a message, never for a time. */
export class Inbox {
  /** Everything that came, in order. */
  readonly all: Message[] = []
  /** WebSocket messages that came; with `batch=true` one of them holds several of ours. */
  texts = 0
  readonly ended: Promise<Ended>
  #end: (ended: Ended) => void = () => undefined
  #unread: Message[] = []
  #waiting: Waiting[] = []

  constructor() {
    this.ended = new Promise((resolve) => (this.#end = resolve))
  }

  receive(text: string): void {
    this.texts++
    const parsed = JSON.parse(text) as Message | readonly Message[]
    for (const message of Array.isArray(parsed) ? (parsed as readonly Message[]) : [parsed as Message]) {
      this.all.push(message)
      const due = this.#waiting.find(({ isMeant }) => isMeant(message))
      if (due === undefined) {
        this.#unread.push(message)
        continue
      }
      this.#waiting = this.#waiting.filter((one) => one !== due)
      due.resolve(message)
    }
  }

  end(ended: Ended): void {
    this.#end(ended)
  }

  /** The first message that is meant and that nobody has taken yet. */
  take(what: string, isMeant: (message: Message) => boolean): Promise<Message> {
    const at = this.#unread.findIndex(isMeant)
    const [there] = at === -1 ? [] : this.#unread.splice(at, 1)
    if (there !== undefined) return Promise.resolve(there)
    const { promise, resolve } = Promise.withResolvers<Message>()
    this.#waiting.push({ isMeant, resolve })
    return withinDeadline(promise, () => `no ${what} came; what came was ${JSON.stringify(this.all.slice(-20))}`)
  }

  /** The first message of that type that nobody has taken yet. */
  type(type: string): Promise<Message> {
    return this.take(type, (message) => message['type'] === type)
  }

  /** The first push of that stream that nobody has taken yet. */
  push(stream: string): Promise<Message> {
    return this.take(`push of ${stream}`, (message) => message['stream'] === stream)
  }

  /** Everything of that stream so far. */
  ofStream(stream: string): readonly Message[] {
    return this.all.filter((message) => message['stream'] === stream)
  }

  /** How the socket ends. */
  async closedWith(code: number): Promise<void> {
    const { code: seen, reason } = await withinDeadline(this.ended, () => `the socket was not closed with ${code}`)
    assert.equal(seen, code, reason)
  }
}

/** Rejects when a promise takes too long. */
export function withinDeadline<Value>(promise: Promise<Value>, complaint: () => string): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(complaint())), DEADLINE_MS)
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** How a socket is opened. */
export interface SocketOptions {
  readonly token?: string
  /** `?...` of the address. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  /** False for a client that never answers a ping. */
  readonly answersPings?: boolean
}

/** A push socket of the `ws` package. */
export class SocketClient {
  readonly inbox = new Inbox()
  readonly socket: WsSocket
  #lastId = 0

  private constructor(socket: WsSocket, answersPings: boolean) {
    this.socket = socket
    socket.on('message', (data) => {
      const text = data.toString()
      if (answersPings && text.includes('"type":"ping"')) this.#answerPings(text)
      this.inbox.receive(text)
    })
    socket.on('close', (code, reason) => this.inbox.end({ code, reason: reason.toString() }))
    socket.on('error', () => undefined)
  }

  /** Opens a socket; resolves when it is open, rejects when it is refused. */
  static async open(base: URL, options: SocketOptions = {}): Promise<SocketClient> {
    const { token, query = '', headers = {}, answersPings = true } = options
    const bearer: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
    const socket = new WsSocket(socketAddress(base, query), {
      perMessageDeflate: false,
      closeTimeout: CLOSE_TIMEOUT_MS,
      headers: { ...bearer, ...headers },
    })
    const client = new SocketClient(socket, answersPings)
    await withinDeadline(once(socket, 'open'), () => 'the socket did not open')
    return client
  }

  /** Sends a message and returns its reply. */
  async ask(op: string, members: object = {}): Promise<Message> {
    const id = ++this.#lastId
    this.send({ op, id, ...members })
    return this.inbox.take(`reply to ${op}`, (message) => message['type'] === 'reply' && message['id'] === id)
  }

  /** Subscribes; fails the test when that is refused. */
  async subscribe(symbols: readonly string[], types: readonly string[], members: object = {}): Promise<Message> {
    const reply = await this.ask('subscribe', { symbols, types, ...members })
    assert.equal(reply['ok'], true, JSON.stringify(reply))
    return reply
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** Closes the socket and waits until it is closed. */
  async close(): Promise<void> {
    this.socket.close(1000)
    await withinDeadline(this.inbox.ended, () => 'the socket did not close')
  }

  #answerPings(text: string): void {
    for (const [, n] of text.matchAll(/"type":"ping","n":(\d+)/g)) this.socket.send(`{"op":"pong","n":${n}}`)
  }
}

/** The address of the push socket of a Worker. */
export function socketAddress(base: URL, query = ''): string {
  const address = new URL(`/ws${query}`, base)
  address.protocol = 'ws:'
  return address.href
}

/** Opens a socket as a page does, with what the platform's own class can do. */
export async function openInBrowser(base: URL, query: string, protocols: readonly string[]) {
  const socket = new WebSocket(socketAddress(base, query), [...protocols])
  const inbox = new Inbox()
  socket.addEventListener('message', ({ data }) => inbox.receive(String(data)))
  socket.addEventListener('close', ({ code, reason }) => inbox.end({ code, reason }))
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>()
  socket.addEventListener('open', () => resolve())
  socket.addEventListener('error', () => reject(new Error('the socket was refused')))
  await withinDeadline(opened, () => 'the socket did not open')
  return { socket, inbox }
}

/** What an upgrade that is not made is answered. */
export async function refusedUpgrade(base: URL, query: string, headers: Readonly<Record<string, string>>) {
  const handshake = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; code: unknown }>()
  const sent = request(new URL(`/ws${query}`, base), { headers: { ...handshake, ...headers } })
  sent.on('error', reject)
  sent.on('upgrade', (_response, socket) => {
    socket.destroy()
    resolve({ status: 101, code: null })
  })
  sent.on('response', (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => (text += part))
    response.on('end', () => {
      const { code } = JSON.parse(text) as { readonly code: unknown }
      resolve({ status: response.statusCode ?? 0, code })
    })
  })
  sent.end()
  return withinDeadline(promise, () => 'the upgrade was not answered')
}
