import type { AuditRow } from '../../src/audit/audit-event.ts'
import type { AuditPage, AuditQuery, AuditStore, ChainEnd } from '../../src/audit/audit-store.ts'
import type { Database } from './database.ts'

type Stored = { readonly seq: number; readonly hash: string; readonly row: string }

/** The audit in the object's SQLite storage. Fields used as filters have a column, the whole row is JSON. */
export class SqlAuditStore implements AuditStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  last(): ChainEnd | null {
    return this.#one('SELECT seq, hash FROM audit_rows WHERE seq > 0 ORDER BY seq DESC LIMIT 1') ?? this.anchor()
  }

  anchor(): ChainEnd | null {
    return this.#one('SELECT seq, hash FROM audit_anchor WHERE id = 1')
  }

  add(row: AuditRow): void {
    this.#db.sql.exec(
      `INSERT INTO audit_rows (seq, at_ms, caller, request_id, intent_id, order_id, hash, row)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[row.seq, row.atMs, row.caller, row.requestId, row.intentId, row.orderId, row.hash],
      JSON.stringify(row),
    )
  }

  page(query: AuditQuery): AuditPage {
    const { limit, sinceMs } = query
    const [column, value] = indexedFilter(query)
    const rows: AuditRow[] = []
    let before = query.beforeSeq ?? Number.MAX_SAFE_INTEGER
    for (let read = 0; read < MOST_READ; read += PART_ROWS) {
      const part = this.#rows(
        `SELECT row FROM audit_rows WHERE ${column === null ? '' : `${column} = ? AND`} seq < ? ORDER BY seq DESC LIMIT ?`,
        ...(value === null ? [] : [value]),
        ...[before, PART_ROWS],
      )
      for (const row of part) {
        if (sinceMs !== null && row.atMs < sinceMs) return { rows, nextBeforeSeq: null }
        if (rows.length === limit) return { rows, nextBeforeSeq: before }
        before = row.seq
        if (isMatch(row, query)) rows.push(row)
      }
      if (part.length < PART_ROWS) return { rows, nextBeforeSeq: null }
    }
    return { rows, nextBeforeSeq: before }
  }

  after(seq: number, limit: number): readonly AuditRow[] {
    return this.#rows('SELECT row FROM audit_rows WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit)
  }

  trim(beforeMs: number, most: number): void {
    const last = this.last()
    if (last === null) return
    const bySize = last.seq - most
    const byAge = this.#db.sql
      .exec<{ seq: number }>('SELECT seq FROM audit_rows WHERE at_ms < ? ORDER BY at_ms DESC LIMIT 1', beforeMs)
      .toArray()[0]?.seq
    const upTo = Math.max(bySize, byAge ?? 0)
    const anchor = this.#one('SELECT seq, hash FROM audit_rows WHERE seq <= ? ORDER BY seq DESC LIMIT 1', upTo)
    if (anchor === null) return
    this.#db.transactionSync(() => {
      this.#db.sql.exec(
        'INSERT OR REPLACE INTO audit_anchor (id, seq, hash) VALUES (1, ?, ?)',
        ...[anchor.seq, anchor.hash],
      )
      this.#db.sql.exec('DELETE FROM audit_rows WHERE seq <= ?', anchor.seq)
    })
  }

  #one(statement: string, ...values: readonly (string | number)[]): ChainEnd | null {
    return this.#db.sql.exec<{ seq: number; hash: string }>(statement, ...values).toArray()[0] ?? null
  }

  #rows(statement: string, ...values: readonly (string | number)[]): readonly AuditRow[] {
    const stored = this.#db.sql.exec<Pick<Stored, 'row'>>(statement, ...values).toArray()
    // The column has only what `add` wrote.
    return stored.map(({ row }) => JSON.parse(row) as AuditRow)
  }
}

/** Rows of one statement, and rows that one page reads at most: a filter without an index must not read all. */
const PART_ROWS = 500
const MOST_READ = 10_000

/** The most selective filter that has an index; nulls without one. */
function indexedFilter(query: AuditQuery): readonly [column: string, value: string] | readonly [null, null] {
  if (query.requestId !== null) return ['request_id', query.requestId]
  if (query.intentId !== null) return ['intent_id', query.intentId]
  if (query.orderId !== null) return ['order_id', query.orderId]
  return query.caller === null ? [null, null] : ['caller', query.caller]
}

function isMatch(row: AuditRow, query: AuditQuery): boolean {
  const fields = ['kind', 'caller', 'outcome', 'requestId', 'intentId', 'orderId'] as const
  const isInTime = query.untilMs === null || row.atMs < query.untilMs
  return isInTime && fields.every((field) => query[field] === null || query[field] === row[field])
}
