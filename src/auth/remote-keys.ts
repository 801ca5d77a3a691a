import { MAX_CACHED_KEYS, MAX_WRONG_TOKENS } from '../base/memory-budget.ts'
import { BoundedMap } from '../base/collections/bounded-map.ts'
import { fail, succeed, type Result } from '../base/result.ts'
import type { StoredKeyLookup } from './authenticator.ts'
import type { KeyRecord } from './key-record.ts'

/**
 * How long a record may be used without asking the gateway object. The object checks each call again, so a longer time
 * would only delay a refusal from this isolate. A refusal is never made from a cached record.
 */
export const RECORD_FRESH_MS = 5_000

/** How long a token that was not found is refused without asking again. A new token was never sent before. */
export const WRONG_TOKEN_MS = 5_000

/**
 * Wrong tokens per second that an isolate looks up, and unknown tokens that it looks up at the same time. A team has tens
 * of keys, all of which may come at once to a new isolate; a flood of invented tokens must not reach the object, which
 * all callers share.
 */
export const MOST_WRONG_LOOKUPS = 20
const MOST_RUNNING_LOOKUPS = 100
const LOOKUP_WINDOW_MS = 1_000

/** A record of the key service as this isolate has it. */
export interface RemoteKey {
  readonly record: KeyRecord | null
  /** Whether the record may be out of date. */
  readonly isCached: boolean
}

/** The keys of the key service that an isolate of the Worker has seen, by the SHA-256 of the token (hex). */
export class RemoteKeys {
  readonly #records = new BoundedMap<string, { readonly record: KeyRecord; readonly atMs: number }>(MAX_CACHED_KEYS)
  readonly #wrong = new BoundedMap<string, number>(MAX_WRONG_TOKENS)
  /** Hashes that are being looked up and were not found before, with the number of lookups of each. */
  readonly #unproven = new Map<string, number>()
  /** Times of the lookups of the last second that found nothing, oldest first; bounded by both numbers above. */
  #misses: number[] = []

  /**
   * The record of a key; asks `lookup` unless a fresh record is cached. With `isFresh` a cached record is not used.
   * Failures: those of `lookup`, and `auth.too_many_failures`.
   */
  async find(hash: string, nowMs: number, isFresh: boolean, lookup: StoredKeyLookup): Promise<Result<RemoteKey>> {
    const known = this.#records.get(hash)
    if (!isFresh && known !== undefined && isWithin(known.atMs, nowMs, RECORD_FRESH_MS)) {
      return succeed({ record: known.record, isCached: true })
    }
    const wrongAtMs = this.#wrong.get(hash)
    if (wrongAtMs !== undefined && isWithin(wrongAtMs, nowMs, WRONG_TOKEN_MS)) {
      return succeed({ record: null, isCached: false })
    }
    const isProven = known !== undefined
    const waitMs = isProven ? null : this.#waitMs(hash, nowMs)
    if (waitMs !== null) return fail({ code: 'auth.too_many_failures', retryAfterMs: waitMs })
    const found = await this.#ask(hash, isProven, lookup)
    if (!found.ok) return found
    if (found.value === null) this.#missed(hash, nowMs)
    else this.#records.set(hash, { record: found.value, atMs: nowMs })
    return succeed({ record: found.value, isCached: false })
  }

  async #ask(hash: string, isProven: boolean, lookup: StoredKeyLookup): Promise<Result<KeyRecord | null>> {
    if (isProven) return lookup(hash)
    this.#unproven.set(hash, (this.#unproven.get(hash) ?? 0) + 1)
    try {
      return await lookup(hash)
    } finally {
      const left = (this.#unproven.get(hash) ?? 1) - 1
      if (left > 0) this.#unproven.set(hash, left)
      else this.#unproven.delete(hash)
    }
  }

  /** The time until one more unproven token may be looked up; null when it may be now. */
  #waitMs(hash: string, nowMs: number): number | null {
    this.#misses = this.#misses.filter((atMs) => isWithin(atMs, nowMs, LOOKUP_WINDOW_MS))
    if (this.#unproven.has(hash)) return null
    const hasRoom = this.#misses.length < MOST_WRONG_LOOKUPS && this.#unproven.size < MOST_RUNNING_LOOKUPS
    return hasRoom ? null : LOOKUP_WINDOW_MS
  }

  #missed(hash: string, nowMs: number): void {
    this.#records.delete(hash)
    this.#wrong.set(hash, nowMs)
    this.#misses.push(nowMs)
  }
}

/** False for a time in the future, too: the clock may have been set back. */
function isWithin(atMs: number, nowMs: number, spanMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < spanMs
}
