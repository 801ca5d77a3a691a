import type { Database } from './database.ts'

/** A row holds at most 2 MB; characters may take three bytes each. */
const PART_LENGTH = 500_000

/** Stores the state of the simulated OpenD: one text, split into as many rows as it needs. */
export class SimulatorStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The text; empty when it was never written. */
  read(): string {
    const rows = this.#db.sql.exec<{ text: string }>('SELECT text FROM simulator_state ORDER BY part').toArray()
    return rows.map(({ text }) => text).join('')
  }

  /** Replaces the text. When it throws, the stored text is unchanged. */
  write(text: string): void {
    this.#db.transactionSync(() => {
      let part = 0
      for (let start = 0; start < text.length; start += PART_LENGTH) {
        const piece = text.slice(start, start + PART_LENGTH)
        this.#db.sql.exec('INSERT OR REPLACE INTO simulator_state (part, text) VALUES (?, ?)', part++, piece)
      }
      this.#db.sql.exec('DELETE FROM simulator_state WHERE part >= ?', part)
    })
  }
}
