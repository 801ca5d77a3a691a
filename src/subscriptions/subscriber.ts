import type { SubscriptionOptions } from './subscription-options.ts'
import type { UnitKey } from './stream.ts'

/** The id of a virtual connection: the caller id for its REST calls, `ws:<n>` for a push socket. */
export type SubscriberId = string

/**
 * A virtual connection: what OpenD would call a connection if every caller had one of its own. All REST calls of one
 * caller together are one, every push socket is one.
 */
export interface Subscriber {
  readonly id: SubscriberId
  readonly kind: 'rest' | 'socket'
  /** Who it belongs to: the id of the key or the subject of the JWT. */
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

/** How a holder holds a unit. */
export interface Subscription {
  readonly options: SubscriptionOptions
  /** Whether it wants the pushes. */
  readonly isPushed: boolean
  /** When it was last subscribed or read, Unix ms. */
  usedAtMs: number
}

/** A unit of a stored holder. */
export type StoredUnit = readonly [unit: UnitKey, options: SubscriptionOptions, isPushed: boolean]

/** What outlives an eviction of one holder. Plain JSON. */
export interface StoredSubscriber extends Subscriber {
  readonly units: readonly StoredUnit[]
  /** Accounts whose order and fill pushes it wants, as decimal strings. */
  readonly accIds: readonly string[]
  /** When it last subscribed or read, Unix ms; up to `STORED_USE_MS` old. */
  readonly usedAtMs: number
}

/** Where holders are kept: one row for each. */
export interface SubscriptionStore {
  all(): readonly StoredSubscriber[]
  put(subscriber: StoredSubscriber): void
  remove(id: SubscriberId): void
}

/** How coarsely the last use is stored: a REST caller that reads all day costs one write in this time. */
export const STORED_USE_MS = 120_000
