import type { Failure } from '../base/failure.ts'
import type { SubscriberId, SubscriptionStore } from './subscriber.ts'
import type { UnitKey } from './stream.ts'
import type { CallUpstream } from './upstream-link.ts'

/** Why units were taken from a holder that did not give them up. */
export type LossReason =
  /** After a reconnect OpenD refused to subscribe them again. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** Others needed the quota, and this REST caller had not used them for long. */
  | { readonly kind: 'reclaimed' }

/** What the manager cannot make itself. */
export interface SubscriptionDeps {
  /** Sends one call to OpenD. While the link is down it may wait for it; it always settles. */
  readonly upstream: CallUpstream
  readonly store: SubscriptionStore
  /** Unix ms. */
  readonly nowMs: () => number
  /** Asks for `run` at that time, Unix ms. An earlier request still stands. */
  readonly wakeAt: (atMs: number) => void
  /** The streams of that holder are others now. */
  readonly changed: (id: SubscriberId) => void
  /** These units are no longer that holder's. */
  readonly lost: (id: SubscriberId, units: readonly UnitKey[], reason: LossReason) => void
  /** The pushes of these units stop, or go on with other terms: what was made of them before does not go on. */
  readonly interrupted: (units: readonly UnitKey[]) => void
  /** Whether the pushes of a REST holder reach anybody: then what it has pushed is in use, though it reads nothing. */
  readonly isListening: (id: SubscriberId) => boolean
}
