import type { Database, SqlBinding, SqlRows, SqlValue } from '../../../durable-objects/storage/database.ts'

/** A writing statement. */
export interface WrittenStatement {
  readonly sql: string
  readonly bindings: readonly SqlBinding[]
}

/** A transaction: statements that become durable together. */
export type Write = readonly WrittenStatement[]

/** Where the writes of an instance become durable. */
export interface Writes {
  readonly isFailing: boolean
  add(write: Write): void
  sync(): Promise<void>
}

const isWriting = new Map<string, boolean>()

/**
 * A database for one instance of the object. The instance may end at each write. After that nothing is read or written,
 * and the remaining code of the instance, which has no visible effect any more, gets empty results.
 */
export class InstanceStorage implements Database {
  readonly #database: Database
  readonly #writes: Writes
  readonly #mayWrite: () => boolean
  /** The results since the last write: until the next write the same query has the same result. */
  readonly #answers = new Map<string, unknown>()
  #transaction: WrittenStatement[] | null = null
  #isOver = false

  constructor(database: Database, writes: Writes, mayWrite: () => boolean) {
    this.#database = database
    this.#writes = writes
    this.#mayWrite = mayWrite
  }

  readonly sql = {
    exec: <Row extends Record<string, SqlValue>>(sql: string, ...bindings: readonly SqlBinding[]): SqlRows<Row> => {
      if (this.#isOver) return NO_ROWS
      if (!isWrite(sql)) return this.#read<Row>(sql, bindings)
      if (!this.#mayWrite()) return NO_ROWS
      this.#answers.clear()
      if (this.#writes.isFailing) throw new Error('database or disk is full: SQLITE_FULL')
      const rows = this.#database.sql.exec<Row>(sql, ...bindings)
      if (this.#transaction === null) this.#writes.add([{ sql, bindings }])
      else this.#transaction.push({ sql, bindings })
      return rows
    },
  }

  transactionSync<Result>(change: () => Result): Result {
    if (this.#isOver) return change()
    const statements: WrittenStatement[] = []
    this.#transaction = statements
    try {
      const result = this.#database.transactionSync(change)
      if (!this.#isOver) this.#writes.add(statements)
      return result
    } finally {
      // It may have been rolled back.
      this.#answers.clear()
      this.#transaction = null
    }
  }

  sync(): Promise<void> {
    return this.#isOver || !this.#mayWrite() ? new Promise(() => undefined) : this.#writes.sync()
  }

  #read<Row extends Record<string, SqlValue>>(sql: string, bindings: readonly SqlBinding[]): SqlRows<Row> {
    const question = `${sql}\n${bindings.map(String).join('\n')}`
    // Rows of the same statement have the same columns.
    const known = this.#answers.get(question) as SqlRows<Row> | undefined
    if (known !== undefined) return known
    const rows = this.#database.sql.exec<Row>(sql, ...bindings)
    this.#answers.set(question, rows)
    return rows
  }

  /** Ends the instance. */
  end(): void {
    this.#isOver = true
  }
}

/** The storage of an ended instance: writes seem to succeed, and queries find no rows. */
const NO_ROWS = {
  rowsWritten: 1,
  toArray: () => [],
  one: () => {
    throw new Error('the instance is over')
  },
}

function isWrite(sql: string): boolean {
  let is = isWriting.get(sql)
  if (is === undefined) isWriting.set(sql, (is = !/^\s*select\b/i.test(sql)))
  return is
}
