import { readSocketCaller, type SocketCaller } from '../src/auth/socket-caller.ts'
import { DEFAULT_CONFLATE_MS } from '../src/pushes/push-client.ts'
import { type Holder, socketHolder } from '../src/subscriptions/holder.ts'

/** How a socket wants its pushes; from the query of the upgrade, which the Worker has checked. */
interface Manner {
  readonly form: 'json' | 'base64'
  readonly isBatched: boolean
  readonly conflateMs: number
}

/** What stays with a socket while the object is out of memory; the platform keeps 16 KiB of it. */
export interface SocketFacts extends Manner {
  /** Numbers sockets within the object's storage: subscriptions are kept under it. */
  readonly number: number
  /** Null until its first message says who it is. */
  readonly caller: SocketCaller | null
  readonly openedAtMs: number
}

/** The platform's own limit of hibernating sockets of one object. */
const MAX_SOCKETS = 32_768

/** An open socket with what is known of it. */
export interface PushSocket {
  readonly id: string
  readonly socket: WebSocket
  facts: SocketFacts
}

/**
 * The push sockets of the object. They hibernate: they cost nothing while they are quiet, and survive an eviction of
 * the object, which finds them here again.
 */
export class PushSockets {
  readonly #ctx: DurableObjectState
  readonly #byId = new Map<string, PushSocket>()
  /** Saves reading the attachment of a socket with each of its messages. */
  readonly #bySocket = new WeakMap<WebSocket, PushSocket>()
  readonly #byCaller = new Map<string, Set<PushSocket>>()
  #lastNumber = 0

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx
    for (const socket of ctx.getWebSockets()) this.#keep(socket, factsOf(socket))
  }

  get size(): number {
    return this.#byId.size
  }

  all(): Iterable<PushSocket> {
    return this.#byId.values()
  }

  byId(id: string): PushSocket | null {
    return this.#byId.get(id) ?? null
  }

  /** The sockets of a caller. */
  ofCaller(callerId: string): readonly PushSocket[] {
    return [...(this.#byCaller.get(callerId) ?? [])]
  }

  /** The socket that a message or an end came from; null when it was forgotten. */
  of(socket: WebSocket): PushSocket | null {
    return this.#bySocket.get(socket) ?? this.byId(idOf(factsOf(socket).number))
  }

  /** Opens a socket for the caller that the Worker vouched for. Null when the platform takes no more. */
  accept(request: Request, nowMs: number): { readonly opened: PushSocket; readonly response: Response } | null {
    if (this.#byId.size >= MAX_SOCKETS) return null
    const { 0: client, 1: server } = new WebSocketPair()
    this.#ctx.acceptWebSocket(server)
    const number = this.#lastNumber + 1
    const manner = mannerOf(new URL(request.url).searchParams)
    const facts = { number, caller: readSocketCaller(request.headers), openedAtMs: nowMs, ...manner }
    attach(server, facts)
    const opened = this.#keep(server, facts)
    return { opened, response: new Response(null, { status: 101, webSocket: client }) }
  }

  /** A caller made itself known. */
  identify(one: PushSocket, caller: SocketCaller): void {
    this.#unlist(one)
    one.facts = { ...one.facts, caller }
    attach(one.socket, one.facts)
    this.#list(one)
  }

  forget(id: string): void {
    const one = this.#byId.get(id)
    if (one === undefined) return
    this.#byId.delete(id)
    this.#bySocket.delete(one.socket)
    this.#unlist(one)
  }

  #keep(socket: WebSocket, facts: SocketFacts): PushSocket {
    const kept = { id: idOf(facts.number), socket, facts }
    this.#byId.set(kept.id, kept)
    this.#bySocket.set(socket, kept)
    this.#list(kept)
    this.#lastNumber = Math.max(this.#lastNumber, facts.number)
    return kept
  }

  #list(one: PushSocket): void {
    const { caller } = one.facts
    if (caller === null) return
    const listed = this.#byCaller.get(caller.id)
    if (listed === undefined) this.#byCaller.set(caller.id, new Set([one]))
    else listed.add(one)
  }

  #unlist(one: PushSocket): void {
    const { caller } = one.facts
    const listed = caller === null ? undefined : this.#byCaller.get(caller.id)
    if (caller === null || listed === undefined) return
    listed.delete(one)
    if (listed.size === 0) this.#byCaller.delete(caller.id)
  }
}

/** The virtual connection of a socket whose caller is known. */
export function holderOf({ number }: SocketFacts, { id }: SocketCaller): Holder {
  return socketHolder(number, id)
}

/** As `socketHolder` names it, so that one name does for both. */
function idOf(number: number): string {
  return socketHolder(number, '').id
}

function mannerOf(query: URLSearchParams): Manner {
  return {
    form: query.get('body') === 'base64' ? 'base64' : 'json',
    isBatched: query.get('batch') === 'true',
    conflateMs: Number(query.get('conflate_ms') ?? DEFAULT_CONFLATE_MS),
  }
}

function factsOf(socket: WebSocket): SocketFacts {
  // Only `attach` attaches anything. The platform clones it structurally, bigints included.
  return socket.deserializeAttachment() as SocketFacts
}

function attach(socket: WebSocket, facts: SocketFacts): void {
  socket.serializeAttachment(facts)
}
