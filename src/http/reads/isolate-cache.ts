import { MAX_CACHED_CHARS, MAX_CACHED_GRANTS } from '../../base/memory-budget.ts'

/**
 * How long an answer may be served again: too short for a person to see, and long enough for a burst of equal reads.
 */
export const VALUE_FRESH_MS = 100

/**
 * How long a permission of the gateway object to read something is valid here. Until then, a caller can still read a
 * subscription that has ended through another isolate.
 */
export const GRANT_MS = 1_000

/** A longer body is not cached: it is rarely sent twice, and its text is the key. 100 securities fit. */
export const MAX_BODY_CHARS = 4_096

/** Most cached reads. A caller that makes more different reads only loses the benefit of the cache. */
export const MAX_ENTRIES = 1_000

/**
 * A longer answer is not cached: it would evict too many others. A snapshot of 400 securities has about half of this.
 */
export const MAX_ANSWER_CHARS = 1024 * 1024

/** An answer that may be served again. */
export interface CachedAnswer {
  /** The text of the response. */
  readonly json: string
  /** When the gateway received it from OpenD, Unix ms. */
  readonly asOfMs: number
}

interface Entry {
  answer: CachedAnswer
  /** When the answer came, Unix ms. */
  readAtMs: number
  /** When the gateway object last allowed a caller to read this, by caller, oldest first. */
  readonly grants: Map<string, number>
}

/**
 * The last answers of this isolate, so that equal reads of many callers are one call of the gateway object in 100 ms.
 * Callers share values, not permissions: a caller gets a value only if the object allowed it the same read within the
 * last second. Pure: time is an argument. Not a `BoundedMap`: entries, characters, grants and ages are bounded
 * together.
 */
export class IsolateCache {
  /** By read, oldest answer first. */
  readonly #entries = new Map<string, Entry>()
  #chars = 0
  #grants = 0
  #withdrawals = 0

  /** The key of a read; null when it is not cached. */
  static keyOf(path: string, body: string): string | null {
    return body.length > MAX_BODY_CHARS ? null : `${path} ${body}`
  }

  /** The answer that may be served to this caller again, or null. */
  find(caller: string, key: string, nowMs: number): CachedAnswer | null {
    const entry = this.#entries.get(key)
    if (entry === undefined || !isWithin(entry.readAtMs, nowMs, VALUE_FRESH_MS)) return null
    const grantedAtMs = entry.grants.get(caller)
    return grantedAtMs !== undefined && isWithin(grantedAtMs, nowMs, GRANT_MS) ? entry.answer : null
  }

  /**
   * To be read before the gateway object is called, and passed to `store`: shows whether a permission ended meanwhile.
   */
  get ticket(): number {
    return this.#withdrawals
  }

  /** Caches an answer of the gateway object, and the permission of its caller. */
  store(caller: string, key: string, answer: CachedAnswer, ticket: number, nowMs: number): void {
    if (ticket !== this.#withdrawals || answer.json.length > MAX_ANSWER_CHARS) return
    const before = this.#remove(key)
    const grants = before?.grants ?? new Map<string, number>()
    const isNewer = before === null || answer.asOfMs >= before.answer.asOfMs
    // Answers may arrive out of order.
    const isCached = isNewer || !isWithin(before.readAtMs, nowMs, VALUE_FRESH_MS)
    const entry = isCached ? { answer, readAtMs: nowMs, grants } : { ...before, grants }
    this.#grant(entry.grants, caller, nowMs)
    this.#add(key, entry)
    this.#shrink(nowMs)
  }

  /** The gateway object refused this read to the caller. */
  refuse(caller: string, key: string): void {
    if (this.#entries.get(key)?.grants.delete(caller) === true) this.#grants--
  }

  /** Ends all permissions of a caller whose subscriptions may have changed. */
  withdraw(caller: string): void {
    this.#withdrawals++
    for (const { grants } of this.#entries.values()) if (grants.delete(caller)) this.#grants--
  }

  #grant(grants: Map<string, number>, caller: string, nowMs: number): void {
    // Removed and added again, so that the oldest stays first.
    grants.delete(caller)
    for (const [other, grantedAtMs] of grants) {
      if (isWithin(grantedAtMs, nowMs, GRANT_MS)) break
      grants.delete(other)
    }
    if (this.#grants + grants.size < MAX_CACHED_GRANTS) grants.set(caller, nowMs)
  }

  #add(key: string, entry: Entry): void {
    this.#entries.set(key, entry)
    this.#chars += key.length + entry.answer.json.length
    this.#grants += entry.grants.size
  }

  #remove(key: string): Entry | null {
    const entry = this.#entries.get(key)
    if (entry === undefined) return null
    this.#entries.delete(key)
    this.#chars -= key.length + entry.answer.json.length
    this.#grants -= entry.grants.size
    return entry
  }

  /** Drops the oldest entries while there are too many, and those that no caller may read any more. */
  #shrink(nowMs: number): void {
    for (const [key, { readAtMs }] of this.#entries) {
      const isTooMuch = this.#entries.size > MAX_ENTRIES || this.#chars > MAX_CACHED_CHARS
      if (!isTooMuch && isWithin(readAtMs, nowMs, GRANT_MS)) break
      this.#remove(key)
    }
  }
}

/** False for a time in the future, too: the clock may have been set back. */
function isWithin(atMs: number, nowMs: number, spanMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < spanMs
}
