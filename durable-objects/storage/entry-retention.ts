import type { LedgerEntry } from '../../src/orders/entry.ts'
import type { Database, SqlBinding } from './database.ts'
import type { LedgerBounds } from './schema.ts'

/** How often old entries are deleted. */
const FORGET_INTERVAL_MS = 600_000

/** Rows deleted by one statement, so that a clean-up never delays an order: about 20 ms. */
const DELETED_AT_ONCE = 1_000

/** Counts the entries of callers and deletes old ones. */
export class EntryRetention {
  readonly #db: Database
  readonly #nowMs: () => number
  readonly #onFailure: (what: string, error: unknown) => void
  readonly #bounds: LedgerBounds
  /** The number of entries of each caller that `countOf` was called for. */
  readonly #counts = new Map<string, number>()
  #forgotAtMs = 0

  constructor(
    db: Database,
    nowMs: () => number,
    onFailure: (what: string, error: unknown) => void,
    bounds: LedgerBounds,
  ) {
    this.#db = db
    this.#nowMs = nowMs
    this.#onFailure = onFailure
    this.#bounds = bounds
  }

  /** The number of entries of a caller: read from the storage once, then counted in memory. */
  countOf(caller: string): number {
    const known = this.#counts.get(caller)
    if (known !== undefined) return known
    const { n } = this.#db.sql
      .exec<{ n: number }>('SELECT COUNT(*) AS n FROM order_entries WHERE caller = ?', caller)
      .one()
    this.#counts.set(caller, n)
    return n
  }

  /** Call it after an entry was written. Never throws, because the entry exists already. */
  inserted({ caller, state }: LedgerEntry): void {
    this.#count(caller, 1)
    this.#attempt(() => {
      if (isUnsent(state)) this.#trimUnsent(caller)
      this.#trim(caller, this.#nowMs())
    })
  }

  /** Call it after refused calls were written. Never throws. */
  insertedRefused(entries: readonly LedgerEntry[]): void {
    for (const { caller } of entries) this.#count(caller, 1)
    this.#attempt(() => {
      for (const caller of new Set(entries.map((entry) => entry.caller))) {
        this.#trimUnsent(caller)
        this.#trim(caller, this.#nowMs())
      }
    })
  }

  /** Call it after an entry was replaced. Never throws. */
  updated({ caller, state }: LedgerEntry): void {
    if (isUnsent(state)) this.#attempt(() => this.#trimUnsent(caller))
  }

  /** Deletes entries past their time or their caller's bound, one step of each, at most once per interval. */
  forgetOld(nowMs: number): void {
    if (Math.abs(nowMs - this.#forgotAtMs) < FORGET_INTERVAL_MS) return
    this.#forgotAtMs = nowMs
    for (const state of ['refused', 'not_sent']) {
      this.#delete(
        'seq IN (SELECT seq FROM order_entries WHERE state = ? ORDER BY seq LIMIT ?) AND +created_ms < ?',
        ...[state, DELETED_AT_ONCE, nowMs - this.#bounds.unsentRetentionMs],
      )
    }
    this.#delete(
      `seq IN (SELECT seq FROM order_entries WHERE seq > ? ORDER BY seq LIMIT ?)
        AND +created_ms < ? AND state NOT IN ('reserved', 'unknown')`,
      ...[0, DELETED_AT_ONCE, nowMs - this.#bounds.retentionMs],
    )
    for (const caller of this.#counts.keys()) this.#trim(caller, nowMs)
  }

  /** Deletes the oldest entries of a caller at its bound: many in one step, so the next orders delete none. */
  #trim(caller: string, nowMs: number): void {
    if ((this.#counts.get(caller) ?? 0) < this.#bounds.entriesOfCaller) return
    this.#delete(
      `seq IN (SELECT seq FROM order_entries WHERE caller = ? AND created_ms < ?
        AND state NOT IN ('reserved', 'unknown') ORDER BY created_ms, seq LIMIT ?)`,
      ...[caller, nowMs - this.#bounds.trimmedAfterMs, DELETED_AT_ONCE],
    )
  }

  #trimUnsent(caller: string): void {
    this.#delete(
      `seq IN (SELECT seq FROM order_entries WHERE caller = ? AND state IN ('refused', 'not_sent')
        ORDER BY seq DESC LIMIT ? OFFSET ?)`,
      ...[caller, DELETED_AT_ONCE, this.#bounds.unsentOfCaller],
    )
  }

  #delete(where: string, ...bindings: readonly SqlBinding[]): void {
    const deleted = this.#db.sql
      .exec<{ caller: string }>(`DELETE FROM order_entries WHERE ${where} RETURNING caller`, ...bindings)
      .toArray()
    for (const { caller } of deleted) this.#count(caller, -1)
  }

  /** Ignores a caller without a count in memory: `countOf` reads it from the storage. */
  #count(caller: string, change: number): void {
    const known = this.#counts.get(caller)
    if (known !== undefined) this.#counts.set(caller, known + change)
  }

  #attempt(trim: () => void): void {
    try {
      trim()
    } catch (error) {
      this.#onFailure('old entries could not be deleted', error)
    }
  }
}

function isUnsent(state: string): boolean {
  return state === 'refused' || state === 'not_sent'
}
