import type { LedgerEntry } from '../../../src/orders/entry.ts'
import type { OrderReply, OrderRequest } from '../../../src/orders/request.ts'
import type { CancelTask } from '../../../src/orders/kill-switch/switch-store.ts'
import type { HaltScope } from '../../../src/orders/kill-switch/switches.ts'
import type { Dice } from './dice.ts'
import type { Disk } from './disk.ts'
import { GatewayLife } from './gateway-life.ts'
import type { Network } from './network.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** One order call of a caller, and what became of it. */
export interface Attempt {
  readonly request: OrderRequest
  readonly atMs: number
  /** Null until it is settled; `lost` when the object ended first. */
  reply: OrderReply | 'lost' | null
  settledMs: number | null
}

/** What was written to the ledger, in order, whether or not it became durable. */
export interface Writing {
  readonly elapsedMs: number
  readonly entry: LedgerEntry
  readonly before: LedgerEntry | null
  /** Whether a halt stood over its caller. */
  readonly isHalted: boolean
}

/** A switch at its end. */
export interface TaskDone {
  readonly task: CancelTask
  readonly openTags: readonly string[]
}

/** The longest an object that ended stays away: the alarm brings it back. */
const LONGEST_ABSENCE_MS = 30_000

/** Keeps the gateway object alive: starts it again when it ended, and tells its callers when it ends under them. */
export class GatewayHost {
  isStormy = true
  readonly attempts: Attempt[] = []
  readonly writings: Writing[] = []
  /** Ledger entries by the frame that carried them: `connection/serial`. */
  readonly frames = new Map<string, string>()
  /** When the frame of each entry left, by time elapsed and on the wall clock. */
  readonly sent = new Map<string, { readonly elapsedMs: number; readonly wallMs: number }>()
  readonly bugs: unknown[] = []
  /** The switches that have done what they were to do, with the tags of the orders that were open then. */
  readonly tasksDone: TaskDone[] = []
  /** The tags of the orders that are open at OpenD. */
  openTags: () => readonly string[] = () => []
  lives = 0
  readonly #clock: VirtualClock
  readonly #dice: Dice
  readonly #disk: Disk
  readonly #network: Network
  #life: GatewayLife | null = null

  constructor(clock: VirtualClock, dice: Dice, disk: Disk, network: Network) {
    this.#clock = clock
    this.#dice = dice
    this.#disk = disk
    this.#network = network
  }

  get hasOpenAttempts(): boolean {
    return this.attempts.some(({ reply }) => reply === null)
  }

  submit(request: OrderRequest): Attempt {
    const attempt: Attempt = { request, atMs: this.#clock.elapsedMs, reply: null, settledMs: null }
    this.attempts.push(attempt)
    this.wake()
      .submit(request)
      .then(
        ({ reply }) => this.#settle(attempt, reply),
        (bug: unknown) => this.#noteBug(attempt, bug),
      )
    return attempt
  }

  halt(scope: HaltScope, caller: string): void {
    const life = this.wake()
    life.halt(scope, caller).catch((bug: unknown) => life.isAlive && this.bugs.push(bug))
  }

  /** The object, which a request or an alarm brings back. */
  wake(): GatewayLife {
    if (this.#life !== null) return this.#life
    this.lives++
    const lastStep = this.#dice.chance(0.4) ? this.#dice.between(1, 200) : null
    const life = new GatewayLife({
      clock: this.#clock,
      dice: this.#dice,
      volume: this.#disk.open(),
      connect: (listener) => this.#network.connect(listener),
      onEntry: (entry, before) => this.#noteWriting(entry, before),
      onSent: (entryId, connId, serial) => {
        this.frames.set(`${connId}/${serial}`, entryId)
        this.sent.set(entryId, { elapsedMs: this.#clock.elapsedMs, wallMs: this.#clock.wallMs() })
      },
      onTaskDone: (task) => this.tasksDone.push({ task, openTags: this.openTags() }),
      onBug: (bug) => this.bugs.push(bug),
      onDeath: () => this.#ended(),
      endsAt: (step) => this.isStormy && step === lastStep,
    })
    // Its very first steps may have been its last.
    this.#life = life.isAlive ? life : null
    return life
  }

  /** Ends the object now. */
  end(): void {
    this.#life?.end()
  }

  #noteWriting(entry: LedgerEntry, before: LedgerEntry | null): void {
    const isHalted = this.#disk.seen.halts.has(`caller:${entry.caller}`)
    this.writings.push({ elapsedMs: this.#clock.elapsedMs, entry, before, isHalted })
  }

  #ended(): void {
    this.#life = null
    this.#disk.crash()
    for (const attempt of this.attempts) if (attempt.reply === null) this.#settle(attempt, 'lost')
    this.#clock.after(this.#dice.delayMs(50, LONGEST_ABSENCE_MS, 0.3), () => this.wake())
  }

  #settle(attempt: Attempt, reply: OrderReply | 'lost'): void {
    if (attempt.reply !== null) return
    attempt.reply = reply
    attempt.settledMs = this.#clock.elapsedMs
  }

  #noteBug(attempt: Attempt, bug: unknown): void {
    // What an object does that has ended already cannot be seen by anybody.
    if (attempt.reply === null) this.bugs.push(bug)
    this.#settle(attempt, 'lost')
  }
}
