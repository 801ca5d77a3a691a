import { fail, succeed, type Result } from '../base/result.ts'
import { hasJwtShape } from './bearer.ts'
import type { Caller } from './caller.ts'
import { createJwtVerifier, type JwtVerifier } from './jwt.ts'
import type { JwtSettings } from './jwt-settings.ts'
import type { KeyRecord } from './key-record.ts'
import { findKey, type KeyTable } from './key-table.ts'

/** Finds out whom a token stands for. */
export class Authenticator {
  readonly #keys: KeyTable
  readonly #jwt: JwtVerifier | null
  /**
   * The records of tokens that were right before, so that hashing and comparing are paid once. A wrong token never gets
   * in: guesses are always hashed, and there are no more entries than records. Kept is the record and no verdict, so
   * whether it is frozen or has expired is asked at every use. A reload or another configuration starts anew.
   */
  readonly #found = new Map<string, KeyRecord>()

  /** `jwt` is null when JWTs are not configured; every token is then looked up as a key. */
  constructor(keys: KeyTable, jwt: JwtSettings | null, fetchKeys: typeof fetch) {
    this.#keys = keys
    this.#jwt = jwt === null ? null : createJwtVerifier(jwt, fetchKeys)
  }

  /**
   * The caller behind a well-formed token. Failures: `auth.invalid_token` (unknown, frozen, badly signed),
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
