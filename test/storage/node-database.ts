import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Database, SqlBinding, SqlRows, SqlValue } from '../../durable-objects/storage/database.ts'

/** Told of every statement before it runs; it may throw in its place, as the storage would. */
export type OnStatement = (statement: string) => void

/** Throws for statements that write, as SQLite does on a full disk. */
export function failWrites(statement: string): void {
  if (/^\s*(?:insert|update|delete)\b/i.test(statement)) throw new Error('database or disk is full: SQLITE_FULL')
}

/** A Durable Object's storage over the SQLite of Node, in memory. */
export class NodeDatabase implements Database {
  readonly #db = new DatabaseSync(':memory:')
  readonly #prepared = new Map<string, Prepared>()
  #tables: readonly string[] | null = null
  #inTransaction = false
  onStatement: OnStatement = () => undefined

  readonly sql = {
    exec: <Row extends Record<string, SqlValue>>(
      statement: string,
      ...bindings: readonly SqlBinding[]
    ): SqlRows<Row> => {
      this.onStatement(statement)
      const { prepared, hasRows, isSelect } = this.#prepare(statement)
      const values = bindings.map((value) => (value instanceof ArrayBuffer ? new Uint8Array(value) : value))
      if (!hasRows) return rowsOf<Row>([], Number(prepared.run(...values).changes))
      const rows = prepared.all(...values).map((row) => platformRow(row) as Row)
      return rowsOf(rows, isSelect ? 0 : rows.length)
    },
  }

  transactionSync<Result>(change: () => Result): Result {
    if (this.#inTransaction) throw new Error('a transaction in a transaction')
    this.#inTransaction = true
    this.#db.exec('BEGIN')
    try {
      const result = change()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    } finally {
      this.#inTransaction = false
    }
  }

  async sync(): Promise<void> {}

  /**
   * Deletes the rows of all tables but the number of the schema, and starts counting `seq` anew. The tables must be those
   * of the first call.
   */
  reset(): void {
    this.onStatement = () => undefined
    this.#tables ??= this.objects().flatMap(({ name, type }) =>
      type === 'table' && name !== 'schema_version' ? [name] : [],
    )
    for (const name of [...this.#tables, 'sqlite_sequence']) this.#prepare(`DELETE FROM ${name}`).prepared.run()
  }

  /** The tables and indexes that have a name of ours, with the statements that make them. */
  objects(): readonly { readonly type: string; readonly name: string; readonly sql: string }[] {
    const query = `SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name`
    return this.#db
      .prepare(query)
      .all()
      .map(({ type, name, sql }) => ({ type: String(type), name: String(name), sql: String(sql) }))
  }

  /** All rows of all tables, to compare. */
  contents(): Readonly<Record<string, readonly unknown[]>> {
    const tables = this.objects().filter(({ type }) => type === 'table')
    return Object.fromEntries(tables.map(({ name }) => [name, this.#db.prepare(`SELECT * FROM ${name}`).all()]))
  }

  /** How SQLite carries a statement out, a line for each step. */
  plan(statement: string): readonly string[] {
    // Its parameters are null, which changes no plan.
    return this.#db
      .prepare(`EXPLAIN QUERY PLAN ${statement}`)
      .all()
      .map(({ detail }) => String(detail))
  }

  #prepare(statement: string): Prepared {
    const known = this.#prepared.get(statement)
    if (known !== undefined) return known
    const prepared = this.#db.prepare(statement)
    const isSelect = /^\s*select\b/i.test(statement)
    const made = { prepared, hasRows: prepared.columns().length > 0, isSelect }
    this.#prepared.set(statement, made)
    return made
  }
}

interface Prepared {
  readonly prepared: StatementSync
  readonly hasRows: boolean
  readonly isSelect: boolean
}

/** BLOBs are ArrayBuffers on the platform. */
function platformRow(row: Record<string, unknown>): Record<string, unknown> {
  for (const name in row) {
    const value = row[name]
    if (value instanceof Uint8Array) row[name] = value.slice().buffer
  }
  return row
}

function rowsOf<Row>(rows: Row[], rowsWritten: number): SqlRows<Row> {
  return {
    rowsWritten,
    toArray: () => rows,
    one: () => {
      const [row] = rows
      if (row === undefined || rows.length > 1) throw new Error(`${rows.length} rows, not one`)
      return row
    },
  }
}
