import type { SocketCaller } from '../auth/socket-caller.ts'
import { type Subscriber, socketSubscriber } from '../subscriptions/subscriber.ts'

/** How a socket wants its pushes; from the query of the upgrade, which the Worker has checked. */
export interface SocketOptions {
  readonly form: 'json' | 'base64'
  readonly isBatched: boolean
  readonly conflateMs: number
}

/** What stays with a socket while the object is out of memory. */
export interface SocketFacts extends SocketOptions {
  /** Numbers sockets within the object's storage: subscriptions are kept under it. */
  readonly number: number
  /** Null until its first message says who it is. */
  readonly caller: SocketCaller | null
  /** Where it was opened from, see `networkOf`. */
  readonly network: string
  /** Unix ms. */
  readonly openedAtMs: number
}

/** An open socket with what is known of it. */
export interface PushSocket {
  readonly id: string
  readonly facts: SocketFacts
  /** Does nothing on a socket that is closed. */
  send(text: string): void
  /** Closes the socket. Does nothing on one that is closed. */
  close(code: number, reason: string): void
}

/** The open sockets of the object, which survive its eviction. */
export interface PushSockets {
  readonly size: number
  all(): Iterable<PushSocket>
  byId(id: string): PushSocket | null
  /** The sockets of a caller. */
  ofCaller(callerId: string): readonly PushSocket[]
  /** The caller of a socket is known now. */
  identify(one: PushSocket, caller: SocketCaller): void
  forget(id: string): void
  /** When the platform last answered a bare `ping` of that socket by itself, Unix ms; null when it never did. */
  pingedAtMs(one: PushSocket): number | null
}

/** The virtual connection of a socket whose caller is known. */
export function subscriberOf({ number }: SocketFacts, { id }: SocketCaller): Subscriber {
  return socketSubscriber(number, id)
}
