/** A row holds at most 2 MB; characters may take three bytes each. */
const PART_LENGTH = 500_000

/** One long text in the object's SQLite storage, in as many rows as it needs. */
export class StoredText {
  readonly #sql: SqlStorage
  readonly #table: string

  /** `table` is a name of ours, never anything from outside. */
  constructor(sql: SqlStorage, table: string) {
    this.#sql = sql
    this.#table = table
    sql.exec(`CREATE TABLE IF NOT EXISTS ${table} (part INTEGER PRIMARY KEY, text TEXT NOT NULL)`)
  }

  /** The text; empty when none was written. */
  read(): string {
    const rows = this.#sql.exec<{ text: string }>(`SELECT text FROM ${this.#table} ORDER BY part`).toArray()
    return rows.map(({ text }) => text).join('')
  }

  write(text: string): void {
    let part = 0
    for (let start = 0; start < text.length; start += PART_LENGTH) {
      const piece = text.slice(start, start + PART_LENGTH)
      this.#sql.exec(`INSERT OR REPLACE INTO ${this.#table} (part, text) VALUES (?, ?)`, part++, piece)
    }
    this.#sql.exec(`DELETE FROM ${this.#table} WHERE part >= ?`, part)
  }
}
