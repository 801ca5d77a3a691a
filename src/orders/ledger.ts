import type { LedgerEntry } from './entry.ts'

/**
 * Entries that are kept of one caller, about 100 MB. A caller that has so many of the last 24 hours, one every second of
 * them, is refused new orders: older entries are deleted first.
 */
export const MOST_ENTRIES_OF_CALLER = 100_000

/** OpenD's ids of one order: decimal and alphanumeric. At least one is known. */
export interface OrderIds {
  readonly orderId: string | null
  readonly orderIdEx: string | null
}

/** What an entry holds of its caller's budgets. A caller may have a hundred thousand of them. */
export type ReservedEntry = Pick<LedgerEntry, 'id' | 'reservation' | 'holds' | 'state' | 'sentAtMs'>

/** An account and market in which orders were placed. */
export interface TradedAccount {
  /** Decimal. */
  readonly accId: string
  readonly trdEnv: number
  readonly trdMarket: number
}

/**
 * Where entries are kept. Calls are synchronous and atomic with each other inside one turn of the event loop, so what
 * is checked and written without an `await` in between is one transaction. A method that writes throws when the storage
 * fails.
 */
export interface Ledger {
  /** Writes a new entry. False, and nothing is written, when its id is taken. */
  insert(entry: LedgerEntry): boolean
  /** Writes a refused call down some time soon. No caller waits for it, and it may be lost with the object. */
  insertRefused(entry: LedgerEntry): void
  /** Replaces the entry of that id; does nothing when it is not kept any more. */
  update(entry: LedgerEntry): void
  byId(id: string): LedgerEntry | null
  /**
   * The latest entry under that idempotency key that was made at or after `sinceMs` or is undecided, refused ones left
   * out: an entry whose outcome is not known holds its key for as long as that lasts.
   */
  byIdempotencyKey(caller: string, key: string, sinceMs: number): LedgerEntry | null
  /** The new order of that account (decimal id) to which OpenD gave one of those ids; null when none is known. */
  byOrderId(accId: string, ids: OrderIds): LedgerEntry | null
  /** The changes and cancels of that order of an account, newest first, refused and unsent ones left out. */
  changesOf(accId: string, ids: OrderIds, limit: number): readonly LedgerEntry[]
  /** Entries whose outcome is not known (`reserved` and `unknown`), oldest first; few, since each holds a budget. */
  unresolved(): readonly LedgerEntry[]
  /** What a caller's entries made at or after `sinceMs` hold of its budgets, in any order. */
  reservedSince(caller: string, sinceMs: number): readonly ReservedEntry[]
  /** Accepted new orders of an account (decimal id) made at or after `sinceMs`, the last made first. */
  placedSince(accId: string, sinceMs: number, limit: number): readonly LedgerEntry[]
  /**
   * Accounts and markets for which entries of new orders were inserted, each once and also when the entry is gone by now:
   * by that caller, or by everybody with null; of that account, or of all.
   */
  tradedAccounts(caller: string | null, accId: string | null): readonly TradedAccount[]
  /** The place of an entry in the order in which entries were written; null when there is no such entry. */
  sequenceOf(id: string): number | null
  /** How many entries of a caller are kept: each caller has room for a bounded number. */
  countOf(caller: string): number
  /** The latest calls for an account (decimal id), newest first, refused ones left out. */
  latestFor(accId: string, limit: number): readonly LedgerEntry[]
  /** Of the latest `limit` entries, the calls made since that time that left, or may have, newest first. */
  latestSent(limit: number, sinceMs: number): readonly LedgerEntry[]
  /** Deletes entries that are past their time or their caller's bound, when it is time for that again. */
  forgetOld(nowMs: number): void
  /** A page of everything that was written down; empty when the entry it starts from is not kept. */
  page(query: LedgerQuery): readonly LedgerEntry[]
  /** Resolves when everything written so far is durable; rejects when the storage fails. */
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
