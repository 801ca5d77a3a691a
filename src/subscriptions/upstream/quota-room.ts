import type { Failure } from '../../base/failure.ts'
import type { SubscriberRegistry } from '../subscriber-registry.ts'
import type { SubscriberId } from '../subscriber.ts'
import { chooseReclaim, type Reclaim } from './reclaim.ts'
import type { UnitKey } from '../stream.ts'
import { unsubscribeCalls } from './upstream-calls.ts'
import type { UpstreamLink } from './upstream-link.ts'
import type { WantedUnit } from './upstream-set.ts'

/** The dependencies of `QuotaRoom`. */
export interface QuotaRoomDeps {
  readonly link: UpstreamLink
  readonly registry: SubscriberRegistry
  /** Whether a pending change needs the unit. */
  readonly isAwaited: (unit: UnitKey) => boolean
  /** Whether a REST caller has an open push socket. */
  readonly isListening: (id: SubscriberId) => boolean
  readonly nowMs: () => number
  /** Removes units from their subscribers and notifies those. */
  readonly take: (units: readonly UnitKey[]) => void
}

/**
 * Makes room in OpenD's quota. Before a subscription is refused, the quota is read from OpenD and unused units are
 * unsubscribed.
 */
export class QuotaRoom {
  readonly #deps: QuotaRoomDeps

  constructor(deps: QuotaRoomDeps) {
    this.#deps = deps
  }

  /**
   * Makes room in the quota for the missing units of a caller's change. Returns the failure when there is not enough
   * room. Call it only while the change holds the mutex. `missing` is called again after every await, because the
   * caller may unsubscribe units in the meantime.
   */
  async make(missing: () => readonly WantedUnit[], caller: string): Promise<Failure | null> {
    const { link, take } = this.#deps
    const needed = () => missing().filter(({ key }) => !link.set.has(key)).length
    const hasRoom = () => needed() === 0 || link.quota.hasRoomFor(needed())
    for (;;) {
      if (hasRoom()) return null
      const unread = await link.readQuota()
      if (unread !== null) return unread
      if (hasRoom()) return null
      // Each round excludes its units from the next, so the loop ends. One round is usually enough. More are needed
      // when another program still uses a unit.
      const { units, enoughAtMs } = this.#reclaim(needed())
      if (units.length === 0) return this.#exhausted(needed(), caller, enoughAtMs)
      // All units are marked first, so that no change relies on a unit of a later call during an earlier one.
      link.set.dropping(units)
      take(units)
      for (const call of unsubscribeCalls(units)) await link.unsubscribe(call)
    }
  }

  #reclaim(needed: number): Reclaim {
    const { link, registry, isAwaited, isListening, nowMs } = this.#deps
    const lacking = needed - (link.quota.numbers?.free ?? 0)
    return chooseReclaim({ set: link.set, registry, isAwaited, isListening, nowMs: nowMs() }, lacking)
  }

  #exhausted(needed: number, caller: string, enoughAtMs: number | null): Failure {
    const { link, registry, nowMs } = this.#deps
    const { total, free } = link.quota.numbers ?? { total: 0, free: 0 }
    const usedByCaller = [...registry.unitsOfCaller(caller)].filter((unit) => link.set.has(unit)).length
    const usedByOthers = Math.max(0, total - free - usedByCaller)
    const retryAfterMs = enoughAtMs === null ? null : enoughAtMs - nowMs()
    return { code: 'quote.quota_exhausted', needed, free, total, usedByCaller, usedByOthers, retryAfterMs }
  }
}
