import type { CancelTask } from '../../../src/orders/kill-switch/switch-store.ts'
import type { LedgerEntry } from '../../../src/orders/entry.ts'
import { type LedgerTables, MemoryLedger } from '../../storage/memory-ledger.ts'
import { MemorySwitches, type SwitchTables } from '../../storage/memory-switches.ts'
import type { Volume } from './disk.ts'

/** Called with every written entry and the one it replaces. */
export type OnEntry = (entry: LedgerEntry, before: LedgerEntry | null) => void

/** Whether this instance may still act; called before every step with an effect. */
export type MayAct = () => boolean

/** The ledger of one instance of the object. */
export class StoredLedger extends MemoryLedger {
  readonly #volume: Volume
  readonly #mayAct: MayAct
  readonly #onEntry: OnEntry

  constructor(volume: Volume, mayAct: MayAct, onEntry: OnEntry) {
    // A schedule ends before any entry expires, so it needs no clock.
    super(volume.seen, () => 0)
    this.#volume = volume
    this.#mayAct = mayAct
    this.#onEntry = onEntry
  }

  override update(entry: LedgerEntry): void {
    if (this.byId(entry.id) === null) throw new Error(`entry ${entry.id} is not there`)
    super.update(entry)
  }

  override forgetOld(): void {}

  override sync(): Promise<void> {
    return this.#mayAct() ? this.#volume.sync() : new Promise(() => undefined)
  }

  protected override write(entry: LedgerEntry, before: LedgerEntry | null): void {
    if (!this.#mayAct()) return
    this.#onEntry(entry, before)
    super.write(entry, before)
  }

  protected override change(change: (tables: LedgerTables) => void): void {
    if (this.#mayAct()) this.#volume.write(change)
  }
}

/** The store of the switches of one instance of the object. */
export class StoredSwitches extends MemorySwitches {
  readonly #volume: Volume
  readonly #mayAct: MayAct
  readonly #onEnded: (task: CancelTask) => void

  /** `onEnded` gets every task that is removed. */
  constructor(volume: Volume, mayAct: MayAct, onEnded: (task: CancelTask) => void = () => undefined) {
    super(volume.seen)
    this.#volume = volume
    this.#mayAct = mayAct
    this.#onEnded = onEnded
  }

  override removeCancelTask(id: string): void {
    const task = this.#volume.seen.tasks.get(id)
    super.removeCancelTask(id)
    if (task !== undefined) this.#onEnded(task)
  }

  protected override change(change: (tables: SwitchTables) => void): void {
    if (this.#mayAct()) this.#volume.write(change)
  }
}
