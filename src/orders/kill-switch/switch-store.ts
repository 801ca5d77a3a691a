import type { HaltScope } from './halt-scope.ts'

/** A halt in force. */
export interface StoredHalt {
  readonly scope: HaltScope
  /** Whether only an administrator may end it. */
  readonly isByAdmin: boolean
  /** Unix ms. */
  readonly sinceMs: number
}

/**
 * A task that cancels open orders, now or later, until no order of the task is open. `cancel_after` is set by a
 * caller for its own orders, one for each caller; `halt` belongs to a halt that cancels open orders, one per scope.
 */
export interface CancelTask {
  /** `cancel_after:<caller>` or `halt:<scope>`. A new task replaces an old one with the same id. */
  readonly id: string
  readonly reason: 'cancel_after' | 'halt'
  readonly scope: HaltScope
  /** Whether orders that were not placed through this gateway are cancelled too. */
  readonly includesForeign: boolean
  /** The caller and request id that the ledger stores for the cancels. */
  readonly caller: string
  readonly requestId: string
  /** The start time, Unix ms: planned, then actual. A `cancel_after` does not cover orders placed after it. */
  readonly dueAtMs: number
  /** The number of attempts that left an order open, and when the next one is due (Unix ms). */
  readonly attempts: number
  readonly nextAttemptMs: number
  /** Why the last attempt left an order open; null before the first one. */
  readonly detail: string | null
}

/** The durable storage of halts and cancel tasks. A method throws when the storage fails. */
export interface SwitchStore {
  halts(): readonly StoredHalt[]
  putHalt(halt: StoredHalt): void
  removeHalt(scope: HaltScope): void
  cancelTasks(): readonly CancelTask[]
  /** Writes a task; replaces one with the same id. */
  putCancelTask(task: CancelTask): void
  removeCancelTask(id: string): void
}
