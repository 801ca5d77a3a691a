import type { KeyRecord } from './key-record.ts'
import type { Restrictions } from './restrictions.ts'
import type { Scope } from './scope.ts'

/** The authenticated caller of a request. */
export interface Caller {
  /**
   * The id of the caller in subscriptions and in the order ledger. The prefix distinguishes a key with the id `alice`
   * from a JWT with the subject `alice`.
   */
  readonly id: `key:${string}` | `jwt:${string}` | 'local'
  readonly scopes: ReadonlySet<Scope>
  /** Unix time in ms at which the token expires; null when it does not expire. */
  readonly expiresAtMs: number | null
  /** The record of the key; null for a JWT and for local reads. */
  readonly key: KeyRecord | null
  /** The mark of the key as it was when the caller was admitted, see `keyMarkOf`; null without a key. */
  readonly keyMark: string | null
  /** The restrictions of the key, or of the JWT's claim and the configured default; null without restrictions. */
  readonly restrictions: Restrictions | null
}

/** The account environments in which a token may trade. */
export interface TradingRights {
  readonly simulate: boolean
  readonly real: boolean
  /** True when the token has the scope for real accounts and lacks only the limits. */
  readonly lacksLimits?: boolean
}

/**
 * The environments in which a caller may trade. `trade:real` includes simulated accounts. A JWT needs limits for real
 * accounts, because otherwise its issuer could grant unlimited trading.
 */
export function mayTrade({
  scopes,
  key,
  restrictions,
}: Pick<Caller, 'scopes' | 'key' | 'restrictions'>): TradingRights {
  const real = scopes.has('trade:real')
  const lacksLimits = real && key === null && restrictions === null
  return {
    simulate: real || scopes.has('trade:simulate'),
    real: real && !lacksLimits,
    ...(lacksLimits && { lacksLimits }),
  }
}

/** Most subscription units of the caller over all its connections; null without such a limit. */
export function quotaShareOf({ restrictions }: Caller): number | null {
  return restrictions === null ? null : restrictions.subscriptionQuota
}

/** The id of the key that the local start command creates. Every other key was configured by an operator. */
export const LOCAL_KEY_ID = 'local'

/**
 * The caller of a request without a token from the developer's own machine. It may only read, and exists only where
 * `LOCAL_OPEN_READS` is set.
 */
export const LOCAL_READER: Caller = {
  id: 'local',
  scopes: new Set<Scope>(['qot:read', 'acc:read']),
  expiresAtMs: null,
  key: null,
  keyMark: null,
  restrictions: null,
}
