import type { Failure } from '../base/failure.ts'
import type { Subscriber, SubscriberId } from './subscriber.ts'
import type { UnitKey } from './stream.ts'
import type { SubscriptionOptions } from './subscription-options.ts'

/** A subscription that needs OpenD first. */
export interface WaitingChange {
  readonly subscriber: Subscriber
  /** What it subscribes. Its holder may take some back while it waits. */
  readonly units: Set<UnitKey>
  /** Its holder is gone. */
  isVoid: boolean
  /** What a unit must be subscribed with for it. */
  readonly optionsOf: (unit: UnitKey) => SubscriptionOptions
  /** Gives the holder its units. */
  readonly commit: () => void
}

/** The subscriptions that wait for OpenD. Who adds them keeps the bound. */
export class WaitingChanges {
  readonly #changes = new Set<WaitingChange>()

  get size(): number {
    return this.#changes.size
  }

  /** Counts a change as waiting while `work` goes on. */
  async during(change: WaitingChange, work: () => Promise<Failure | null>): Promise<Failure | null> {
    this.#changes.add(change)
    try {
      return await work()
    } finally {
      this.#changes.delete(change)
    }
  }

  /** Whether any of them needs that unit. */
  needs(unit: UnitKey): boolean {
    return this.#changes.values().some(({ units, isVoid }) => !isVoid && units.has(unit))
  }

  /** Whether a holder waits for any of these units. */
  isWaitingFor(id: SubscriberId, units: ReadonlySet<UnitKey>): boolean {
    return this.#changes.values().some((one) => one.subscriber.id === id && !one.units.isDisjointFrom(units))
  }

  /** What these holders are about to hold. */
  unitsOf(isMeant: (subscriber: Subscriber) => boolean): readonly UnitKey[] {
    return [...this.#changes].flatMap(({ subscriber, units, isVoid }) =>
      isMeant(subscriber) && !isVoid ? [...units] : [],
    )
  }

  /** Its holder takes units back, null for all, before it has them. */
  withdraw(id: SubscriberId, taken: readonly UnitKey[] | null): void {
    for (const { subscriber, units } of this.#changes) {
      if (subscriber.id === id) for (const unit of taken ?? [...units]) units.delete(unit)
    }
  }

  /** Their holder is gone. */
  voidAllOf(id: SubscriberId): void {
    for (const change of this.#changes) if (change.subscriber.id === id) change.isVoid = true
  }
}
