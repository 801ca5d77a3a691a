import { fail, succeed, type Result } from '../base/result.ts'
import { hasJwtShape } from './bearer.ts'
import type { Caller } from './caller.ts'
import { createJwtVerifier, type JwtVerifier } from './jwt.ts'
import type { JwtSettings } from './jwt-settings.ts'
import type { KeyRecord } from './key-record.ts'
import { findKey, type KeyTable } from './key-table.ts'

/** Resolves tokens to callers. */
export class Authenticator {
  readonly #keys: KeyTable
  readonly #jwt: JwtVerifier | null
  /**
   * The records of tokens that matched before, so that each token is hashed and compared once. Wrong tokens are not
   * cached: they are hashed each time, and the map has no more entries than there are records. The map contains the
   * record and not the decision, so a frozen or expired key is refused at every use. A reload or another configuration
   * starts with an empty map.
   */
  readonly #found = new Map<string, KeyRecord>()

  /** `jwt` is null when JWTs are not configured; every token is then looked up as a key. */
  constructor(keys: KeyTable, jwt: JwtSettings | null, fetchKeys: typeof fetch) {
    this.#keys = keys
    this.#jwt = jwt === null ? null : createJwtVerifier(jwt, fetchKeys)
  }

  /**
   * The caller of a well-formed token. Failures: `auth.invalid_token` (unknown, frozen, invalid signature),
   * `auth.expired_token`, `auth.issuer_unavailable`.
   */
  async identify(token: string, nowMs: number): Promise<Result<Caller>> {
    if (this.#jwt !== null && hasJwtShape(token)) return this.#jwt.verify(token, nowMs)
    const key = this.#found.get(token) ?? this.#find(token)
    if (key === null || key.isFrozen) return fail({ code: 'auth.invalid_token' })
    if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) return fail({ code: 'auth.expired_token' })
    return succeed({ id: `key:${key.id}`, scopes: key.scopes, expiresAtMs: key.expiresAtMs, key, restrictions: key })
  }

  #find(token: string): KeyRecord | null {
    const key = findKey(this.#keys, token)
    if (key !== null) this.#found.set(token, key)
    return key
  }
}
