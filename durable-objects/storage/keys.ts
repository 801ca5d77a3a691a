import type { KeyChanges, KeyStore, StoredKey } from '../../src/keys/key-store.ts'
import type { Database } from './database.ts'

type KeyRow = {
  readonly id: string
  readonly record: string
  readonly parentId: string | null
  readonly parentMark: string | null
}

/** The keys of the key service in the object's SQLite storage. */
export class SqlKeyStore implements KeyStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  all(): readonly StoredKey[] {
    const rows = this.#db.sql.exec<KeyRow>(
      'SELECT id, record, parent_id AS parentId, parent_mark AS parentMark FROM api_keys ORDER BY seq',
    )
    return rows.toArray().map(({ id, record, parentId, parentMark }) => {
      const parent = parentId === null ? null : { id: parentId, keyMark: parentMark }
      return { id, record, parent }
    })
  }

  apply({ put, remove }: KeyChanges): void {
    this.#db.transactionSync(() => {
      for (const id of remove) this.#db.sql.exec('DELETE FROM api_keys WHERE id = ?', id)
      for (const { id, record, parent } of put) {
        // An update keeps the place of the key in the order of creation.
        this.#db.sql.exec(
          `INSERT INTO api_keys (id, record, parent_id, parent_mark) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
          ...[id, record, parent?.id ?? null, parent?.keyMark ?? null],
        )
      }
    })
  }
}
