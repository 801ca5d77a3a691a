import type { LedgerEntry } from '../../../src/orders/entry.ts'
import type { CancelTask, StoredHalt } from '../../../src/orders/kill-switch/switch-store.ts'
import type { LedgerTables } from '../../storage/memory-ledger.ts'
import type { Rng } from './rng.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The stored state of the object. */
export class Stored {
  readonly entries = new Map<string, LedgerEntry>()
  readonly traded: LedgerTables['traded'] = new Map()
  /** The halts, by the names of their scopes, and the cancel tasks, by their ids. */
  readonly halts = new Map<string, StoredHalt>()
  readonly tasks = new Map<string, CancelTask>()

  copy(): Stored {
    const copy = new Stored()
    for (const [id, entry] of this.entries) copy.entries.set(id, entry)
    for (const [name, account] of this.traded) copy.traded.set(name, account)
    for (const [scope, halt] of this.halts) copy.halts.set(scope, halt)
    for (const [id, task] of this.tasks) copy.tasks.set(id, task)
    return copy
  }
}

type Change = (stored: Stored) => void

/** The longest time until a write is durable. */
export const LONGEST_WRITE_MS = 3_000

/**
 * A storage that loses writes that are not durable. One instance of the object sees its own writes at once. They become
 * durable in order, some time later, and a crash loses those that are not durable.
 */
export class Disk {
  readonly #clock: VirtualClock
  readonly #rng: Rng
  readonly #durable = new Stored()
  #volume: Volume | null = null

  constructor(clock: VirtualClock, rng: Rng) {
    this.#clock = clock
    this.#rng = rng
  }

  /** The state that survives a crash now. */
  get durable(): Stored {
    return this.#durable
  }

  /** The writes of the present instance of the object, durable or not. */
  get seen(): Stored {
    return this.#volume?.seen ?? this.#durable
  }

  /** The storage of the next instance of the object. */
  open(): Volume {
    this.#volume = new Volume(this.#clock, this.#rng, this.#durable)
    return this.#volume
  }

  /** Ends the object. Pending writes may have become durable, but only in order. */
  crash(): void {
    this.#volume?.crash()
    this.#volume = null
  }
}

/** The storage for one instance of the object. */
export class Volume {
  readonly seen: Stored
  readonly #durable: Stored
  readonly #clock: VirtualClock
  readonly #rng: Rng
  #waiting: Change[] = []
  #flushing: Change[] = []
  #afterNext: (() => void)[] = []
  #afterThis: (() => void)[] = []
  #isOver = false

  constructor(clock: VirtualClock, rng: Rng, durable: Stored) {
    this.#clock = clock
    this.#rng = rng
    this.#durable = durable
    this.seen = durable.copy()
  }

  write(change: Change): void {
    change(this.seen)
    this.#waiting.push(change)
    this.#flush()
  }

  /** Resolves when everything written so far is durable; never in an instance that has ended. */
  sync(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isOver) return
      if (this.#waiting.length > 0) this.#afterNext.push(resolve)
      else if (this.#flushing.length > 0) this.#afterThis.push(resolve)
      else resolve()
    })
  }

  crash(): void {
    if (this.#isOver) return
    this.#isOver = true
    const arrived = this.#rng.between(0, this.#flushing.length)
    for (const change of this.#flushing.slice(0, arrived)) change(this.#durable)
  }

  #flush(): void {
    if (this.#flushing.length > 0 || this.#waiting.length === 0) return
    this.#flushing = this.#waiting
    this.#afterThis = this.#afterNext
    this.#waiting = []
    this.#afterNext = []
    this.#clock.after(this.#rng.delayMs(5, LONGEST_WRITE_MS, 0.03), () => this.#flushed())
  }

  #flushed(): void {
    if (this.#isOver) return
    for (const change of this.#flushing) change(this.#durable)
    this.#flushing = []
    for (const resolve of this.#afterThis.splice(0)) resolve()
    this.#flush()
  }
}
