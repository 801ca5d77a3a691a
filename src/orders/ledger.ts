import type { LedgerEntry } from './entry.ts'

/**
 * Where entries are kept. Calls are synchronous and atomic with each other inside one turn of the event loop, so what
 * is checked and written without an `await` in between is one transaction.
 */
export interface Ledger {
  /** Writes a new entry. False, and nothing is written, when its id is taken. */
  insert(entry: LedgerEntry): boolean
  /** Writes a refused call down some time soon. Nobody waits for it, and it may be lost with the object. */
  insertRefused(entry: LedgerEntry): void
  /** Replaces the entry of that id. */
  update(entry: LedgerEntry): void
  byId(id: string): LedgerEntry | null
  /** The latest entry under that idempotency key made at or after `sinceMs`, refused ones left out. */
  byIdempotencyKey(caller: string, key: string, sinceMs: number): LedgerEntry | null
  /** Entries whose outcome is not known, oldest first; few, since each holds a caller's budget. */
  unsettled(): readonly LedgerEntry[]
  /** A caller's entries with a reservation made at or after `sinceMs`. */
  reservedSince(caller: string, sinceMs: number): readonly LedgerEntry[]
  /** Accepted new orders made at or after `sinceMs`, newest first: a caller's, or everybody's with null. */
  ordersSince(caller: string | null, sinceMs: number): readonly LedgerEntry[]
  /** The latest calls for an account (decimal id), newest first, refused ones left out. */
  latestFor(accId: string, limit: number): readonly LedgerEntry[]
  /** Of the latest `limit` entries, the calls made since that time that left, or may have. */
  latestSent(limit: number, sinceMs: number): readonly LedgerEntry[]
  /** How many entries are unknown. */
  countUnknown(): number
  /** Deletes entries that nobody will ask for any more, when it is time for that again. */
  forgetOld(nowMs: number): void
  /** A page of everything that was written down. */
  page(query: LedgerQuery): readonly LedgerEntry[]
  /** Resolves when everything written so far is durable. */
  sync(): Promise<void>
}

/** Filters for a page of entries, newest first. */
export interface LedgerQuery {
  /** Null for everybody's. */
  readonly caller: string | null
  readonly state: string | null
  readonly accId: string | null
  /** Entries older than the one of this id; null for the newest. */
  readonly before: string | null
  readonly limit: number
}
