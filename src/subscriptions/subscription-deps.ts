import type { Failure } from '../base/failure.ts'
import type { SubscriberId, SubscriptionStore } from './subscriber.ts'
import type { UnitKey } from './stream.ts'
import type { SendCall } from '../gateway/opend-client.ts'

/** Why a subscriber lost units that it did not unsubscribe. */
export type LossReason =
  /** OpenD refused to subscribe them again after a reconnect. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** Other callers needed the quota, and this REST caller had been idle. */
  | { readonly kind: 'reclaimed' }

/** The dependencies of `SubscriptionManager`. */
export interface SubscriptionDeps {
  /** Sends the calls as the gateway's own. */
  readonly send: SendCall
  readonly store: SubscriptionStore
  /** Unix ms. */
  readonly nowMs: () => number
  /** Schedules `runDue` for that time, Unix ms. Earlier requests stay valid. */
  readonly wakeAt: (atMs: number) => void
  /** The streams of that subscriber changed. */
  readonly changed: (id: SubscriberId) => void
  /** The subscriber lost these units. */
  readonly lost: (id: SubscriberId, units: readonly UnitKey[], reason: LossReason) => void
  /** The pushes of these units stop or continue with other options: values from earlier pushes are invalid. */
  readonly interrupted: (units: readonly UnitKey[]) => void
  /** Whether a REST subscriber has an open push socket. Its pushed units then count as used even without reads. */
  readonly isListening: (id: SubscriberId) => boolean
}
