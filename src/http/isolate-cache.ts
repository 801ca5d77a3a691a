/** How long an answer may be served again: far below what a person sees, and most of a burst of the same reads. */
export const VALUE_FRESH_MS = 100

/**
 * How long the object's word that a caller may read something holds. Within it a subscription that went away elsewhere
 * may still be read here.
 */
export const GRANT_MS = 1_000

/** Longer bodies are rarely sent twice, and their text is a key. 100 securities fit. */
export const MAX_BODY_CHARS = 4_096

/** Different reads of one second that pay to be kept. A caller can invent more, and then only loses its own time. */
export const MAX_ENTRIES = 1_000

/** Characters of all answers together: at most 16 MiB of the 128 MiB that an isolate has. */
export const MAX_TOTAL_CHARS = 8 * 1024 * 1024

/** A longer answer would push out too many others; a snapshot of 400 securities has about half of this. */
export const MAX_ANSWER_CHARS = 1024 * 1024

/** Callers of all entries together. Past it newcomers ask the object, as they would without this cache. */
export const MAX_GRANTS = 10_000

/** An answer that may be served again. */
export interface CachedAnswer {
  /** The finished text of the response. */
  readonly json: string
  /** When the gateway had it from OpenD, Unix ms. */
  readonly asOfMs: number
}

interface Entry {
  answer: CachedAnswer
  /** When the answer came, Unix ms. */
  readAtMs: number
  /** When the object last let a caller read this, by caller, the longest ago first. */
  readonly grants: Map<string, number>
}

/**
 * What this isolate has just read, so that many asking for the same wake the gateway object once in 100 ms. Values are
 * everybody's, permissions are not: a value goes only to a caller whom the object itself let read the same within the
 * last second. Pure: time is an argument. Not a `BoundedMap`: entries, characters, grants and ages are bounded together.
 */
export class IsolateCache {
  /** By read, the one that was read the longest ago first. */
  readonly #entries = new Map<string, Entry>()
  #chars = 0
  #grants = 0
  #withdrawals = 0

  /** The name of a read, or null for one that is not kept. */
  static keyOf(path: string, body: string): string | null {
    return body.length > MAX_BODY_CHARS ? null : `${path} ${body}`
  }

  /** The answer that this caller may have again, or null. */
  find(caller: string, key: string, nowMs: number): CachedAnswer | null {
    const entry = this.#entries.get(key)
    if (entry === undefined || !isWithin(entry.readAtMs, nowMs, VALUE_FRESH_MS)) return null
    const grantedAtMs = entry.grants.get(caller)
    return grantedAtMs !== undefined && isWithin(grantedAtMs, nowMs, GRANT_MS) ? entry.answer : null
  }

  /** To be asked for before the object is, and handed to `keep`: it shows whether permissions were withdrawn meanwhile. */
  get ticket(): number {
    return this.#withdrawals
  }

  /** Keeps what the object has just answered to a caller, and that it did. */
  keep(caller: string, key: string, answer: CachedAnswer, ticket: number, nowMs: number): void {
    if (ticket !== this.#withdrawals || answer.json.length > MAX_ANSWER_CHARS) return
    const before = this.#remove(key)
    const grants = before?.grants ?? new Map<string, number>()
    const isNewer = before === null || answer.asOfMs >= before.answer.asOfMs
    // Answers may overtake each other on their way here.
    const isCached = isNewer || !isWithin(before.readAtMs, nowMs, VALUE_FRESH_MS)
    const entry = isCached ? { answer, readAtMs: nowMs, grants } : { ...before, grants }
    this.#grant(entry.grants, caller, nowMs)
    this.#add(key, entry)
    this.#shrink(nowMs)
  }

  /** The object did not let the caller read this. */
  refuse(caller: string, key: string): void {
    if (this.#entries.get(key)?.grants.delete(caller) === true) this.#grants--
  }

  /** The caller's subscriptions may have changed: nothing that the object let it read before counts any longer. */
  withdraw(caller: string): void {
    this.#withdrawals++
    for (const { grants } of this.#entries.values()) if (grants.delete(caller)) this.#grants--
  }

  #grant(grants: Map<string, number>, caller: string, nowMs: number): void {
    // Taken out and put in again, so that the oldest stays in front.
    grants.delete(caller)
    for (const [other, grantedAtMs] of grants) {
      if (isWithin(grantedAtMs, nowMs, GRANT_MS)) break
      grants.delete(other)
    }
    if (this.#grants + grants.size < MAX_GRANTS) grants.set(caller, nowMs)
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

  /** Drops the longest unread while there is too much, and whatever no caller may have any longer. */
  #shrink(nowMs: number): void {
    for (const [key, { readAtMs }] of this.#entries) {
      const isTooMuch = this.#entries.size > MAX_ENTRIES || this.#chars > MAX_TOTAL_CHARS
      if (!isTooMuch && isWithin(readAtMs, nowMs, GRANT_MS)) break
      this.#remove(key)
    }
  }
}

/** A clock that was set back makes things come from the future; those are not trusted either. */
function isWithin(atMs: number, nowMs: number, spanMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < spanMs
}
