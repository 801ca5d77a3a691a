import { type HaltScope, scopeName } from '../../src/orders/kill-switch/halt-scope.ts'
import type { CancelTask, StoredHalt, SwitchStore } from '../../src/orders/kill-switch/switch-store.ts'
import type { Database } from './database.ts'

/** Halts and cancel tasks in the object's SQLite storage. */
export class SqlSwitchStore implements SwitchStore {
  readonly #sql: Database['sql']

  constructor(db: Database) {
    this.#sql = db.sql
  }

  halts(): readonly StoredHalt[] {
    const rows = this.#sql.exec<{ scope: string; haltedBy: string; sinceMs: number }>(
      'SELECT scope, halted_by AS haltedBy, since_ms AS sinceMs FROM trading_halts',
    )
    return rows.toArray().map(({ scope, haltedBy, sinceMs }) => {
      return { scope: scopeOf(scope), isByAdmin: haltedBy === 'admin', sinceMs }
    })
  }

  putHalt({ scope, isByAdmin, sinceMs }: StoredHalt): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO trading_halts (scope, halted_by, since_ms) VALUES (?, ?, ?)',
      ...[scopeName(scope), isByAdmin ? 'admin' : 'caller', sinceMs],
    )
  }

  removeHalt(scope: HaltScope): void {
    this.#sql.exec('DELETE FROM trading_halts WHERE scope = ?', scopeName(scope))
  }

  cancelTasks(): readonly CancelTask[] {
    const rows = this.#sql.exec<{ task: string }>('SELECT task FROM cancel_tasks').toArray()
    // Only `putCancelTask` writes these rows.
    return rows.map(({ task }) => JSON.parse(task) as CancelTask)
  }

  putCancelTask(task: CancelTask): void {
    this.#sql.exec('INSERT OR REPLACE INTO cancel_tasks (id, task) VALUES (?, ?)', task.id, JSON.stringify(task))
  }

  removeCancelTask(id: string): void {
    this.#sql.exec('DELETE FROM cancel_tasks WHERE id = ?', id)
  }
}

function scopeOf(name: string): HaltScope {
  if (name === 'all') return { kind: 'all' }
  const [kind = '', ...rest] = name.split(':')
  return kind === 'account' ? { kind, accId: rest.join(':') } : { kind: 'caller', caller: rest.join(':') }
}
