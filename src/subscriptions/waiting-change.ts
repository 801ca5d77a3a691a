import type { Failure } from '../base/failure.ts'
import type { Subscriber, SubscriberId } from './subscriber.ts'
import type { UnitKey } from './stream.ts'
import { NO_OPTIONS, type SubscriptionOptions } from './subscription-options.ts'

/** A subscription that waits for OpenD. */
export interface WaitingChange {
  readonly subscriber: Subscriber
  /** Its units. The subscriber may unsubscribe some of them while the change waits. */
  readonly units: Set<UnitKey>
  /** Whether its subscriber is gone. */
  isVoid: boolean
  /** The options that the change needs for a unit. */
  readonly optionsOf: (unit: UnitKey) => SubscriptionOptions
  /** Adds the units to the subscriber. */
  readonly commit: () => void
}

/** The subscriptions that wait for OpenD. The owner bounds their number. */
export class WaitingChanges {
  readonly #changes = new Set<WaitingChange>()

  get size(): number {
    return this.#changes.size
  }

  /** Counts a change as waiting while `work` runs. */
  async during(change: WaitingChange, work: () => Promise<Failure | null>): Promise<Failure | null> {
    this.#changes.add(change)
    try {
      return await work()
    } finally {
      this.#changes.delete(change)
    }
  }

  /** Whether any waiting change needs that unit. */
  needs(unit: UnitKey): boolean {
    return this.#changes.values().some(({ units, isVoid }) => !isVoid && units.has(unit))
  }

  /** The joined options that waiting changes need for a unit. */
  optionsOf(unit: UnitKey): SubscriptionOptions {
    let options = NO_OPTIONS
    for (const { units, isVoid, optionsOf } of this.#changes) if (!isVoid && units.has(unit)) options |= optionsOf(unit)
    return options
  }

  /** Whether a subscriber waits for any of these units. */
  isWaitingFor(id: SubscriberId, units: ReadonlySet<UnitKey>): boolean {
    return this.#changes.values().some((one) => one.subscriber.id === id && !one.units.isDisjointFrom(units))
  }

  /** The units of the waiting changes whose subscribers match. */
  unitsOf(matches: (subscriber: Subscriber) => boolean): readonly UnitKey[] {
    return [...this.#changes].flatMap(({ subscriber, units, isVoid }) =>
      matches(subscriber) && !isVoid ? [...units] : [],
    )
  }

  /** Removes units, or all units when null, from the waiting changes of a subscriber. */
  withdraw(id: SubscriberId, taken: readonly UnitKey[] | null): void {
    for (const { subscriber, units } of this.#changes) {
      if (subscriber.id === id) for (const unit of taken ?? [...units]) units.delete(unit)
    }
  }

  /** Marks the changes of a subscriber that is gone. */
  voidAllOf(id: SubscriberId): void {
    for (const change of this.#changes) if (change.subscriber.id === id) change.isVoid = true
  }
}
