import type { KeyRecord } from './key-record.ts'
import type { Restrictions } from './restrictions.ts'
import type { Scope } from './scope.ts'

/** Who is behind a request, once the token is believed. */
export interface Caller {
  /**
   * The name under which the gateway keeps this caller's subscriptions and orders. The prefix keeps a key named
   * `alice` and a JWT subject `alice` apart.
   */
  readonly id: `key:${string}` | `jwt:${string}` | 'local'
  readonly scopes: ReadonlySet<Scope>
  /** Unix time in ms after which the token is worth nothing, or null when it never ends. */
  readonly expiresAtMs: number | null
  /** The record of the key; null for a JWT and for local reads. */
  readonly key: KeyRecord | null
  /** What the key, or the JWT's claim and the configured default, restrict the caller to; null where nothing does. */
  readonly restrictions: Restrictions | null
}

/** Where a token may trade. */
export interface TradingRights {
  readonly simulate: boolean
  readonly real: boolean
  /** Whether only limits are missing for real accounts; left out where they are not. */
  readonly lacksLimits?: boolean
}

/**
 * Where a caller may trade: `trade:real` also trades simulated accounts, `trade:simulate` only those. A JWT trades real
 * accounts only under limits, since nothing else would bound what its issuer hands out.
 */
export function mayTrade({ scopes, key, restrictions }: Caller): TradingRights {
  const real = scopes.has('trade:real')
  const lacksLimits = real && key === null && restrictions === null
  return {
    simulate: real || scopes.has('trade:simulate'),
    real: real && !lacksLimits,
    ...(lacksLimits && { lacksLimits }),
  }
}

/** Most subscription units that the caller may hold over all its connections; null without such a share. */
export function quotaShareOf({ restrictions }: Caller): number | null {
  return restrictions === null ? null : restrictions.subscriptionQuota
}

/** The id of the key that the local start command makes. Any other key is one that somebody configured. */
export const LOCAL_KEY_ID = 'local'

/**
 * A request without a token on a developer's own machine: it may read, nothing else. It exists only where the
 * local start command set `LOCAL_OPEN_READS`.
 */
export const LOCAL_READER: Caller = {
  id: 'local',
  scopes: new Set<Scope>(['qot:read', 'acc:read']),
  expiresAtMs: null,
  key: null,
  restrictions: null,
}
