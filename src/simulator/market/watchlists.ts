/** A security in a watchlist. */
export interface WatchedSecurity {
  readonly market: number
  readonly code: string
}

/** Limits of custom groups, as in the app. They bound the memory that a client can use. */
const MAX_SECURITIES_PER_GROUP = 500

/** The groups of a new user of the app. The system maintains `全部` and the market groups; users cannot edit them. */
export const SYSTEM_GROUPS = ['全部', '沪深', '港股', '美股', '期权', '期货'] as const
export const CUSTOM_GROUPS = ['特别关注', '自选一'] as const

/** The watchlists of this OpenD's user. They are the only part of the market that calls can change. */
export class Watchlists {
  readonly #groups = new Map<string, Map<string, WatchedSecurity>>()

  constructor() {
    for (const name of CUSTOM_GROUPS) this.#groups.set(name, new Map())
    this.add('特别关注', [
      { market: 1, code: '00700' },
      { market: 1, code: '09988' },
      { market: 11, code: 'AAPL' },
      { market: 11, code: 'TSLA' },
      { market: 21, code: '600519' },
    ])
    this.add('自选一', [
      { market: 1, code: '800000' },
      { market: 1, code: 'HSImain' },
      { market: 22, code: '000001' },
    ])
  }

  /** Securities of a custom group in the order they were added; null if there is no such group. */
  custom(name: string): readonly WatchedSecurity[] | null {
    const group = this.#groups.get(name)
    return group === undefined ? null : [...group.values()]
  }

  /** All watched securities without duplicates. */
  all(): readonly WatchedSecurity[] {
    const merged = new Map<string, WatchedSecurity>()
    for (const group of this.#groups.values()) for (const [key, security] of group) merged.set(key, security)
    return [...merged.values()]
  }

  /** Returns false, without a change, if there is no such custom group or it would grow too long. */
  add(name: string, securities: readonly WatchedSecurity[]): boolean {
    const group = this.#groups.get(name)
    if (group === undefined || group.size + securities.length > MAX_SECURITIES_PER_GROUP) return false
    for (const security of securities) group.set(keyOf(security), { market: security.market, code: security.code })
    return true
  }

  /** Removes securities from one custom group. Returns false if there is no such group. */
  moveOut(name: string, securities: readonly WatchedSecurity[]): boolean {
    const group = this.#groups.get(name)
    if (group === undefined) return false
    for (const security of securities) group.delete(keyOf(security))
    return true
  }

  /** Removes securities from all groups, like a deletion in the app. */
  remove(securities: readonly WatchedSecurity[]): void {
    for (const group of this.#groups.values()) for (const security of securities) group.delete(keyOf(security))
  }

  /** The custom groups as plain data, for storage across a restart. */
  save(): readonly (readonly [string, readonly WatchedSecurity[]])[] {
    return [...this.#groups].map(([name, group]) => [name, [...group.values()]] as const)
  }

  /** Restores the result of `save`. Skips unknown groups. */
  restore(saved: readonly (readonly [string, readonly WatchedSecurity[]])[]): void {
    for (const [name, securities] of saved) {
      const group = this.#groups.get(name)
      if (group === undefined) continue
      group.clear()
      this.add(name, securities)
    }
  }
}

function keyOf({ market, code }: WatchedSecurity): string {
  return `${market}.${code}`
}
