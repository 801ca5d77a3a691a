import type { Failure } from '../base/failure.ts'
import type { SubscriberRegistry } from './subscriber-registry.ts'
import type { SubscriberId } from './subscriber.ts'
import { chooseReclaim, type Reclaim } from './reclaim.ts'
import type { UnitKey } from './stream.ts'
import { unsubscribeCalls } from './upstream-calls.ts'
import type { UpstreamLink } from './upstream-link.ts'
import type { WantedUnit } from './upstream-set.ts'

/** What it takes to make room. */
export interface QuotaRoomDeps {
  readonly link: UpstreamLink
  readonly registry: SubscriberRegistry
  /** Units that a change on its way needs. */
  readonly isAwaited: (unit: UnitKey) => boolean
  /** Whether the pushes of a REST caller reach anybody. */
  readonly isListening: (id: SubscriberId) => boolean
  readonly nowMs: () => number
  /** Takes units from whoever holds them, and tells them. */
  readonly take: (units: readonly UnitKey[]) => void
}

/**
 * Makes room in OpenD's quota. It is asked for its numbers before anybody is refused, and what nobody uses gives way
 * before that too.
 */
export class QuotaRoom {
  readonly #deps: QuotaRoomDeps

  constructor(deps: QuotaRoomDeps) {
    this.#deps = deps
  }

  /**
   * Sees to it that the quota has room for what a change of that caller needs; returns the failure when it has not.
   * Only in the change's own turn. `missing` is asked anew after every wait: the caller may take units back meanwhile.
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
      // Each round makes some units unavailable to the next, so this ends. As a rule one round is enough: more are
      // needed when OpenD keeps a unit for another program.
      const { units, enoughAtMs } = this.#reclaim(needed())
      if (units.length === 0) return this.#exhausted(needed(), caller, enoughAtMs)
      // Marked all at once: while one call is on its way, nobody may take up a unit of the next.
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
