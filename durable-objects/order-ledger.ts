import type { LedgerEntry } from '../src/orders/entry.ts'
import type { Ledger, LedgerQuery } from '../src/orders/ledger.ts'

/**
 * The ledger in the object's SQLite storage. What is looked for has a column, the rest of an entry is JSON beside it.
 *
 *     order_entries  one row for each order call that was admitted; `seq` is their order
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS order_entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    caller TEXT NOT NULL,
    idempotency_key TEXT,
    acc_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    entry TEXT NOT NULL,
    reply BLOB
  );
  CREATE INDEX IF NOT EXISTS order_entries_by_key ON order_entries (caller, idempotency_key);
  CREATE INDEX IF NOT EXISTS order_entries_by_time ON order_entries (caller, created_ms);
  CREATE INDEX IF NOT EXISTS order_entries_unsettled ON order_entries (seq) WHERE state IN ('reserved', 'unknown');
`

/** How long settled entries are kept. Idempotency needs a day, a person who asks what happened last week needs more. */
const KEPT_MS = 90 * 86_400_000

/** Rows deleted in one go, so that a clean-up never holds up an order. */
const DELETED_AT_ONCE = 1_000

type Row = { readonly entry: string; readonly reply: ArrayBuffer | null }

/** The ledger over the object's own storage. */
export class SqlLedger implements Ledger {
  readonly #storage: DurableObjectStorage
  readonly #sql: SqlStorage

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
    this.#sql = storage.sql
    this.#sql.exec(SCHEMA)
  }

  insert(entry: LedgerEntry): void {
    const { id, caller, idempotencyKey, call, state, createdAtMs } = entry
    this.#sql.exec(
      `INSERT INTO order_entries (id, caller, idempotency_key, acc_id, kind, state, created_ms, entry, reply)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, caller, idempotencyKey, call.accId, call.kind, state, createdAtMs, write(entry), replyOf(entry)],
    )
  }

  update(entry: LedgerEntry): void {
    this.#sql.exec(
      'UPDATE order_entries SET state = ?, entry = ?, reply = ? WHERE id = ?',
      ...[entry.state, write(entry), replyOf(entry), entry.id],
    )
  }

  byId(id: string): LedgerEntry | null {
    return this.#select('id = ?', id)[0] ?? null
  }

  byIdempotencyKey(caller: string, key: string, sinceMs: number): LedgerEntry | null {
    const where = 'caller = ? AND idempotency_key = ? AND created_ms >= ? ORDER BY seq DESC LIMIT 1'
    return this.#select(where, caller, key, sinceMs)[0] ?? null
  }

  unsettled(): readonly LedgerEntry[] {
    return this.#select(`state IN ('reserved', 'unknown') ORDER BY seq`)
  }

  reservedSince(caller: string, sinceMs: number): readonly LedgerEntry[] {
    const entries = this.#select('caller = ? AND created_ms >= ? ORDER BY seq', caller, sinceMs)
    return entries.filter(({ reservation }) => reservation !== null)
  }

  ordersSince(caller: string | null, sinceMs: number): readonly LedgerEntry[] {
    const where = `(? IS NULL OR caller = ?) AND created_ms >= ? AND kind = 'place' AND state = 'accepted'`
    return this.#select(`${where} ORDER BY seq DESC`, caller, caller, sinceMs)
  }

  page({ caller, state, accId, before, limit }: LedgerQuery): readonly LedgerEntry[] {
    return this.#select(
      `(?1 IS NULL OR caller = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR acc_id = ?3)
         AND (?4 IS NULL OR seq < (SELECT seq FROM order_entries WHERE id = ?4))
       ORDER BY seq DESC LIMIT ?5`,
      ...[caller, state, accId, before, limit],
    )
  }

  sync(): Promise<void> {
    return this.#storage.sync()
  }

  /** Deletes settled entries that nobody will ask for any more. */
  forgetOld(nowMs: number): void {
    this.#sql.exec(
      `DELETE FROM order_entries WHERE seq IN (
         SELECT seq FROM order_entries WHERE created_ms < ? AND state NOT IN ('reserved', 'unknown') LIMIT ?)`,
      nowMs - KEPT_MS,
      DELETED_AT_ONCE,
    )
  }

  /** How many entries are in each state that somebody should know of. */
  countUnknown(): number {
    return this.#sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM order_entries WHERE state = 'unknown'`).one().n
  }

  #select(where: string, ...values: readonly (string | number | null)[]): readonly LedgerEntry[] {
    const rows = this.#sql.exec<Row>(`SELECT entry, reply FROM order_entries WHERE ${where}`, ...values)
    return rows.toArray().map(read)
  }
}

/** The entry without its reply, which has a column of its own; the value of its reservation as a decimal text. */
function write(entry: LedgerEntry): string {
  return JSON.stringify({ ...entry, reply: null }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}

function replyOf({ reply }: LedgerEntry): Uint8Array | null {
  return reply
}

function read({ entry: text, reply }: Row): LedgerEntry {
  // Only `write` puts anything into the column.
  const entry = JSON.parse(text) as LedgerEntry & { readonly reservation: { readonly value: string } | null }
  const { reservation } = entry
  return {
    ...entry,
    reservation: reservation === null ? null : { ...reservation, value: BigInt(reservation.value) },
    reply: reply === null ? null : new Uint8Array(reply),
  }
}
