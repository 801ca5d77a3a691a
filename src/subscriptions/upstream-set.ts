import type { UnitKey } from './stream.ts'
import { covers, NO_OPTIONS, type SubscriptionOptions } from './subscription-options.ts'

/** OpenD refuses to drop a unit sooner; a second more, because its clock started before its reply came. */
export const LEAST_SUBSCRIBED_MS = 61_000

/** Drops become due on whole seconds, so that what was subscribed together goes together. */
const DROP_GRID_MS = 1_000

/** First pause before a drop that failed is tried again, and the longest one. */
const DROP_RETRY_MS = { first: 10_000, most: 300_000 } as const

/** A unit that the present link has subscribed, or may have. */
export interface UpstreamUnit {
  readonly key: UnitKey
  /** What OpenD has confirmed; of a doubtful unit, what was asked for. */
  readonly options: SubscriptionOptions
  /** When it was last subscribed, Unix ms. Whether OpenD starts its minute anew is documented nowhere: we do. */
  readonly sinceMs: number
  /** OpenD has confirmed it. False after a lost reply: it counts in the quota, and nobody may rely on it. */
  readonly isConfirmed: boolean
  /** Its unsubscription is on its way. */
  readonly isDropping: boolean
  readonly failedDrops: number
  /** OpenD refused to drop it, together with others or alone. */
  readonly wasDropRefused: boolean
  /** A drop that failed is not tried again before. */
  readonly retryAtMs: number
}

/** A unit with what it is to be subscribed with. */
export interface WantedUnit {
  readonly key: UnitKey
  readonly options: SubscriptionOptions
}

/**
 * What is subscribed on the present link. OpenD's quota bounds it, as nothing gets in without OpenD, and so do the
 * bounds on what callers may ask for.
 */
export class UpstreamSet {
  readonly #units = new Map<UnitKey, UpstreamUnit>()

  get size(): number {
    return this.#units.size
  }

  /** Whether OpenD has accepted anything on this link. */
  get hasConfirmed(): boolean {
    return this.#units.values().some(({ isConfirmed }) => isConfirmed)
  }

  units(): Iterable<UpstreamUnit> {
    return this.#units.values()
  }

  has(key: UnitKey): boolean {
    return this.#units.has(key)
  }

  /** What a unit is subscribed with; nothing when it is not. */
  optionsOf(key: UnitKey): SubscriptionOptions {
    return this.#units.get(key)?.options ?? NO_OPTIONS
  }

  /** Whether a unit is subscribed for sure, and with these terms. */
  isLive(key: UnitKey, options: SubscriptionOptions = NO_OPTIONS): boolean {
    const unit = this.#units.get(key)
    return unit !== undefined && unit.isConfirmed && !unit.isDropping && covers(unit.options, options)
  }

  /** The terms with which a unit must be asked for, so that nobody loses what is subscribed now. */
  joined({ key, options }: WantedUnit): WantedUnit {
    const unit = this.#units.get(key)
    return { key, options: unit === undefined ? options : options | unit.options }
  }

  /** OpenD has confirmed these. */
  subscribed(units: readonly WantedUnit[], nowMs: number): void {
    for (const { key, options } of units) this.#units.set(key, freshUnit(key, options, true, nowMs))
  }

  /** The reply was lost: these may be subscribed. Those that were before still are, as they were. */
  doubtful(units: readonly WantedUnit[], nowMs: number): void {
    for (const { key, options } of units) {
      const before = this.#units.get(key)
      const unit = freshUnit(key, options, false, nowMs)
      this.#units.set(key, before?.isConfirmed === true ? { ...before, sinceMs: nowMs } : unit)
    }
  }

  /** The unsubscription of these is on its way. */
  dropping(keys: readonly UnitKey[]): void {
    this.#change(keys, (unit) => ({ ...unit, isDropping: true }))
  }

  dropped(keys: readonly UnitKey[]): void {
    for (const key of keys) this.#units.delete(key)
  }

  /** OpenD refused to drop these: they are as they were, and are tried again later. */
  dropRefused(keys: readonly UnitKey[], nowMs: number): void {
    this.#change(keys, (unit) => ({ ...putOff(unit, nowMs), wasDropRefused: true }))
  }

  /** No reply came: these may be gone. `wasSent` false: they surely are not. */
  dropLost(keys: readonly UnitKey[], wasSent: boolean, nowMs: number): void {
    this.#change(keys, (unit) => ({ ...putOff(unit, nowMs), isConfirmed: unit.isConfirmed && !wasSent }))
  }

  /** The link is gone, and with it everything that was subscribed on it. */
  clear(): void {
    this.#units.clear()
  }

  #change(keys: readonly UnitKey[], change: (unit: UpstreamUnit) => UpstreamUnit): void {
    for (const key of keys) {
      const unit = this.#units.get(key)
      if (unit !== undefined) this.#units.set(key, change(unit))
    }
  }
}

/** When OpenD lets a unit go, Unix ms. */
export function droppableAtMs({ sinceMs, retryAtMs }: UpstreamUnit): number {
  return Math.ceil(Math.max(sinceMs + LEAST_SUBSCRIBED_MS, retryAtMs) / DROP_GRID_MS) * DROP_GRID_MS
}

function freshUnit(key: UnitKey, options: SubscriptionOptions, isConfirmed: boolean, nowMs: number): UpstreamUnit {
  const untried = { isDropping: false, failedDrops: 0, wasDropRefused: false, retryAtMs: 0 }
  return { key, options, sinceMs: nowMs, isConfirmed, ...untried }
}

function putOff(unit: UpstreamUnit, nowMs: number): UpstreamUnit {
  const pauseMs = Math.min(DROP_RETRY_MS.first * 2 ** unit.failedDrops, DROP_RETRY_MS.most)
  return { ...unit, isDropping: false, failedDrops: unit.failedDrops + 1, retryAtMs: nowMs + pauseMs }
}
