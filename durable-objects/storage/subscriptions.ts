import type { SubscriberId, StoredSubscriber, SubscriptionStore } from '../../src/subscriptions/subscriber.ts'
import type { Database } from './database.ts'

/** Subscriptions in the object's SQLite storage: one row for each subscriber, its units as JSON. */
export class SqlSubscriptionStore implements SubscriptionStore {
  readonly #sql: Database['sql']

  constructor(db: Database) {
    this.#sql = db.sql
  }

  all(): readonly StoredSubscriber[] {
    const rows = this.#sql.exec<{ holder: string }>('SELECT holder FROM subscriptions').toArray()
    // Only `put` writes these rows.
    return rows.map(({ holder }) => JSON.parse(holder) as StoredSubscriber)
  }

  put(subscriber: StoredSubscriber): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO subscriptions (id, holder) VALUES (?, ?)',
      subscriber.id,
      JSON.stringify(subscriber),
    )
  }

  remove(id: SubscriberId): void {
    this.#sql.exec('DELETE FROM subscriptions WHERE id = ?', id)
  }
}
