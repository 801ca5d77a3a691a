import type { UnitKey } from '../stream.ts'
import { covers, NO_OPTIONS, type SubscriptionOptions } from '../subscription-options.ts'

/** OpenD refuses to drop a unit within a minute after it was subscribed. One second is added as a margin. */
export const LEAST_SUBSCRIBED_MS = 61_000

/** Drops become due on whole seconds, so that units that were subscribed together are dropped in one call. */
const DROP_GRID_MS = 1_000

/** First and longest pause before a failed drop is tried again. */
const DROP_RETRY_MS = { first: 10_000, most: 300_000 } as const

/** A unit that the present link has subscribed, or may have. */
export interface UpstreamUnit {
  readonly key: UnitKey
  /** The options that OpenD confirmed; for an unconfirmed unit, the requested ones. */
  readonly options: SubscriptionOptions
  /** When it was last subscribed, Unix ms. OpenD does not document whether its minute starts again; assume it does. */
  readonly sinceMs: number
  /** Whether OpenD has confirmed it. False after a lost reply: the unit counts in the quota, but may not be pushed. */
  readonly isConfirmed: boolean
  /** Whether an unsubscribe call for it is pending. */
  readonly isDropping: boolean
  readonly failedDrops: number
  /** Whether OpenD refused to drop it, with others or alone. */
  readonly wasDropRefused: boolean
  /** A failed drop is not tried again before this time, Unix ms. */
  readonly retryAtMs: number
}

/** A unit with the options to subscribe it with. */
export interface WantedUnit {
  readonly key: UnitKey
  readonly options: SubscriptionOptions
}

/**
 * The units that are subscribed on the present link. The set is bounded by OpenD's quota and by the bounds on what
 * callers may subscribe.
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

  /** The options of a subscribed unit; `NO_OPTIONS` for another. */
  optionsOf(key: UnitKey): SubscriptionOptions {
    return this.#units.get(key)?.options ?? NO_OPTIONS
  }

  /** Whether OpenD has confirmed a unit with these options. */
  isLive(key: UnitKey, options: SubscriptionOptions = NO_OPTIONS): boolean {
    const unit = this.#units.get(key)
    return unit !== undefined && unit.isConfirmed && !unit.isDropping && covers(unit.options, options)
  }

  /** The unit with its present options added, so that subscribing it removes no option. */
  joined({ key, options }: WantedUnit): WantedUnit {
    const unit = this.#units.get(key)
    return { key, options: unit === undefined ? options : options | unit.options }
  }

  /** OpenD has confirmed these units. */
  subscribed(units: readonly WantedUnit[], nowMs: number): void {
    for (const { key, options } of units) this.#units.set(key, freshUnit(key, options, true, nowMs))
  }

  /** The reply was lost: these units may be subscribed. Units that were confirmed before stay as they were. */
  doubtful(units: readonly WantedUnit[], nowMs: number): void {
    for (const { key, options } of units) {
      const before = this.#units.get(key)
      const unit = freshUnit(key, options, false, nowMs)
      this.#units.set(key, before?.isConfirmed === true ? { ...before, sinceMs: nowMs } : unit)
    }
  }

  /** An unsubscribe call for these units is pending. */
  dropping(keys: readonly UnitKey[]): void {
    this.#change(keys, (unit) => ({ ...unit, isDropping: true }))
  }

  dropped(keys: readonly UnitKey[]): void {
    for (const key of keys) this.#units.delete(key)
  }

  /** OpenD refused to drop these units. They stay subscribed, and the drop is tried again later. */
  dropRefused(keys: readonly UnitKey[], nowMs: number): void {
    this.#change(keys, (unit) => ({ ...postponed(unit, nowMs), wasDropRefused: true }))
  }

  /** The drop got no reply. If it was sent, the units may be gone; if not, they are still subscribed. */
  dropLost(keys: readonly UnitKey[], wasSent: boolean, nowMs: number): void {
    this.#change(keys, (unit) => ({ ...postponed(unit, nowMs), isConfirmed: unit.isConfirmed && !wasSent }))
  }

  /** The link is lost, with all its subscriptions. */
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

/** The earliest time at which a unit can be dropped, Unix ms. */
export function droppableAtMs({ sinceMs, retryAtMs }: UpstreamUnit): number {
  return Math.ceil(Math.max(sinceMs + LEAST_SUBSCRIBED_MS, retryAtMs) / DROP_GRID_MS) * DROP_GRID_MS
}

function freshUnit(key: UnitKey, options: SubscriptionOptions, isConfirmed: boolean, nowMs: number): UpstreamUnit {
  const untried = { isDropping: false, failedDrops: 0, wasDropRefused: false, retryAtMs: 0 }
  return { key, options, sinceMs: nowMs, isConfirmed, ...untried }
}

function postponed(unit: UpstreamUnit, nowMs: number): UpstreamUnit {
  const pauseMs = Math.min(DROP_RETRY_MS.first * 2 ** unit.failedDrops, DROP_RETRY_MS.most)
  return { ...unit, isDropping: false, failedDrops: unit.failedDrops + 1, retryAtMs: nowMs + pauseMs }
}
