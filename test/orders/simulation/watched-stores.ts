import type { Database } from '../../../durable-objects/storage/database.ts'
import { type EntryRow, readEntry } from '../../../durable-objects/storage/entry-row.ts'
import { SqlLedger } from '../../../durable-objects/storage/ledger.ts'
import { SqlSwitchStore } from '../../../durable-objects/storage/switches.ts'
import type { Timers } from '../../../src/base/time/timers.ts'
import type { LedgerEntry } from '../../../src/orders/entry.ts'
import type { CancelTask } from '../../../src/orders/kill-switch/switch-store.ts'

/** Called with every written entry and the one it replaces. */
export type OnEntry = (entry: LedgerEntry, before: LedgerEntry | null) => void

/** The product's ledger, which reports its writes. */
export class WatchedLedger extends SqlLedger {
  readonly #database: Database
  readonly #onEntry: OnEntry
  readonly #known = new Map<string, LedgerEntry>()

  constructor(database: Database, timers: Timers, onFailure: (what: string) => void, onEntry: OnEntry) {
    super(database, timers, onFailure)
    this.#database = database
    this.#onEntry = onEntry
  }

  override insert(entry: LedgerEntry): boolean {
    const isNew = super.insert(entry)
    if (isNew) this.#report(entry, null)
    return isNew
  }

  override insertRefused(entry: LedgerEntry): void {
    super.insertRefused(entry)
    this.#report(entry, null)
  }

  override update(entry: LedgerEntry): void {
    const before = this.#known.get(entry.id) ?? this.#stored(entry.id)
    super.update(entry)
    // A cancel of a switch whose write failed is in no ledger.
    if (before !== null) this.#report(entry, before)
  }

  #report(entry: LedgerEntry, before: LedgerEntry | null): void {
    this.#known.set(entry.id, entry)
    this.#onEntry(entry, before)
  }

  /** Without `byId`, which writes refused calls that wait. */
  #stored(id: string): LedgerEntry | null {
    const sql = 'SELECT seq, entry, reply FROM order_entries WHERE id = ?'
    const [row] = this.#database.sql.exec<EntryRow>(sql, id).toArray()
    return row === undefined ? null : readEntry(row)
  }
}

/** The listener for the tasks of the switches. */
export interface TaskListener {
  readonly stored: (task: CancelTask) => void
  readonly removed: (task: CancelTask) => void
}

/** The product's store of switches, which reports the tasks, also those whose write failed. */
export class WatchedSwitches extends SqlSwitchStore {
  readonly #listener: TaskListener
  readonly #known = new Map<string, CancelTask>()

  constructor(database: Database, listener: TaskListener) {
    super(database)
    this.#listener = listener
  }

  override cancelTasks(): readonly CancelTask[] {
    const tasks = super.cancelTasks()
    for (const task of tasks) this.#known.set(task.id, task)
    return tasks
  }

  override putCancelTask(task: CancelTask): void {
    this.#known.set(task.id, task)
    this.#listener.stored(task)
    super.putCancelTask(task)
  }

  override removeCancelTask(id: string): void {
    const task = this.#known.get(id)
    this.#known.delete(id)
    if (task !== undefined) this.#listener.removed(task)
    super.removeCancelTask(id)
  }
}
