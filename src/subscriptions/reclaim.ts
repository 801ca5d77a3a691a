import type { SubscriberRegistry, Holding } from './subscriber-registry.ts'
import type { SubscriberId } from './subscriber.ts'
import type { UnitKey } from './stream.ts'
import { droppableAtMs, type UpstreamSet } from './upstream-set.ts'

/** A REST caller's unit that was neither read nor subscribed for so long may be taken back when the quota is short. */
export const IDLE_MS = 300_000

/** Who knows what may be taken back. */
export interface ReclaimFacts {
  readonly set: UpstreamSet
  readonly registry: SubscriberRegistry
  /** Units that a change on its way needs, this one included. */
  readonly isAwaited: (unit: UnitKey) => boolean
  /** Whether the pushes of a REST caller reach anybody. */
  readonly isListening: (id: SubscriberId) => boolean
  readonly nowMs: number
}

/** The units to take back now: all that are needed, or none. */
export interface Reclaim {
  readonly units: readonly UnitKey[]
  /** When there will be enough of them; null when there are now, or when that cannot be foreseen. */
  readonly enoughAtMs: number | null
}

/**
 * Chooses which units give way to `needed` new ones: those that nobody holds any more, then those that only idle REST
 * callers hold, the least recently used first. Nobody loses anything when that would still not be enough.
 */
export function chooseReclaim(facts: ReclaimFacts, needed: number): Reclaim {
  const candidates = [...facts.set.units()]
    .filter(({ key, isDropping }) => !isDropping && !facts.isAwaited(key))
    .flatMap((unit) => {
      const usedAtMs = idleSinceMs(facts, unit.key)
      return usedAtMs === null ? [] : [{ key: unit.key, usedAtMs, droppableAtMs: droppableAtMs(unit) }]
    })
  const ready = candidates.filter((unit) => unit.droppableAtMs <= facts.nowMs)
  if (ready.length >= needed) {
    const leastUsed = ready.sort((a, b) => a.usedAtMs - b.usedAtMs)
    return { units: leastUsed.slice(0, needed).map(({ key }) => key), enoughAtMs: null }
  }
  const timesMs = candidates.map((unit) => unit.droppableAtMs).sort((a, b) => a - b)
  return { units: [], enoughAtMs: timesMs[needed - 1] ?? null }
}

/** Whether a holder has not used a unit for long, and is not sent its pushes either. */
function isIdle(
  { subscriber, subscription }: Holding,
  { isListening, nowMs }: Pick<ReclaimFacts, 'isListening' | 'nowMs'>,
) {
  if (subscriber.kind !== 'rest' || subscription.usedAtMs + IDLE_MS > nowMs) return false
  return !subscription.isPushed || !isListening(subscriber.id)
}

/** When a unit was last used, if all its holders are idle; null when it is in use. */
function idleSinceMs(facts: ReclaimFacts, unit: UnitKey): number | null {
  const holdings = facts.registry.holdingsOf(unit)
  if (!holdings.every((holding) => isIdle(holding, facts))) return null
  return Math.max(0, ...holdings.map(({ subscription }) => subscription.usedAtMs))
}
