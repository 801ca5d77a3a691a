import type { SubscriberRegistry, Holding } from '../subscriber-registry.ts'
import type { SubscriberId } from '../subscriber.ts'
import type { UnitKey } from '../stream.ts'
import { droppableAtMs, type UpstreamSet } from './upstream-set.ts'

/** A REST caller's unit may be reclaimed after this time without a read or a subscription, when the quota is short. */
export const IDLE_MS = 300_000

/** The inputs of `chooseReclaim`. */
export interface ReclaimFacts {
  readonly set: UpstreamSet
  readonly registry: SubscriberRegistry
  /** Whether a pending change, the current one included, needs the unit. */
  readonly isAwaited: (unit: UnitKey) => boolean
  /** Whether a REST caller has an open push socket. */
  readonly isListening: (id: SubscriberId) => boolean
  readonly nowMs: number
}

/** The units to reclaim now: as many as are needed, or an empty list. */
export interface Reclaim {
  readonly units: readonly UnitKey[]
  /** When enough units can be reclaimed, Unix ms; null when there are enough now, or when the time is not known. */
  readonly enoughAtMs: number | null
}

/**
 * Chooses the units to unsubscribe for `needed` new ones: first units without a subscriber, then units that only idle
 * REST callers have, the least recently used first. The list is empty when these would not be enough.
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

/** Whether a subscriber has not used a unit for `IDLE_MS` and does not receive its pushes. */
function isIdle(
  { subscriber, subscription }: Holding,
  { isListening, nowMs }: Pick<ReclaimFacts, 'isListening' | 'nowMs'>,
) {
  if (subscriber.kind !== 'rest' || subscription.usedAtMs + IDLE_MS > nowMs) return false
  return !subscription.isPushed || !isListening(subscriber.id)
}

/** When a unit was last used, Unix ms; null when one of its subscribers is not idle. */
function idleSinceMs(facts: ReclaimFacts, unit: UnitKey): number | null {
  const holdings = facts.registry.holdingsOf(unit)
  if (!holdings.every((holding) => isIdle(holding, facts))) return null
  return Math.max(0, ...holdings.map(({ subscription }) => subscription.usedAtMs))
}
