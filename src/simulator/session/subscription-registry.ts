import type { TradingHours } from '../market/trading-hours.ts'
import { hasHours } from '../quotes/pushes.ts'

/** A security, as in requests. */
export interface SecurityRef {
  /** `Qot_Common.QotMarket`. */
  readonly market: number
  readonly code: string
}

/** The push options of one subscription on one connection. */
export interface PushTerms {
  /** `Qot_Common.RehabType` list; never empty for K-lines, not used for other types. */
  readonly rehabTypes: readonly number[]
}

/** One security and type on one connection. */
export interface Subscription {
  readonly security: SecurityRef
  /** `Qot_Common.SubType`. */
  readonly subType: number
  /** When it was subscribed first, Unix ms of the session clock. */
  readonly sinceMs: number
  /** Null while no push is registered. */
  readonly push: PushTerms | null
  /** The hours whose K-lines, minutes and prints the connection gets; always all for other types. */
  readonly hours: TradingHours
}

/** A unit that still counts after its connection closed. Times are Unix ms of the session clock. */
export type LingeringUnit = readonly [unit: string, releaseAtMs: number]

/** OpenD refuses to unsubscribe earlier than this after subscribing. */
export const LEAST_SUBSCRIBED_MS = 60_000

/** Quota of the largest common tier; an account may have 100 to 2000 units. */
export const DEFAULT_SUBSCRIPTION_QUOTA = 1000

/**
 * The subscriptions of all connections. One security and type takes one unit of quota, shared by all its connections.
 * The unit is free again when the last connection unsubscribes. If a connection closes within OpenD's minimum of one
 * minute, the unit counts until the minute is over.
 */
export class SubscriptionRegistry {
  readonly quota: number
  readonly #connections = new Map<bigint, Map<string, Subscription>>()
  readonly #lingering: Map<string, number>

  constructor(quota: number, lingering: readonly LingeringUnit[]) {
    this.quota = quota
    this.#lingering = new Map(lingering)
  }

  /**
   * Subscribes to all units or to no unit. Returns the used quota if there is not enough left, else null. A later
   * subscription of the same unit replaces its hours; it keeps them without `hours`.
   */
  subscribe(
    connId: bigint,
    units: readonly Unit[],
    nowMs: number,
    hours: TradingHours | null = null,
  ): { readonly used: number } | null {
    const paidFor = this.#paidFor(nowMs)
    const used = paidFor.size
    for (const unit of units) paidFor.add(unitKey(unit))
    if (paidFor.size > this.quota) return { used }
    const held = this.#held(connId)
    for (const { security, subType } of units) {
      const key = unitKey({ security, subType })
      const before = held.get(key)
      held.set(key, {
        security,
        subType,
        sinceMs: before?.sinceMs ?? nowMs,
        push: before?.push ?? null,
        hours: hasHours(subType) ? (hours ?? before?.hours ?? 'RTH') : 'ALL',
      })
    }
    return null
  }

  /** The units among these that were subscribed less than a minute ago. */
  tooFresh(connId: bigint, units: readonly Unit[], nowMs: number): Subscription[] {
    return this.held(connId, units).filter(({ sinceMs }) => nowMs - sinceMs < LEAST_SUBSCRIBED_MS)
  }

  /** Removes these units of the connection, with their pushes. Skips units that it is not subscribed to. */
  unsubscribe(connId: bigint, units: readonly Unit[]): void {
    const held = this.#connections.get(connId)
    for (const unit of units) held?.delete(unitKey(unit))
  }

  /** Sets the push options of subscribed units of this connection; null unregisters. */
  setPush(connId: bigint, units: readonly Unit[], terms: PushTerms | null): void {
    const held = this.#connections.get(connId)
    for (const subscription of this.held(connId, units)) {
      held?.set(unitKey(subscription), { ...subscription, push: terms })
    }
  }

  /** The subscriptions of this connection among these units. */
  held(connId: bigint, units: readonly Unit[]): Subscription[] {
    const held = this.#connections.get(connId)
    return units.map((unit) => held?.get(unitKey(unit))).filter((one) => one !== undefined)
  }

  /** All subscriptions of this connection, in the order of subscribing. */
  ofConnection(connId: bigint): Subscription[] {
    return [...(this.#connections.get(connId)?.values() ?? [])]
  }

  /** Every connection with at least one subscription. */
  all(): Iterable<[connId: bigint, subscriptions: ReadonlyMap<string, Subscription>]> {
    return this.#connections
  }

  /** Removes a closed connection. Each of its units counts until one minute after it was subscribed. */
  close(connId: bigint, nowMs: number): void {
    for (const [key, { sinceMs }] of this.#connections.get(connId) ?? []) {
      const releaseAtMs = sinceMs + LEAST_SUBSCRIBED_MS
      if (releaseAtMs > nowMs) this.#lingering.set(key, Math.max(releaseAtMs, this.#lingering.get(key) ?? 0))
    }
    this.#connections.delete(connId)
  }

  /** Units in use on all connections, including lingering ones. */
  used(nowMs: number): number {
    return this.#paidFor(nowMs).size
  }

  /**
   * The lingering units, for a snapshot. It has no connections, so units of open connections count as lingering too.
   */
  lingering(nowMs: number): LingeringUnit[] {
    const units = new Map(this.#lingering)
    for (const held of this.#connections.values()) {
      for (const [key, { sinceMs }] of held) {
        units.set(key, Math.max(sinceMs + LEAST_SUBSCRIBED_MS, units.get(key) ?? 0))
      }
    }
    return [...units].filter(([, releaseAtMs]) => releaseAtMs > nowMs)
  }

  #held(connId: bigint): Map<string, Subscription> {
    let held = this.#connections.get(connId)
    if (held === undefined) {
      held = new Map()
      this.#connections.set(connId, held)
    }
    return held
  }

  /** Keys of all units in use. Bounded by the quota. */
  #paidFor(nowMs: number): Set<string> {
    const keys = new Set<string>()
    for (const [key, releaseAtMs] of this.#lingering) {
      if (releaseAtMs > nowMs) keys.add(key)
      else this.#lingering.delete(key)
    }
    for (const held of this.#connections.values()) for (const key of held.keys()) keys.add(key)
    return keys
  }
}

/** One security and one type: the unit of quota. */
export interface Unit {
  readonly security: SecurityRef
  readonly subType: number
}

/** Every security with every type, without duplicates. */
export function unitsOf(securities: readonly SecurityRef[], subTypes: readonly number[]): Unit[] {
  const units = new Map<string, Unit>()
  for (const security of securities) {
    for (const subType of subTypes) units.set(unitKey({ security, subType }), { security, subType })
  }
  return [...units.values()]
}

/** The key of a unit. */
export function unitKey({ security, subType }: Unit): string {
  return `${security.market}.${security.code}/${subType}`
}
