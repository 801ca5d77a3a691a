import type { SubscriptionOptions } from './subscription-options.ts'
import type { UnitKey } from './stream.ts'

/** The id of a virtual connection: the caller id for its REST calls, `ws:<n>` for a push socket. */
export type SubscriberId = string

/**
 * A virtual connection: what would be an OpenD connection if every caller had its own. All REST calls of one caller
 * share one virtual connection, and every push socket has its own.
 */
export interface Subscriber {
  readonly id: SubscriberId
  readonly kind: 'rest' | 'socket'
  /** The id of the key or the subject of the JWT. */
  readonly caller: string
}

/** The virtual connection of a caller's REST calls. */
export function restSubscriber(caller: string): Subscriber {
  return { id: caller, kind: 'rest', caller }
}

/** The virtual connection of a push socket. */
export function socketSubscriber(socketNumber: number, caller: string): Subscriber {
  return { id: `ws:${socketNumber}`, kind: 'socket', caller }
}

/** The subscription of one subscriber to one unit. */
export interface Subscription {
  readonly options: SubscriptionOptions
  /** Whether the subscriber receives the pushes. */
  readonly isPushed: boolean
  /** When it was last subscribed or read, Unix ms. */
  usedAtMs: number
}

/** A unit of a stored subscriber. */
export type StoredUnit = readonly [unit: UnitKey, options: SubscriptionOptions, isPushed: boolean]

/** The part of a subscriber that survives an eviction. Plain JSON. */
export interface StoredSubscriber extends Subscriber {
  readonly units: readonly StoredUnit[]
  /** The accounts whose order and fill pushes the subscriber receives, as decimal strings. */
  readonly accIds: readonly string[]
  /** The last subscription or read, Unix ms. The real one may be up to `STORED_USE_MS` later. */
  readonly usedAtMs: number
}

/** The storage of subscribers: one row for each. */
export interface SubscriptionStore {
  all(): readonly StoredSubscriber[]
  put(subscriber: StoredSubscriber): void
  remove(id: SubscriberId): void
}

/** The interval at which the last use is stored: a REST caller that reads all day costs one write per interval. */
export const STORED_USE_MS = 120_000
