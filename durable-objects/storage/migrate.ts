import type { Database } from './database.ts'
import { type Migration, MIGRATIONS } from './schema.ts'

/**
 * Brings the storage to the current schema: applies each missing migration in a transaction with its number. Call it
 * before you create a store. Throws when a newer version of this program wrote the storage, and when the storage
 * fails.
 */
export function migrate(db: Database, migrations: readonly Migration[] = MIGRATIONS): void {
  db.sql.exec(
    'CREATE TABLE IF NOT EXISTS schema_version (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL)',
  )
  const stored = db.sql.exec<{ number: number }>('SELECT number FROM schema_version WHERE id = 1').toArray()[0]?.number
  const applied = stored ?? 0
  if (applied > migrations.length) {
    throw new Error(
      `the storage has schema ${applied}, this version supports ${migrations.length}: deploy the newer version again`,
    )
  }
  for (const [index, statements] of migrations.entries()) {
    const number = index + 1
    if (number <= applied) continue
    db.transactionSync(() => {
      for (const statement of statements) db.sql.exec(statement)
      db.sql.exec('INSERT OR REPLACE INTO schema_version (id, number) VALUES (1, ?)', number)
    })
  }
}
