import { CHILD_MARK } from '../../src/keys/key-directory.ts'
import type { Timers } from '../../src/base/time/timers.ts'
import type { LedgerEntry } from '../../src/orders/entry.ts'
import type { Ledger, LedgerQuery, OrderIds, ReservedEntry, TradedAccount } from '../../src/orders/ledger.ts'
import type { Database, SqlBinding } from './database.ts'
import { EntryRetention } from './entry-retention.ts'
import { type EntryRow, entryText, readEntry, readReserved, type ReservedRow } from './entry-row.ts'
import { RefusedQueue } from './refused-queue.ts'
import { LEDGER_BOUNDS, type LedgerBounds } from './schema.ts'
import { TradedAccounts } from './traded-accounts.ts'

/** Above every `seq`. It is the bound of a page without a start, so that every page uses the same kind of statement. */
const NEWEST = Number.MAX_SAFE_INTEGER

/** The ledger in the object's storage; see `schema.ts`. An order takes one INSERT, and one UPDATE after its reply. */
export class SqlLedger implements Ledger {
  readonly #db: Database
  readonly #retention: EntryRetention
  readonly #traded: TradedAccounts
  readonly #refused: RefusedQueue

  /**
   * `onFailure` is called with a description and the error when the storage fails in work that no call waits for. Run
   * `migrate` on the storage first.
   */
  constructor(
    db: Database,
    timers: Timers,
    onFailure: (what: string, error: unknown) => void,
    bounds: LedgerBounds = LEDGER_BOUNDS,
  ) {
    this.#db = db
    this.#retention = new EntryRetention(db, () => timers.nowMs(), onFailure, bounds)
    this.#traded = new TradedAccounts(db)
    this.#refused = new RefusedQueue(timers, (entries) => this.#writeRefused(entries), onFailure)
  }

  insert(entry: LedgerEntry): boolean {
    this.#refused.flush()
    const isNew = this.#traded.isNew(entry) ? this.#insertFirst(entry) : this.#insert(entry, entry.idempotencyKey)
    if (isNew) this.#retention.inserted(entry)
    return isNew
  }

  insertRefused(entry: LedgerEntry): void {
    this.#refused.add(entry)
  }

  update(entry: LedgerEntry): void {
    const { id, state, orderId, orderIdEx, reply } = entry
    this.#db.sql.exec(
      'UPDATE order_entries SET state = ?, entry = ?, reply = ?, order_id = ?, order_id_ex = ? WHERE id = ?',
      ...[state, entryText(entry), reply, orderId, orderIdEx, id],
    )
    this.#retention.updated(entry)
  }

  byId(id: string): LedgerEntry | null {
    this.#refused.flush()
    return this.#entries('id = ?', id)[0] ?? null
  }

  byIdempotencyKey(caller: string, key: string, sinceMs: number): LedgerEntry | null {
    const where = `caller = ? AND idempotency_key = ? AND state != 'refused'
      AND (created_ms >= ? OR state IN ('reserved', 'unknown')) ORDER BY seq DESC LIMIT 1`
    return this.#entries(where, caller, key, sinceMs)[0] ?? null
  }

  unresolved(): readonly LedgerEntry[] {
    const where = 'state = ? ORDER BY seq'
    const rows = [...this.#select(where, 'reserved'), ...this.#select(where, 'unknown')]
    return rows.toSorted((one, other) => one.seq - other.seq).map(readEntry)
  }

  reservedSince(caller: string, sinceMs: number): readonly ReservedEntry[] {
    const columns = `id, state, json_extract(entry, '$.reservation') AS reservation,
      json_extract(entry, '$.holds') AS holds, json_extract(entry, '$.sentAtMs') AS sentAtMs`
    const rows = this.#db.sql.exec<ReservedRow>(
      `SELECT ${columns} FROM order_entries WHERE caller = ? AND created_ms >= ? AND state != 'refused'
       UNION ALL SELECT ${columns} FROM order_entries WHERE caller > ? AND caller < ? AND created_ms >= ?
         AND state != 'refused' AND instr(json_extract(entry, '$.payers'), ?) > 0`,
      ...[caller, sinceMs, ...childRange(caller), sinceMs, JSON.stringify(caller)],
    )
    return rows.toArray().flatMap(readReserved)
  }

  latestFor(accId: string, limit: number): readonly LedgerEntry[] {
    return this.#entries(`acc_id = ? AND state != 'refused' ORDER BY seq DESC LIMIT ?`, accId, limit)
  }

  latestSent(limit: number, sinceMs: number): readonly LedgerEntry[] {
    const latest = 'SELECT seq FROM order_entries WHERE seq <= ? ORDER BY seq DESC LIMIT ?'
    const where = `seq IN (${latest}) AND +created_ms >= ? AND state NOT IN ('refused', 'not_sent') ORDER BY seq DESC`
    return this.#entries(where, NEWEST, limit, sinceMs)
  }

  page({ caller, state, accId, before, limit }: LedgerQuery): readonly LedgerEntry[] {
    this.#refused.flush()
    const belowSeq = before === null ? NEWEST : this.sequenceOf(before)
    if (belowSeq === null) return []
    const filters = [
      { column: 'caller', value: caller },
      { column: 'acc_id', value: accId },
      { column: 'state', value: state },
    ].flatMap(({ column, value }) => (value === null ? [] : [{ column, value }]))
    // The first column has an index in the order of the page; the plus keeps SQLite from choosing another index.
    const terms = filters.map(({ column }, index) => `${index === 0 ? '' : '+'}${column} = ? AND `)
    const values = filters.map(({ value }) => value)
    return this.#entries(`${terms.join('')}seq < ? ORDER BY seq DESC LIMIT ?`, ...values, belowSeq, limit)
  }

  byOrderId(accId: string, { orderId, orderIdEx }: OrderIds): LedgerEntry | null {
    // One statement for both ids, because it runs for every accepted order. In SQL, null equals no value.
    const of = (column: string): string =>
      `SELECT seq FROM order_entries WHERE acc_id = ? AND kind = 'place' AND ${column} = ?`
    const where = `seq IN (${of('order_id')} UNION ALL ${of('order_id_ex')})`
    return newestOf(this.#select(where, accId, orderId, accId, orderIdEx), 1)[0] ?? null
  }

  changesOf(accId: string, { orderId, orderIdEx }: OrderIds, limit: number): readonly LedgerEntry[] {
    // One statement, as above. A change that names both ids matches twice and is returned once.
    const of = (column: string): string =>
      `SELECT seq FROM order_entries WHERE acc_id = ? AND ${column} = ? AND state NOT IN ('refused', 'not_sent')`
    const where = `seq IN (${of('target_order_id')} UNION ALL ${of('target_order_id_ex')}) ORDER BY seq DESC LIMIT ?`
    return this.#entries(where, accId, orderId, accId, orderIdEx, limit)
  }

  placedSince(accId: string, sinceMs: number, limit: number): readonly LedgerEntry[] {
    const where = `acc_id = ? AND kind = 'place' AND state = 'accepted' AND created_ms >= ?
      ORDER BY created_ms DESC, seq DESC LIMIT ?`
    return this.#entries(where, accId, sinceMs, limit)
  }

  tradedAccounts(caller: string | null, accId: string | null): readonly TradedAccount[] {
    return this.#traded.find(caller, accId)
  }

  sequenceOf(id: string): number | null {
    const rows = this.#db.sql.exec<{ seq: number }>('SELECT seq FROM order_entries WHERE id = ?', id).toArray()
    return rows[0]?.seq ?? null
  }

  countOf(caller: string): number {
    return this.#retention.countOf(caller)
  }

  forgetOld(nowMs: number): void {
    this.#refused.flush()
    this.#retention.forgetOld(nowMs)
  }

  sync(): Promise<void> {
    return this.#db.sync()
  }

  /** Inserts the first order of a caller in an account and market: both rows are written or neither. */
  #insertFirst(entry: LedgerEntry): boolean {
    const isNew = this.#db.transactionSync(() => {
      const isInserted = this.#insert(entry, entry.idempotencyKey)
      if (isInserted) this.#traded.write(entry)
      return isInserted
    })
    if (isNew) this.#traded.written(entry)
    return isNew
  }

  #insert(entry: LedgerEntry, idempotencyKey: string | null): boolean {
    const { id, caller, call, state, createdAtMs, orderId, orderIdEx, reply } = entry
    const { rowsWritten } = this.#db.sql.exec(
      `INSERT INTO order_entries (id, caller, idempotency_key, acc_id, kind, state, created_ms, entry, reply,
         order_id, order_id_ex, target_order_id, target_order_id_ex)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      ...[id, caller, idempotencyKey, call.accId, call.kind, state, createdAtMs, entryText(entry), reply],
      ...[orderId, orderIdEx, call.targetOrderId, call.targetOrderIdEx],
    )
    return rowsWritten > 0
  }

  #writeRefused(entries: readonly LedgerEntry[]): void {
    const written = this.#db.transactionSync(() => entries.filter((entry) => this.#insert(entry, null)))
    this.#retention.insertedRefused(written)
  }

  #entries(where: string, ...bindings: readonly SqlBinding[]): readonly LedgerEntry[] {
    return this.#select(where, ...bindings).map(readEntry)
  }

  #select(where: string, ...bindings: readonly SqlBinding[]): readonly EntryRow[] {
    return this.#db.sql
      .exec<EntryRow>(`SELECT seq, entry, reply FROM order_entries WHERE ${where}`, ...bindings)
      .toArray()
  }
}

/** The newest entries of rows that may contain duplicates. */
function newestOf(rows: readonly EntryRow[], limit: number): readonly LedgerEntry[] {
  const bySeq = new Map(rows.map((row) => [row.seq, row]))
  const newest = [...bySeq.values()].toSorted((one, other) => other.seq - one.seq)
  return newest.slice(0, limit).map(readEntry)
}

/** Bounds of the callers of a key's child tokens, whose ids start with that of the key and `CHILD_MARK`. */
function childRange(caller: string): readonly [string, string] {
  return [`${caller}${CHILD_MARK}`, `${caller}${String.fromCodePoint(CHILD_MARK.charCodeAt(0) + 1)}`]
}
