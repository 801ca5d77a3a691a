import { fail, succeed, type Result } from '../base/result.ts'
import { BoundedMap } from '../base/collections/bounded-map.ts'
import { MAX_CACHED_KEYS } from '../base/memory-budget.ts'
import { hexOf } from '../base/hex.ts'
import { sha256 } from '../transport/native-crypto.ts'
import { isInRanges } from './address-range.ts'
import { hasJwtShape, isKeyShape } from './bearer.ts'
import type { Caller } from './caller.ts'
import { keyMarkOf, matchedDigest } from './caller-standing.ts'
import { createJwtVerifier, type JwtVerifier } from './jwt.ts'
import type { JwtSettings } from './jwt-settings.ts'
import type { KeyRecord } from './key-record.ts'
import { findKey, type KeyTable } from './key-table.ts'

/**
 * Finds the record of a key of the key service by the SHA-256 of the token (hex); null when there is none. Failures:
 * those of the source, such as an unreachable gateway object.
 */
export type StoredKeyLookup = (hash: string) => Promise<Result<KeyRecord | null>>

/** Who sends a token, and when. */
export interface Presented {
  /** Unix ms. */
  readonly nowMs: number
  /** The address of the client; null when it is not known. A key that is limited to addresses is then refused. */
  readonly address: string | null
  /** The source of the keys that are not configured. */
  readonly lookup: StoredKeyLookup
}

/** Resolves tokens to callers. */
export class Authenticator {
  readonly #keys: KeyTable
  readonly #jwt: JwtVerifier | null
  /**
   * The records of tokens that matched before, so that each token is compared once. Wrong tokens are not cached: they are
   * compared each time, and the map has no more entries than there are hashes. The map contains the record and not the
   * decision, so a frozen or expired key is refused at every use. A reload or another configuration starts with an empty
   * map.
   */
  readonly #found = new Map<string, { readonly record: KeyRecord; readonly digest: Uint8Array }>()

  /**
   * The digests of tokens whose key the lookup found, so that each is hashed once. The record is looked up at every use.
   * Wrong tokens are not cached.
   */
  readonly #digests = new BoundedMap<string, Uint8Array>(MAX_CACHED_KEYS)

  /** `jwt` is null when JWTs are not configured; every token is then looked up as a key. */
  constructor(keys: KeyTable, jwt: JwtSettings | null, fetchKeys: typeof fetch) {
    this.#keys = keys
    this.#jwt = jwt === null ? null : createJwtVerifier(jwt, fetchKeys)
  }

  /**
   * The caller of a well-formed token. Failures: `auth.invalid_token` (unknown, frozen, not valid yet, invalid
   * signature), `auth.expired_token`, `auth.address_not_allowed`, `auth.issuer_unavailable`, and those of the lookup.
   */
  async identify(token: string, presented: Presented): Promise<Result<Caller>> {
    const { nowMs } = presented
    if (this.#jwt !== null && hasJwtShape(token)) return this.#jwt.verify(token, nowMs)
    const configured = this.#found.get(token) ?? this.#find(token)
    if (configured !== null) return callerOf(configured.record, configured.digest, presented)
    if (!isKeyShape(token)) return fail({ code: 'auth.invalid_token' })
    const digest = this.#digests.get(token) ?? sha256(token)
    const stored = await presented.lookup(hexOf(digest))
    if (!stored.ok) return stored
    if (stored.value !== null) this.#digests.set(token, digest)
    return stored.value === null ? fail({ code: 'auth.invalid_token' }) : callerOf(stored.value, digest, presented)
  }

  #find(token: string): { readonly record: KeyRecord; readonly digest: Uint8Array } | null {
    const digest = sha256(token)
    const record = findKey(this.#keys, digest)
    if (record === null) return null
    const found = { record, digest }
    this.#found.set(token, found)
    return found
  }
}

/** The caller of a key whose token has that digest. */
function callerOf(key: KeyRecord, given: Uint8Array, { nowMs, address }: Presented): Result<Caller> {
  const matched = matchedDigest(key, given, nowMs)
  const isEarly = key.notBeforeMs !== null && key.notBeforeMs > nowMs
  if (matched === null || key.isFrozen || isEarly) return fail({ code: 'auth.invalid_token' })
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) return fail({ code: 'auth.expired_token' })
  const isElsewhere = [key, ...key.ancestors].some(
    ({ addresses }) => addresses !== null && !isInRanges(address, addresses),
  )
  if (isElsewhere) return fail({ code: 'auth.address_not_allowed' })
  const ends = [key.expiresAtMs, matched.untilMs].filter((end) => end !== null)
  return succeed({
    id: `key:${key.id}`,
    scopes: key.scopes,
    expiresAtMs: ends.length === 0 ? null : Math.min(...ends),
    key,
    keyMark: keyMarkOf(key, matched.digest),
    restrictions: key,
  })
}
