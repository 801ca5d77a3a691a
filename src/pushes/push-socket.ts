import type { SocketCaller } from '../auth/socket-caller.ts'
import { type Subscriber, socketSubscriber } from '../subscriptions/subscriber.ts'

/** The longest `conflateMs`. A client that needs values less often can use REST. */
export const MAX_CONFLATE_MS = 10_000

/** The default `conflateMs`: twenty updates a second, more than a person can read. */
export const DEFAULT_CONFLATE_MS = 50

/** The options of a socket, from the query of the upgrade request, which the Worker has checked. */
export interface SocketOptions {
  readonly form: 'json' | 'base64'
  readonly isBatched: boolean
  /** The shortest time between two bundles of pushes, from 0 to `MAX_CONFLATE_MS`. */
  readonly conflateMs: number
}

/** The state of a socket that survives an eviction of the object. */
export interface SocketFacts extends SocketOptions {
  /** Number of the socket within the object's storage. Subscriptions are stored under it. */
  readonly number: number
  /** Null until the socket has sent a token. */
  readonly caller: SocketCaller | null
  /** The client's network, see `networkOf`. */
  readonly network: string
  /** When it was opened, Unix ms. */
  readonly openedAtMs: number
}

/** An open socket with its stored state. */
export interface PushSocket {
  readonly id: string
  readonly facts: SocketFacts
  /** Sends a text message. Does nothing on a closed socket. */
  send(text: string): void
  /** Closes the socket. Does nothing on a closed socket. */
  close(code: number, reason: string): void
}

/** The open sockets of the object. They survive its eviction. */
export interface PushSockets {
  readonly size: number
  all(): Iterable<PushSocket>
  byId(id: string): PushSocket | null
  /** The sockets of a caller. */
  ofCaller(callerId: string): readonly PushSocket[]
  /** Sets the caller of a socket. */
  identify(one: PushSocket, caller: SocketCaller): void
  forget(id: string): void
  /** When the runtime last answered a bare `ping` of that socket, Unix ms; null when it has not. */
  pingedAtMs(one: PushSocket): number | null
}

/** The virtual connection of an authenticated socket. */
export function subscriberOf({ number }: SocketFacts, { id }: SocketCaller): Subscriber {
  return socketSubscriber(number, id)
}
