import { NO_NETWORK } from '../src/auth/client-network.ts'
import { CLIENT_NETWORK_HEADER } from '../src/auth/socket-caller-header.ts'
import { MAX_SOCKETS } from '../src/base/memory-budget.ts'
import type { SocketCaller } from '../src/auth/socket-caller.ts'
import {
  DEFAULT_CONFLATE_MS,
  type PushSocket,
  type PushSockets,
  type SocketFacts,
  type SocketOptions,
} from '../src/pushes/push-socket.ts'
import { socketSubscriber } from '../src/subscriptions/subscriber.ts'
import { CONNECTOR_TAG } from './connector-sockets.ts'

/** A WebSocket with its facts. The platform stores up to 16 KiB with each socket. */
class HibernatingSocket implements PushSocket {
  readonly id: string
  readonly socket: WebSocket
  facts: SocketFacts

  constructor(socket: WebSocket, facts: SocketFacts) {
    this.id = idOf(facts.number)
    this.socket = socket
    this.facts = facts
  }

  send(text: string): void {
    try {
      this.socket.send(text)
    } catch {
      // The socket is closed; its close event follows.
    }
  }

  /**
   * Sends the close frame. The platform then waits for the client's close frame and has no call that ends the TCP
   * connection: a client that never answers occupies the socket until the client or the network closes it.
   */
  close(code: number, reason: string): void {
    try {
      this.socket.close(code, reason)
    } catch {
      // The socket is already closed.
    }
  }
}

/**
 * The push sockets of the object. They hibernate: an idle socket costs nothing, and sockets survive an eviction of the
 * object, which restores them here.
 */
export class HibernatingSockets implements PushSockets {
  readonly #ctx: DurableObjectState
  readonly #byId = new Map<string, HibernatingSocket>()
  /** Avoids reading a socket's attachment for each message. */
  readonly #bySocket = new WeakMap<WebSocket, HibernatingSocket>()
  readonly #byCaller = new Map<string, Set<HibernatingSocket>>()
  #lastNumber = 0

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx
    for (const socket of ctx.getWebSockets()) {
      if (!ctx.getTags(socket).includes(CONNECTOR_TAG)) this.#add(socket, factsOf(socket))
    }
  }

  get size(): number {
    return this.#byId.size
  }

  all(): Iterable<HibernatingSocket> {
    return this.#byId.values()
  }

  byId(id: string): HibernatingSocket | null {
    return this.#byId.get(id) ?? null
  }

  /** The sockets of a caller. */
  ofCaller(callerId: string): readonly PushSocket[] {
    return [...(this.#byCaller.get(callerId) ?? [])]
  }

  /** The entry of a WebSocket that received an event; null after `forget`. */
  of(socket: WebSocket): HibernatingSocket | null {
    return this.#bySocket.get(socket) ?? this.byId(idOf(factsOf(socket).number))
  }

  /** Opens a socket. `caller` is null if it authenticates by a message. Returns null at `MAX_SOCKETS`. */
  accept(
    request: Request,
    caller: SocketCaller | null,
    nowMs: number,
  ): { readonly opened: PushSocket; readonly response: Response } | null {
    if (this.#byId.size >= MAX_SOCKETS) return null
    const { 0: client, 1: server } = new WebSocketPair()
    this.#ctx.acceptWebSocket(server)
    const number = this.#lastNumber + 1
    const options = optionsOf(new URL(request.url).searchParams)
    const network = request.headers.get(CLIENT_NETWORK_HEADER) ?? NO_NETWORK
    const facts = { number, caller, network, openedAtMs: nowMs, ...options }
    attach(server, facts)
    const opened = this.#add(server, facts)
    return { opened, response: new Response(null, { status: 101, webSocket: client }) }
  }

  /** Sets the caller of a socket that authenticated by a message. */
  identify({ id }: PushSocket, caller: SocketCaller): void {
    const one = this.#byId.get(id)
    if (one === undefined) return
    this.#unlist(one)
    one.facts = { ...one.facts, caller }
    attach(one.socket, one.facts)
    this.#list(one)
  }

  pingedAtMs({ id }: PushSocket): number | null {
    const one = this.#byId.get(id)
    return one === undefined ? null : (this.#ctx.getWebSocketAutoResponseTimestamp(one.socket)?.getTime() ?? null)
  }

  forget(id: string): void {
    const one = this.#byId.get(id)
    if (one === undefined) return
    this.#byId.delete(id)
    this.#bySocket.delete(one.socket)
    this.#unlist(one)
  }

  #add(socket: WebSocket, facts: SocketFacts): HibernatingSocket {
    const added = new HibernatingSocket(socket, facts)
    this.#byId.set(added.id, added)
    this.#bySocket.set(socket, added)
    this.#list(added)
    this.#lastNumber = Math.max(this.#lastNumber, facts.number)
    return added
  }

  #list(one: HibernatingSocket): void {
    const { caller } = one.facts
    if (caller === null) return
    const listed = this.#byCaller.get(caller.id)
    if (listed === undefined) this.#byCaller.set(caller.id, new Set([one]))
    else listed.add(one)
  }

  #unlist(one: HibernatingSocket): void {
    const { caller } = one.facts
    const listed = caller === null ? undefined : this.#byCaller.get(caller.id)
    if (caller === null || listed === undefined) return
    listed.delete(one)
    if (listed.size === 0) this.#byCaller.delete(caller.id)
  }
}

/** The id of the socket's subscriber, so that socket and subscriber have the same id. */
function idOf(number: number): string {
  return socketSubscriber(number, '').id
}

function optionsOf(query: URLSearchParams): SocketOptions {
  return {
    form: query.get('body') === 'base64' ? 'base64' : 'json',
    isBatched: query.get('batch') === 'true',
    conflateMs: Number(query.get('conflate_ms') ?? DEFAULT_CONFLATE_MS),
  }
}

function factsOf(socket: WebSocket): SocketFacts {
  // Only `attach` writes attachments. The platform uses structured clone, which supports bigints.
  const facts = socket.deserializeAttachment() as SocketFacts
  // Sockets of earlier versions have no `network`.
  return { ...{ network: NO_NETWORK }, ...facts }
}

function attach(socket: WebSocket, facts: SocketFacts): void {
  socket.serializeAttachment(facts)
}
