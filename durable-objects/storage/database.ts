/** The value of a column when it is read. */
export type SqlValue = ArrayBuffer | string | number | null

/** The value of a statement's parameter. */
export type SqlBinding = SqlValue | Uint8Array

/** The rows that a statement returned. */
export interface SqlRows<Row> {
  toArray(): Row[]
  /** The only row; throws unless there is exactly one. */
  one(): Row
  /** Rows of tables and indexes that the statement wrote: 0 exactly when it changed nothing. */
  readonly rowsWritten: number
}

/**
 * The part of a Durable Object's SQLite storage that the stores use; `DurableObjectStorage` has this shape. Writes
 * without an `await` between them become durable together.
 */
export interface Database {
  readonly sql: {
    /** Runs one statement. Throws when the storage fails; the statement then changed nothing. */
    exec<Row extends Record<string, SqlValue>>(statement: string, ...bindings: readonly SqlBinding[]): SqlRows<Row>
  }
  /** Runs `change` in a transaction, which is rolled back when it throws. */
  transactionSync<Result>(change: () => Result): Result
  /** Resolves when everything written so far is durable; rejects when the storage fails. */
  sync(): Promise<void>
}
