import type { KeyRecord } from './key-record.ts'
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
  /** The record with the key's whitelists and limits; null for a JWT and for local reads, which carry none. */
  readonly key: KeyRecord | null
}

/** What an order call may do: `trade:real` also trades simulated accounts, `trade:simulate` only those. */
export function mayTrade(scopes: ReadonlySet<Scope>): { readonly simulate: boolean; readonly real: boolean } {
  const real = scopes.has('trade:real')
  return { simulate: real || scopes.has('trade:simulate'), real }
}

/**
 * Most subscription units that the caller may hold over all its connections; null without such a share. Only a key's
 * record gives one: what a JWT's issuer writes into claims is no business of OpenD's quota.
 */
export function quotaShareOf({ key }: Caller): number | null {
  return key === null ? null : key.subscriptionQuota
}

/**
 * A request without a token on a developer's own machine: it may read, nothing else. It exists only where the
 * local start command set `LOCAL_OPEN_READS`.
 */
export const LOCAL_READER: Caller = {
  id: 'local',
  scopes: new Set<Scope>(['qot:read', 'acc:read']),
  expiresAtMs: null,
  key: null,
}
