import type { Failure } from '../base/failure.ts'
import type { Holder, HolderId } from './subscriber.ts'
import type { UnitKey } from './stream.ts'
import type { Terms } from './subscription-options.ts'

/** A subscription that needs OpenD first. */
export interface WaitingChange {
  readonly holder: Holder
  /** What it subscribes. Its holder may take some back while it waits. */
  readonly units: Set<UnitKey>
  /** Its holder is gone. */
  isVoid: boolean
  /** What a unit must be subscribed with for it. */
  readonly termsOf: (unit: UnitKey) => Terms
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
  isWaitingFor(id: HolderId, units: ReadonlySet<UnitKey>): boolean {
    return this.#changes.values().some((one) => one.holder.id === id && !one.units.isDisjointFrom(units))
  }

  /** What these holders are about to hold. */
  unitsOf(isMeant: (holder: Holder) => boolean): readonly UnitKey[] {
    return [...this.#changes].flatMap(({ holder, units, isVoid }) => (isMeant(holder) && !isVoid ? [...units] : []))
  }

  /** Its holder takes units back, null for all, before it has them. */
  withdraw(id: HolderId, taken: readonly UnitKey[] | null): void {
    for (const { holder, units } of this.#changes) {
      if (holder.id === id) for (const unit of taken ?? [...units]) units.delete(unit)
    }
  }

  /** Their holder is gone. */
  voidAllOf(id: HolderId): void {
    for (const change of this.#changes) if (change.holder.id === id) change.isVoid = true
  }
}
