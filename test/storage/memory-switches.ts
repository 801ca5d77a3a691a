import { type HaltScope, scopeName } from '../../src/orders/kill-switch/halt-scope.ts'
import type { CancelTask, StoredHalt, SwitchStore } from '../../src/orders/kill-switch/switch-store.ts'

/** What a store of the switches in memory holds: halts by the names of their scopes, tasks by their ids. */
export interface SwitchTables {
  readonly halts: Map<string, StoredHalt>
  readonly tasks: Map<string, CancelTask>
}

/** The meaning of `SwitchStore` in the plainest code. */
export class MemorySwitches implements SwitchStore {
  readonly #tables: SwitchTables

  constructor(tables: SwitchTables) {
    this.#tables = tables
  }

  halts(): readonly StoredHalt[] {
    return [...this.#tables.halts.values()]
  }

  putHalt(halt: StoredHalt): void {
    this.change(({ halts }) => halts.set(scopeName(halt.scope), halt))
  }

  removeHalt(scope: HaltScope): void {
    this.change(({ halts }) => halts.delete(scopeName(scope)))
  }

  cancelTasks(): readonly CancelTask[] {
    return [...this.#tables.tasks.values()]
  }

  putCancelTask(task: CancelTask): void {
    this.change(({ tasks }) => tasks.set(task.id, task))
  }

  removeCancelTask(id: string): void {
    this.change(({ tasks }) => tasks.delete(id))
  }

  /** Changes what is stored. */
  protected change(change: (tables: SwitchTables) => void): void {
    change(this.#tables)
  }
}
