import { MAX_ORDER_REGISTRY } from '../../base/memory-budget.ts'
import type { LimitFailure } from '../../base/failure.ts'
import { type HaltScope, scopeName } from './halt-scope.ts'
import type { CancelTask, StoredHalt, SwitchStore } from './switch-store.ts'

export type { HaltScope } from './halt-scope.ts'

const EVERYTHING: HaltScope = { kind: 'all' }

/** The dependencies of the switches. */
export interface SwitchesDeps {
  readonly store: SwitchStore
  /** Unix ms. */
  readonly nowMs: () => number
  /** Called when a write or read of the storage fails. The change stays in memory, and `retryWrites` tries again. */
  readonly onStorageFailure: (error: unknown) => void
}

/**
 * The halts in force and the cancel tasks. They are read from the storage once, then served from memory and written
 * through. When the storage fails, they stay in force for the life of the object. Until the stored halts have been
 * read, everything counts as halted.
 */
export class Switches {
  readonly #deps: SwitchesDeps
  readonly #halts = new Map<string, StoredHalt>()
  readonly #tasks = new Map<string, CancelTask>()
  /** Writes that have failed so far, by the halt or task that they write. */
  readonly #unwritten = new Map<string, () => void>()
  readonly #startedMs: number
  #isLoaded = false

  constructor(deps: SwitchesDeps) {
    this.#deps = deps
    this.#startedMs = deps.nowMs()
    this.#load()
  }

  /** Whether the storage has every halt and task. */
  get isStored(): boolean {
    return this.#isLoaded && this.#unwritten.size === 0
  }

  /** Who halted the scope; null when it is not halted. */
  haltOf(scope: HaltScope): 'admin' | 'caller' | null {
    const halt = this.#halts.get(scopeName(scope))
    if (halt !== undefined) return halt.isByAdmin ? 'admin' : 'caller'
    return scope.kind === 'all' && !this.#isLoaded ? 'admin' : null
  }

  /** The halts in force. Until the stored ones have been read, they include a halt of everything. */
  halts(): readonly StoredHalt[] {
    const halts = [...this.#halts.values()]
    if (this.#isLoaded || this.#halts.has(scopeName(EVERYTHING))) return halts
    return [{ scope: EVERYTHING, isByAdmin: true, sinceMs: this.#startedMs }, ...halts]
  }

  /**
   * Halts a scope. With `isByAdmin` only an administrator may end it; a caller's own halt does not replace an
   * administrator's. Returns false without halting when too many callers are halted; an administrator is never refused.
   */
  halt(scope: HaltScope, isByAdmin: boolean): boolean {
    const name = scopeName(scope)
    const present = this.#halts.get(name)
    if (present === undefined && !isByAdmin && this.#halts.size >= MAX_ORDER_REGISTRY) return false
    const isAdmins = isByAdmin || present?.isByAdmin === true
    const halt = { scope, isByAdmin: isAdmins, sinceMs: present?.sinceMs ?? this.#deps.nowMs() }
    this.#halts.set(name, halt)
    this.#write(`halt ${name}`, () => this.#deps.store.putHalt(halt))
    return true
  }

  resume(scope: HaltScope): void {
    const name = scopeName(scope)
    this.#halts.delete(name)
    this.#write(`halt ${name}`, () => this.#deps.store.removeHalt(scope))
  }

  /** All cancel tasks, both running and pending. */
  tasks(): readonly CancelTask[] {
    return [...this.#tasks.values()]
  }

  task(id: string): CancelTask | null {
    return this.#tasks.get(id) ?? null
  }

  /**
   * Stores a task; replaces one with the same id. Returns false for a cancel-after when too many callers have one.
   */
  putTask(task: CancelTask): boolean {
    if (task.reason === 'cancel_after' && !this.#tasks.has(task.id) && this.#cancelAfters() >= MAX_ORDER_REGISTRY) {
      return false
    }
    this.#tasks.set(task.id, task)
    this.#write(`task ${task.id}`, () => this.#deps.store.putCancelTask(task))
    return true
  }

  removeTask(id: string): void {
    if (!this.#tasks.delete(id)) return
    this.#write(`task ${id}`, () => this.#deps.store.removeCancelTask(id))
  }

  /** Retries the failed writes and reads. Returns true when this loads the tasks from before a restart. */
  retryWrites(): boolean {
    for (const [about, write] of this.#unwritten) this.#write(about, write)
    return !this.#isLoaded && this.#load()
  }

  #cancelAfters(): number {
    return this.tasks().filter(({ reason }) => reason === 'cancel_after').length
  }

  #load(): boolean {
    try {
      const { store } = this.#deps
      const [halts, tasks] = [store.halts(), store.cancelTasks()]
      // Changes made before the load are newer than the stored state.
      for (const halt of halts) {
        const name = scopeName(halt.scope)
        if (!this.#halts.has(name) && !this.#unwritten.has(`halt ${name}`)) this.#halts.set(name, halt)
      }
      for (const task of tasks) {
        if (!this.#tasks.has(task.id) && !this.#unwritten.has(`task ${task.id}`)) this.#tasks.set(task.id, task)
      }
      this.#isLoaded = true
    } catch (error) {
      this.#deps.onStorageFailure(error)
    }
    return this.#isLoaded
  }

  #write(about: string, write: () => void): void {
    try {
      write()
      this.#unwritten.delete(about)
    } catch (error) {
      this.#unwritten.set(about, write)
      this.#deps.onStorageFailure(error)
    }
  }
}

/** The widest halt that stops a caller on an account; null without one. */
export function haltOver(
  switches: Pick<Switches, 'haltOf'>,
  callers: readonly string[],
  accId: string,
): HaltScope | null {
  const ofCallers = callers.map((caller) => ({ kind: 'caller', caller }) as const)
  const scopes: readonly HaltScope[] = [{ kind: 'all' }, { kind: 'account', accId }, ...ofCallers]
  return scopes.find((scope) => switches.haltOf(scope) !== null) ?? null
}

/** The refusal of an order or change under a halt; its text states who can end the halt. */
export function haltFailure(switches: Pick<Switches, 'haltOf'>, scope: HaltScope): LimitFailure {
  return { code: 'limits.halted', text: haltText(scope, switches.haltOf(scope)), retryAfterMs: null }
}

function haltText(scope: HaltScope, haltedBy: 'admin' | 'caller' | null): string {
  if (scope.kind === 'caller' && haltedBy !== 'admin') {
    return 'trading is halted for this key, by the key itself; POST /api/trading/resume with this key ends the halt'
  }
  return `trading is halted ${whereText(scope)}, by an administrator; only an administrator can end the halt, with POST /api/trading/resume`
}

function whereText(scope: HaltScope): string {
  if (scope.kind === 'account') return `on account ${scope.accId}`
  return scope.kind === 'all' ? 'for all keys' : 'for this key'
}
