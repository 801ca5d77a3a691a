import { type EntryRow, readEntry } from '../../../durable-objects/storage/entry-row.ts'
import type { LedgerEntry } from '../../../src/orders/entry.ts'
import type { ExitGroup } from '../../../src/orders/exits/exit-group.ts'
import { InstanceStorage, type Write, type Writes } from './instance-storage.ts'
import type { Rng } from './rng.ts'
import { type EmptyDatabase, giveBack, takeDatabase } from './database-pool.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The longest time until a write is durable. */
export const LONGEST_WRITE_MS = 3_000

/**
 * The storage of an object over all its instances. An instance sees its own writes at once. They become durable in
 * order, some time later, and a crash loses those that are not durable. The durable state is a list of statements: the
 * next instance gets a database in which they have been run.
 */
export class DurableStorage implements Writes {
  /** While true, statements that write throw and `sync` rejects. */
  isFailing = false
  readonly #clock: VirtualClock
  readonly #rng: Rng
  readonly #durable: Write[] = []
  #waiting: Write[] = []
  #flushing: Write[] = []
  #afterNext: (() => void)[] = []
  #afterThis: (() => void)[] = []
  #instance: InstanceStorage | null = null
  #database: EmptyDatabase | null = null

  constructor(clock: VirtualClock, rng: Rng) {
    this.#clock = clock
    this.#rng = rng
  }

  /**
   * The database of the next instance of the object. `mayWrite` is called before each write; it returns false when the
   * instance has ended.
   */
  open(mayWrite: () => boolean): InstanceStorage {
    const database = takeDatabase()
    for (const write of this.#durable) for (const { sql, bindings } of write) database.sql.exec(sql, ...bindings)
    this.#database = database
    this.#instance = new InstanceStorage(database, this, mayWrite)
    return this.#instance
  }

  /** Ends the instance. Pending writes may have become durable, but only in order. */
  crash(): void {
    const arrived = this.#rng.between(0, this.#flushing.length)
    for (const write of this.#flushing.slice(0, arrived)) this.#durable.push(write)
    this.#waiting = []
    this.#flushing = []
    this.#afterNext = []
    this.#afterThis = []
    this.#instance?.end()
    this.#instance = null
    const database = this.#database
    this.#database = null
    // A running transaction ends first.
    if (database !== null) void Promise.resolve().then(() => giveBack(database))
  }

  /** Ends the schedule. */
  close(): void {
    if (this.#instance !== null) this.crash()
  }

  /** The entries that the present instance has written or found, oldest first; empty while there is no instance. */
  entries(): readonly LedgerEntry[] {
    const rows = this.#database?.sql.exec<EntryRow>('SELECT seq, entry, reply FROM order_entries ORDER BY seq')
    return (rows?.toArray() ?? []).map(readEntry)
  }

  /** The orders with exits of the present instance, also those that are done. */
  exitGroups(): readonly ExitGroup[] {
    const rows = this.#database?.sql.exec<{ exits: string }>('SELECT exits FROM exit_groups ORDER BY seq')
    return (rows?.toArray() ?? []).map(({ exits }) => JSON.parse(exits) as ExitGroup)
  }

  /** The number of undecided entries of the present instance. */
  undecided(): number {
    const sql = `SELECT COUNT(*) AS n FROM order_entries WHERE state IN ('reserved', 'unknown')`
    return this.#database?.sql.exec<{ n: number }>(sql).one().n ?? 0
  }

  add(write: Write): void {
    this.#waiting.push(write)
    this.#flush()
  }

  /** Resolves when everything written so far is durable; never in an instance that has ended. */
  sync(): Promise<void> {
    if (this.isFailing) return Promise.reject(new Error('database or disk is full: SQLITE_FULL'))
    return new Promise((resolve) => {
      if (this.#waiting.length > 0) this.#afterNext.push(resolve)
      else if (this.#flushing.length > 0) this.#afterThis.push(resolve)
      else resolve()
    })
  }

  #flush(): void {
    if (this.#flushing.length > 0 || this.#waiting.length === 0) return
    const flushing = this.#waiting
    this.#flushing = flushing
    this.#afterThis = this.#afterNext
    this.#waiting = []
    this.#afterNext = []
    this.#clock.after(this.#rng.delayMs(5, LONGEST_WRITE_MS, 0.03), () => {
      // The instance that wrote it may have ended.
      if (this.#flushing === flushing) this.#flushed()
    })
  }

  #flushed(): void {
    this.#durable.push(...this.#flushing)
    this.#flushing = []
    for (const resolve of this.#afterThis.splice(0)) resolve()
    this.#flush()
  }
}
