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
 * Open orders that are to be cancelled, now or at a time to come, until not one of them is open any more. `cancel_after`
 * is the switch that a caller arms for itself, one for each caller; `halt` belongs to a halt that cancels open orders, one
 * for each scope.
 */
export interface CancelTask {
  /** `cancel_after:<caller>` or `halt:<scope>`: a new one of that id takes the place of the old one. */
  readonly id: string
  readonly reason: 'cancel_after' | 'halt'
  readonly scope: HaltScope
  /** Whether orders that were not placed through this gateway are cancelled too. */
  readonly includesForeign: boolean
  /** The caller and the request that are written down for the cancels. */
  readonly caller: string
  readonly requestId: string
  /** When it is to begin, Unix ms; once it has begun, when it did. Orders of a `cancel_after` made later are not meant. */
  readonly dueAtMs: number
  /** Attempts that left some order open, and when the next one is due (Unix ms). */
  readonly attempts: number
  readonly nextAttemptMs: number
  /** Why the last attempt left an order open; null before the first one. */
  readonly detail: string | null
}

/** Halts and cancel tasks where a restart does not lose them. A method throws when the storage fails. */
export interface SwitchStore {
  halts(): readonly StoredHalt[]
  putHalt(halt: StoredHalt): void
  removeHalt(scope: HaltScope): void
  cancelTasks(): readonly CancelTask[]
  /** Writes a task, in place of one of the same id. */
  putCancelTask(task: CancelTask): void
  removeCancelTask(id: string): void
}
