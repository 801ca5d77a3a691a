import type { HolderId, StoredHolder, SubscriptionStore } from '../../src/subscriptions/subscriber.ts'
import type { Database } from './database.ts'

/** Subscriptions in the object's SQLite storage: one row for each holder, its units as JSON. */
export class SqlSubscriptionStore implements SubscriptionStore {
  readonly #sql: Database['sql']

  constructor(db: Database) {
    this.#sql = db.sql
  }

  all(): readonly StoredHolder[] {
    const rows = this.#sql.exec<{ holder: string }>('SELECT holder FROM subscriptions').toArray()
    // Only `put` writes them.
    return rows.map(({ holder }) => JSON.parse(holder) as StoredHolder)
  }

  put(holder: StoredHolder): void {
    this.#sql.exec('INSERT OR REPLACE INTO subscriptions (id, holder) VALUES (?, ?)', holder.id, JSON.stringify(holder))
  }

  remove(id: HolderId): void {
    this.#sql.exec('DELETE FROM subscriptions WHERE id = ?', id)
  }
}
