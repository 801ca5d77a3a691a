import type { ExitGroup, ExitStore } from '../../src/orders/exits/exit-group.ts'
import type { Database } from './database.ts'

/** Groups of a caller that are done and still stored: they explain what became of the exits of the latest orders. */
export const MOST_DONE_OF_CALLER = 1_000

/** Orders with exits in the object's SQLite storage. */
export class SqlExitStore implements ExitStore {
  readonly #sql: Database['sql']

  constructor(db: Database) {
    this.#sql = db.sql
  }

  active(): readonly ExitGroup[] {
    const rows = this.#sql.exec<{ exits: string }>('SELECT exits FROM exit_groups WHERE is_done = 0 ORDER BY seq')
    return rows.toArray().map(({ exits }) => groupOf(exits))
  }

  byId(id: string): ExitGroup | null {
    const [row] = this.#sql.exec<{ exits: string }>('SELECT exits FROM exit_groups WHERE id = ?', id).toArray()
    return row === undefined ? null : groupOf(row.exits)
  }

  put(group: ExitGroup): void {
    const { id, caller, isDone } = group
    this.#sql.exec(
      `INSERT INTO exit_groups (id, caller, is_done, exits) VALUES (?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET is_done = excluded.is_done, exits = excluded.exits`,
      ...[id, caller, isDone ? 1 : 0, JSON.stringify(group)],
    )
    if (!isDone) return
    this.#sql.exec(
      `DELETE FROM exit_groups WHERE caller = ? AND is_done = 1 AND seq <= (
        SELECT seq FROM exit_groups WHERE caller = ? AND is_done = 1 ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
      ...[caller, caller, MOST_DONE_OF_CALLER],
    )
  }
}

function groupOf(text: string): ExitGroup {
  // Only `put` writes the column.
  return JSON.parse(text) as ExitGroup
}
