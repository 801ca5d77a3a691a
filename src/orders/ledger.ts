import type { LedgerEntry } from './entry.ts'

/**
 * The most entries stored for one caller, about 100 MB. A caller with that many entries in the last 24 hours (more than
 * one per second) is refused new orders; otherwise its older entries are deleted first.
 */
export const MOST_ENTRIES_OF_CALLER = 100_000

/** OpenD's ids of one order: decimal and alphanumeric. At least one is known. */
export interface OrderIds {
  readonly orderId: string | null
  readonly orderIdEx: string | null
}

/** The part of an entry that counts against its caller's budgets. One caller may have 100,000 of them. */
export type ReservedEntry = Pick<LedgerEntry, 'id' | 'reservation' | 'holds' | 'state' | 'sentAtMs'>

/** An account and market in which orders were placed. */
export interface TradedAccount {
  /** Decimal. */
  readonly accId: string
  readonly trdEnv: number
  readonly trdMarket: number
}

/**
 * The storage of entries. Calls are synchronous and atomic within one turn of the event loop, so a check and a write
 * without an `await` between them form one transaction. A method that writes throws when the storage fails.
 */
export interface Ledger {
  /** Writes a new entry. Returns false without writing when the id is in use. */
  insert(entry: LedgerEntry): boolean
  /** Writes a refused call later, outside the request. It may be lost with the object. */
  insertRefused(entry: LedgerEntry): void
  /** Replaces the entry with that id; does nothing when the ledger no longer has it. */
  update(entry: LedgerEntry): void
  byId(id: string): LedgerEntry | null
  /**
   * The latest entry with that idempotency key that was created at or after `sinceMs` or is undecided. Refused entries
   * are left out. An undecided entry keeps its key in use until it is decided.
   */
  byIdempotencyKey(caller: string, key: string, sinceMs: number): LedgerEntry | null
  /**
   * The new order of that account (decimal id) that has one of those OpenD ids; null when the ledger has no such entry.
   */
  byOrderId(accId: string, ids: OrderIds): LedgerEntry | null
  /** The changes and cancels of that order of an account, newest first, without refused and unsent ones. */
  changesOf(accId: string, ids: OrderIds, limit: number): readonly LedgerEntry[]
  /**
   * Entries whose outcome is not known (`reserved` and `unknown`), oldest first. They are few, since each uses budget.
   */
  unresolved(): readonly LedgerEntry[]
  /** The reservations of a caller's entries created at or after `sinceMs`, in any order. */
  reservedSince(caller: string, sinceMs: number): readonly ReservedEntry[]
  /** Accepted new orders of an account (decimal id) created at or after `sinceMs`, newest first. */
  placedSince(accId: string, sinceMs: number, limit: number): readonly LedgerEntry[]
  /**
   * Accounts and markets for which new orders were inserted, each once, also when the entry has since been deleted.
   * Null for `caller` or `accId` selects all callers or all accounts.
   */
  tradedAccounts(caller: string | null, accId: string | null): readonly TradedAccount[]
  /** The position of an entry in insertion order; null when there is no such entry. */
  sequenceOf(id: string): number | null
  /** The number of stored entries of a caller; it is bounded by `MOST_ENTRIES_OF_CALLER`. */
  countOf(caller: string): number
  /** The latest calls for an account (decimal id), newest first, without refused ones. */
  latestFor(accId: string, limit: number): readonly LedgerEntry[]
  /**
   * The calls among the latest `limit` entries that were created at or after `sinceMs` and were or may have been sent,
   * newest first.
   */
  latestSent(limit: number, sinceMs: number): readonly LedgerEntry[]
  /** Deletes expired entries and those beyond their caller's bound, at most once per cleanup interval. */
  forgetOld(nowMs: number): void
  /** A page of all entries; empty when the ledger does not have the entry that the page starts from. */
  page(query: LedgerQuery): readonly LedgerEntry[]
  /** Resolves when everything written so far is durable; rejects when the storage fails. */
  sync(): Promise<void>
}

/** Filters for a page of entries, newest first. */
export interface LedgerQuery {
  /** Null for all callers. */
  readonly caller: string | null
  readonly state: string | null
  readonly accId: string | null
  /** Returns entries older than the one with this id; null starts at the newest. */
  readonly before: string | null
  readonly limit: number
}
