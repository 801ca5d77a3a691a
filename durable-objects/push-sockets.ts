import { NO_NETWORK } from '../src/auth/client-network.ts'
import { CLIENT_NETWORK_HEADER } from '../src/auth/socket-caller-header.ts'
import { MAX_SOCKETS } from '../src/base/memory-budget.ts'
import type { SocketCaller } from '../src/auth/socket-caller.ts'
import { DEFAULT_CONFLATE_MS } from '../src/pushes/push-client.ts'
import type { PushSocket, PushSockets, SocketFacts, SocketOptions } from '../src/pushes/push-socket.ts'
import { socketSubscriber } from '../src/subscriptions/subscriber.ts'

/** A socket of the platform. The platform keeps 16 KiB of facts with each. */
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
      // The socket is closed and its close event is on the way.
    }
  }

  /**
   * Sends the close frame. The platform then waits for the client's and has no call that ends the TCP connection: a client
   * that never answers keeps the connection, and one of the platform's sockets, until it or the network gives up.
   */
  close(code: number, reason: string): void {
    try {
      this.socket.close(code, reason)
    } catch {
      // The socket is closed already.
    }
  }
}

/**
 * The push sockets of the object. They hibernate: they cost nothing while they are quiet, and survive an eviction of
 * the object, which finds them here again.
 */
export class HibernatingSockets implements PushSockets {
  readonly #ctx: DurableObjectState
  readonly #byId = new Map<string, HibernatingSocket>()
  /** Saves reading the attachment of a socket with each of its messages. */
  readonly #bySocket = new WeakMap<WebSocket, HibernatingSocket>()
  readonly #byCaller = new Map<string, Set<HibernatingSocket>>()
  #lastNumber = 0

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx
    for (const socket of ctx.getWebSockets()) this.#keep(socket, factsOf(socket))
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

  /** The socket that a message or an end came from; null when it was forgotten. */
  of(socket: WebSocket): HibernatingSocket | null {
    return this.#bySocket.get(socket) ?? this.byId(idOf(factsOf(socket).number))
  }

  /** Opens a socket for the caller that the Worker vouched for. Null when there are as many as the memory is for. */
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
    const opened = this.#keep(server, facts)
    return { opened, response: new Response(null, { status: 101, webSocket: client }) }
  }

  /** A caller made itself known. */
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

  #keep(socket: WebSocket, facts: SocketFacts): HibernatingSocket {
    const kept = new HibernatingSocket(socket, facts)
    this.#byId.set(kept.id, kept)
    this.#bySocket.set(socket, kept)
    this.#list(kept)
    this.#lastNumber = Math.max(this.#lastNumber, facts.number)
    return kept
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

/** As `socketHolder` names it, so that one name does for both. */
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
  // Only `attach` attaches anything. The platform clones it structurally, bigints included.
  const facts = socket.deserializeAttachment() as SocketFacts
  // What sockets of earlier versions lack.
  return { ...{ network: NO_NETWORK }, ...facts }
}

function attach(socket: WebSocket, facts: SocketFacts): void {
  socket.serializeAttachment(facts)
}
