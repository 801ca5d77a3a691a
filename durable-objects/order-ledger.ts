import type { LedgerEntry } from '../src/orders/entry.ts'
import type { Ledger, LedgerQuery, OrderIds, TradedAccount } from '../src/orders/ledger.ts'

/**
 * The ledger in the object's SQLite storage. What is looked for has a column, the rest of an entry is JSON beside it.
 *
 *     order_entries  one row for each order call; `seq` is their order. Refused calls do not use up their idempotency
 *                    key, so it is only in their JSON
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
  CREATE INDEX IF NOT EXISTS order_entries_by_key ON order_entries (caller, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
  CREATE INDEX IF NOT EXISTS order_entries_by_time ON order_entries (caller, created_ms);
  CREATE INDEX IF NOT EXISTS order_entries_unsettled ON order_entries (seq) WHERE state IN ('reserved', 'unknown');
  CREATE INDEX IF NOT EXISTS order_entries_refused ON order_entries (caller) WHERE state = 'refused';
`

/** How long settled entries are kept. Idempotency needs a day, a person who asks what happened last week needs more. */
const KEPT_MS = 90 * 86_400_000

/** Refused calls are for whoever wonders today, and a program that runs away makes many. */
const REFUSED_KEPT_MS = 24 * 3_600_000
const MOST_REFUSED_OF_CALLER = 1_000

/** How long a refused call may wait to be written, and how many may wait: with what else is written they cost less. */
const REFUSED_DELAY_MS = 1_000
const MOST_WAITING = 200

/** What is old is forgotten this often: it does not grow faster than that. */
const FORGET_INTERVAL_MS = 600_000

/** Rows deleted in one go, so that a clean-up never holds up an order. */
const DELETED_AT_ONCE = 1_000

type Row = { readonly entry: string; readonly reply: ArrayBuffer | null }

/** The ledger over the object's own storage. */
export class SqlLedger implements Ledger {
  readonly #storage: DurableObjectStorage
  readonly #sql: SqlStorage
  #waiting: LedgerEntry[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #forgotAtMs = 0

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
    this.#sql = storage.sql
    this.#sql.exec(SCHEMA)
  }

  insert(entry: LedgerEntry): boolean {
    this.#writeRefused()
    return this.#insert(entry, entry.idempotencyKey)
  }

  insertRefused(entry: LedgerEntry): void {
    this.#waiting.push(entry)
    if (this.#waiting.length >= MOST_WAITING) this.#writeRefused()
    else this.#timer ??= setTimeout(() => this.#writeRefused(), REFUSED_DELAY_MS)
  }

  update(entry: LedgerEntry): void {
    this.#sql.exec(
      'UPDATE order_entries SET state = ?, entry = ?, reply = ? WHERE id = ?',
      ...[entry.state, write(entry), replyOf(entry), entry.id],
    )
  }

  byId(id: string): LedgerEntry | null {
    this.#writeRefused()
    return this.#select('id = ?', id)[0] ?? null
  }

  byIdempotencyKey(caller: string, key: string, sinceMs: number): LedgerEntry | null {
    const where = `caller = ? AND idempotency_key = ? AND (created_ms >= ? OR state IN ('reserved', 'unknown'))
      ORDER BY seq DESC LIMIT 1`
    return this.#select(where, caller, key, sinceMs)[0] ?? null
  }

  unresolved(): readonly LedgerEntry[] {
    return this.#select(`state IN ('reserved', 'unknown') ORDER BY seq`)
  }

  reservedSince(caller: string, sinceMs: number): readonly LedgerEntry[] {
    const entries = this.#select(`caller = ? AND created_ms >= ? AND state != 'refused' ORDER BY seq`, caller, sinceMs)
    return entries.filter(({ reservation }) => reservation !== null)
  }

  ordersSince(caller: string | null, sinceMs: number): readonly LedgerEntry[] {
    const where = `(? IS NULL OR caller = ?) AND created_ms >= ? AND kind = 'place' AND state = 'accepted'`
    return this.#select(`${where} ORDER BY seq DESC`, caller, caller, sinceMs)
  }

  latestFor(accId: string, limit: number): readonly LedgerEntry[] {
    return this.#select(`acc_id = ? AND state != 'refused' ORDER BY seq DESC LIMIT ?`, accId, limit)
  }

  /** Of the latest entries, the calls made since that time that left, or may have. */
  latestSent(limit: number, sinceMs: number): readonly LedgerEntry[] {
    const where = `seq > (SELECT MAX(seq) FROM order_entries) - ? AND created_ms >= ?`
    return this.#select(`${where} AND state NOT IN ('refused', 'not_sent')`, limit, sinceMs)
  }

  page({ caller, state, accId, before, limit }: LedgerQuery): readonly LedgerEntry[] {
    this.#writeRefused()
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

  /** Deletes settled entries that nobody will ask for any more, when it is time for that again. */
  forgetOld(nowMs: number): void {
    if (Math.abs(nowMs - this.#forgotAtMs) < FORGET_INTERVAL_MS) return
    this.#forgotAtMs = nowMs
    this.#sql.exec(
      `DELETE FROM order_entries WHERE created_ms < ? AND state NOT IN ('reserved', 'unknown')
         AND seq IN (SELECT seq FROM order_entries ORDER BY seq LIMIT ?)`,
      nowMs - KEPT_MS,
      DELETED_AT_ONCE,
    )
    this.#sql.exec(
      `DELETE FROM order_entries WHERE seq IN (
         SELECT seq FROM order_entries WHERE state = 'refused' AND created_ms < ?1 LIMIT ?2)`,
      nowMs - REFUSED_KEPT_MS,
      DELETED_AT_ONCE,
    )
  }

  byOrderId(accId: string, { orderId, orderIdEx }: OrderIds): LedgerEntry | null {
    const where = `acc_id = ?1 AND kind = 'place'
      AND (json_extract(entry, '$.orderId') = ?2 OR json_extract(entry, '$.orderIdEx') = ?3)`
    return this.#select(where, accId, orderId, orderIdEx)[0] ?? null
  }

  changesOf(accId: string, { orderId, orderIdEx }: OrderIds, limit: number): readonly LedgerEntry[] {
    const where = `acc_id = ?1 AND kind != 'place' AND state NOT IN ('refused', 'not_sent')
      AND (json_extract(entry, '$.call.targetOrderId') = ?2 OR json_extract(entry, '$.call.targetOrderIdEx') = ?3)
      ORDER BY seq DESC LIMIT ?4`
    return this.#select(where, accId, orderId, orderIdEx, limit)
  }

  placedSince(accId: string, sinceMs: number, limit: number): readonly LedgerEntry[] {
    const where = `acc_id = ? AND created_ms >= ? AND kind = 'place' AND state = 'accepted' ORDER BY seq DESC LIMIT ?`
    return this.#select(where, accId, sinceMs, limit)
  }

  tradedAccounts(caller: string | null, accId: string | null): readonly TradedAccount[] {
    const rows = this.#sql.exec<{ accId: string; trdEnv: number; trdMarket: number }>(
      `SELECT DISTINCT acc_id AS accId, json_extract(entry, '$.call.trdEnv') AS trdEnv,
         json_extract(entry, '$.call.trdMarket') AS trdMarket FROM order_entries
       WHERE kind = 'place' AND state NOT IN ('refused', 'not_sent')
         AND (?1 IS NULL OR caller = ?1) AND (?2 IS NULL OR acc_id = ?2)`,
      caller,
      accId,
    )
    return rows.toArray()
  }

  sequenceOf(id: string): number | null {
    return this.#sql.exec<{ seq: number }>('SELECT seq FROM order_entries WHERE id = ?', id).toArray()[0]?.seq ?? null
  }

  countOf(caller: string): number {
    return this.#sql.exec<{ n: number }>('SELECT COUNT(*) AS n FROM order_entries WHERE caller = ?', caller).one().n
  }

  #insert(entry: LedgerEntry, idempotencyKey: string | null): boolean {
    const { id, caller, call, state, createdAtMs } = entry
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO order_entries (id, caller, idempotency_key, acc_id, kind, state, created_ms, entry, reply)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      ...[id, caller, idempotencyKey, call.accId, call.kind, state, createdAtMs, write(entry), replyOf(entry)],
    )
    return rowsWritten > 0
  }

  /** Writes the refused calls that wait, and forgets their callers' oldest. */
  #writeRefused(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const entries = this.#waiting.splice(0)
    for (const entry of entries) this.#insert(entry, null)
    for (const caller of new Set(entries.map((entry) => entry.caller))) {
      this.#sql.exec(
        `DELETE FROM order_entries WHERE state = 'refused' AND caller = ?1 AND seq <= (
           SELECT seq FROM order_entries WHERE state = 'refused' AND caller = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)`,
        caller,
        MOST_REFUSED_OF_CALLER,
      )
    }
  }

  #select(where: string, ...values: readonly (string | number | null)[]): readonly LedgerEntry[] {
    const rows = this.#sql.exec<Row>(`SELECT entry, reply FROM order_entries WHERE ${where}`, ...values)
    return rows.toArray().map(read)
  }
}

/** The entry without its reply, which has a column of its own; the value of its reservation as a decimal text. */
function write(entry: LedgerEntry): string {
  const { reservation } = entry
  const stored = reservation === null ? null : { ...reservation, value: reservation.value.toString() }
  return JSON.stringify({ ...entry, reply: null, reservation: stored })
}

function replyOf({ reply }: LedgerEntry): Uint8Array | null {
  return reply
}

function read({ entry: text, reply }: Row): LedgerEntry {
  // Only `write` puts anything into the column.
  const entry = JSON.parse(text) as LedgerEntry & { readonly reservation: { readonly value: string } | null }
  const { reservation } = entry
  return {
    // What entries of earlier versions lack.
    ...{ callId: null, refusal: null, isValued: true, sentAtMs: null, contradiction: null, resolution: null },
    ...entry,
    reservation: reservation === null ? null : { ...reservation, value: BigInt(reservation.value) },
    reply: reply === null ? null : new Uint8Array(reply),
  }
}
