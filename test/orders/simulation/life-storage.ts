import type { Database, SqlBinding, SqlRows, SqlValue } from '../../../durable-objects/storage/database.ts'

/** A statement that has written something. */
export interface WrittenStatement {
  readonly sql: string
  readonly bindings: readonly SqlBinding[]
}

/** Statements that become durable together. */
export type Write = readonly WrittenStatement[]

/** Where the writes of a life become durable. */
export interface Writes {
  readonly isFailing: boolean
  add(write: Write): void
  sync(): Promise<void>
}

const isWriting = new Map<string, boolean>()

/**
 * A database as one life of the object sees it. Each write is a step at which the life may end; after that nothing is
 * read or written, and the code of the life, of which nothing can be seen any more, gets empty answers.
 */
export class LifeStorage implements Database {
  readonly #database: Database
  readonly #writes: Writes
  readonly #mayWrite: () => boolean
  /** What was answered since the last write: the same question has the same answer until then. */
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
    // The rows of the same statement have the same columns.
    const known = this.#answers.get(question) as SqlRows<Row> | undefined
    if (known !== undefined) return known
    const rows = this.#database.sql.exec<Row>(sql, ...bindings)
    this.#answers.set(question, rows)
    return rows
  }

  /** The life is over. */
  end(): void {
    this.#isOver = true
  }
}

/** What a life that is over gets: everything it writes seems written, nothing is found. */
const NO_ROWS = {
  rowsWritten: 1,
  toArray: () => [],
  one: () => {
    throw new Error('the life is over')
  },
}

function isWrite(sql: string): boolean {
  let is = isWriting.get(sql)
  if (is === undefined) isWriting.set(sql, (is = !/^\s*select\b/i.test(sql)))
  return is
}
