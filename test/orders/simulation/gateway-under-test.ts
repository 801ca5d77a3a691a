import type { LedgerEntry } from '../../../src/orders/entry.ts'
import type { HaltScope } from '../../../src/orders/kill-switch/halt-scope.ts'
import type { CancelTask } from '../../../src/orders/kill-switch/switch-store.ts'
import type { OrderReply, OrderRequest } from '../../../src/orders/request.ts'
import type { DurableStorage } from './durable-storage.ts'
import type { KeyStandings } from './key-standings.ts'
import type { Network } from './network.ts'
import { ObjectLife } from './object-life.ts'
import type { Rng } from './rng.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** One order call of a caller, and what became of it. */
export interface Attempt {
  readonly request: OrderRequest
  readonly atMs: number
  /** Null until it is over; `lost` when the object ended first. */
  reply: OrderReply | 'lost' | null
  settledMs: number | null
  /** Whether the answer survives the object. */
  isStored: boolean
}

/** What was written to the ledger, in order, whether or not it became durable. */
export interface Writing {
  readonly elapsedMs: number
  readonly entry: LedgerEntry
  readonly before: LedgerEntry | null
}

/** A frame of an order call. */
export interface SentFrame {
  readonly entryId: string
  readonly elapsedMs: number
  readonly wallMs: number
  readonly isStorageFailing: boolean
}

/** A halt that was asked for. Times are elapsed ms. */
export interface HaltRecord {
  readonly scope: HaltScope
  readonly askedMs: number
  readonly cancels: boolean
  readonly includesForeign: boolean
  /** When the answer came; null while it has not. */
  answeredMs: number | null
  /** When it was ended, or lost with an object that could not store it. */
  endedMs: number
  isStored: boolean
}

/** A switch at its end. */
export interface TaskDone {
  readonly task: CancelTask
  readonly elapsedMs: number
  /** The tags of the orders that were open then and on the last list of their account. */
  readonly openTags: readonly string[]
}

/** A cancel-after switch. Times are elapsed ms. */
export interface ArmedSwitch {
  readonly caller: string
  readonly armedMs: number
  readonly dueMs: number
  /** When it was put off, disarmed or lost; infinite while it stands. */
  endedMs: number
  begunMs: number | null
  isDurable: boolean
}

/** Who asks for a switch, and how. */
export interface HaltOptions {
  readonly caller: string
  readonly isByAdmin: boolean
  readonly cancels: boolean
  readonly includesForeign: boolean
}

/** The longest an object that ended stays away: the alarm brings it back. */
const LONGEST_ABSENCE_MS = 30_000

/** What the gateway runs on. */
export interface GatewaySurroundings {
  readonly clock: VirtualClock
  readonly rng: Rng
  readonly storage: DurableStorage
  readonly network: Network
  readonly standings: KeyStandings
  /** The tags of the orders that are open and stood on the last list of their account. */
  readonly openTags: () => readonly string[]
}

/** The gateway over all lives of its object: starts the object again when it ended, and keeps a record of what it did. */
export class GatewayUnderTest {
  isStormy = true
  lives = 0
  readonly attempts: Attempt[] = []
  readonly writings: Writing[] = []
  /** Ledger entries by the frame that carried them: `connection/serial`. */
  readonly frames = new Map<string, string>()
  readonly sent = new Map<string, SentFrame>()
  readonly halts: HaltRecord[] = []
  readonly tasksDone: TaskDone[] = []
  /** When the tasks that have begun began, elapsed ms, by `id/dueAtMs`, and the highest number of their attempts. */
  readonly tasksBegun = new Map<string, number>()
  tasksRetried = 0
  /** Alphanumeric ids of the orders that the ledger surely has; what a crash may have lost is not among them. */
  readonly knownOrders = new Set<string>()
  readonly contradicted = new Set<string>()
  readonly bugs: unknown[] = []
  /** When switches asked for the orders of an account. */
  readonly switchPolls: { readonly accId: bigint; readonly elapsedMs: number }[] = []
  /** What happened beside the orders, for the trace. */
  readonly events: { readonly elapsedMs: number; readonly text: string }[] = []
  /** When a link of a living object was ready, elapsed ms. */
  readonly readyTimes: { readonly fromMs: number; toMs: number }[] = []
  /** When cancel-after switches were armed for, and until when they stood. */
  readonly armed: ArmedSwitch[] = []
  readonly #surroundings: GatewaySurroundings
  #life: ObjectLife | null = null

  constructor(surroundings: GatewaySurroundings) {
    this.#surroundings = surroundings
  }

  get hasOpenAttempts(): boolean {
    return this.attempts.some(({ reply }) => reply === null)
  }

  submit(request: OrderRequest): Attempt {
    const { clock } = this.#surroundings
    const attempt: Attempt = { request, atMs: clock.elapsedMs, reply: null, settledMs: null, isStored: true }
    this.attempts.push(attempt)
    this.wake()
      .submit(request)
      .then(
        ({ reply, isStored }) => {
          attempt.isStored = isStored
          this.#settle(attempt, reply)
        },
        (bug: unknown) => this.#recordBug(attempt, bug),
      )
    return attempt
  }

  halt(scope: HaltScope, { caller, isByAdmin, cancels, includesForeign }: HaltOptions): void {
    const { clock } = this.#surroundings
    const life = this.wake()
    const record: HaltRecord = {
      ...{ scope, cancels, includesForeign, askedMs: clock.elapsedMs },
      ...{ answeredMs: null, endedMs: Infinity, isStored: false },
    }
    this.halts.push(record)
    this.record(`halt of ${JSON.stringify(scope)}${cancels ? ' with cancels' : ''}`)
    const about = { scope, caller, isByAdmin, requestId: 'switch', cancelsOpenOrders: cancels, includesForeign }
    life.gateway.orders.halt(about).then(
      (halted) => {
        if (!halted.ok || !life.isAlive) return
        record.answeredMs = clock.elapsedMs
        this.record(`halt of ${JSON.stringify(scope)} answered`)
        record.isStored = halted.value.isStored
      },
      (bug: unknown) => life.isAlive && this.bugs.push(bug),
    )
  }

  resume(scope: HaltScope, by: { readonly caller: string; readonly isAdmin: boolean }): void {
    const life = this.wake()
    const isResumed = life.endSwitch(() => life.gateway.orders.resume(scope, by))
    if (!isResumed) return
    this.record(`resumed ${JSON.stringify(scope)}`)
    const name = JSON.stringify(scope)
    for (const halt of this.halts) if (JSON.stringify(halt.scope) === name) this.#endHalt(halt)
  }

  cancelAfter(caller: string, seconds: number | null): void {
    const life = this.wake()
    const armed = life.endSwitch(() => life.gateway.orders.cancelAfter(caller, seconds))
    this.record(`cancel-after of ${caller}: ${seconds} s${armed.ok ? '' : ` ${armed.failure.code}`}`)
    if (!armed.ok) return
    const armedMs = this.#surroundings.clock.elapsedMs
    // Also when the object ended before it answered: the new switch may have been stored in place of the last one.
    for (const one of this.armed) if (one.caller === caller) one.endedMs = Math.min(one.endedMs, armedMs)
    if (seconds === null || !life.isAlive) return
    const dueMs = armedMs + seconds * 1_000
    const one: ArmedSwitch = { caller, armedMs, dueMs, endedMs: Infinity, begunMs: null, isDurable: false }
    this.armed.push(one)
    const { storage } = this.#surroundings
    if (!storage.isFailing) void storage.sync().then(() => (one.isDurable = true))
  }

  record(text: string): void {
    this.events.push({ elapsedMs: this.#surroundings.clock.elapsedMs, text })
  }

  /** The object, which a request or an alarm brings back. */
  wake(): ObjectLife {
    if (this.#life !== null) return this.#life
    this.lives++
    const { clock, rng, storage, network, standings } = this.#surroundings
    const lastStep = rng.chance(0.4) ? rng.between(1, 200) : null
    const life = new ObjectLife({
      ...{ clock, rng, storage },
      connect: (listener) => network.connect(listener),
      standing: (request, nowMs) => standings.of(request, nowMs),
      onEntry: (entry, before) => {
        this.writings.push({ elapsedMs: clock.elapsedMs, entry, before })
        if (entry.state === 'accepted' && entry.orderIdEx !== null) this.knownOrders.add(entry.orderIdEx)
      },
      onSent: (entryId, connId, serial) => {
        this.frames.set(`${connId}/${serial}`, entryId)
        const { elapsedMs } = clock
        this.sent.set(entryId, { entryId, elapsedMs, wallMs: clock.wallMs(), isStorageFailing: storage.isFailing })
      },
      onTask: (task) => this.#recordTask(task),
      onTaskDone: (task) => {
        const openTags = this.#surroundings.openTags()
        this.tasksDone.push({ task, elapsedMs: clock.elapsedMs, openTags })
      },
      onContradiction: (entryId) => this.contradicted.add(entryId),
      onSwitchPoll: (accId) => this.switchPolls.push({ accId, elapsedMs: clock.elapsedMs }),
      onLink: (isReady) => this.#recordLink(isReady),
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

  #ended(): void {
    const { clock, rng, storage } = this.#surroundings
    this.#life = null
    storage.crash()
    this.knownOrders.clear()
    this.#recordLink(false)
    this.record('object ended')
    for (const attempt of this.attempts) if (attempt.reply === null) this.#settle(attempt, 'lost')
    for (const halt of this.halts) if (!halt.isStored) this.#endHalt(halt)
    for (const one of this.armed) if (!one.isDurable) one.endedMs = Math.min(one.endedMs, clock.elapsedMs)
    clock.after(rng.delayMs(50, LONGEST_ABSENCE_MS, 0.3), () => this.wake())
  }

  #recordLink(isReady: boolean): void {
    const nowMs = this.#surroundings.clock.elapsedMs
    this.record(isReady ? 'link ready' : 'link lost')
    const last = this.readyTimes.at(-1)
    if (last !== undefined) last.toMs = Math.min(last.toMs, nowMs)
    if (isReady) this.readyTimes.push({ fromMs: nowMs, toMs: Infinity })
  }

  #endHalt(halt: HaltRecord): void {
    halt.endedMs = Math.min(halt.endedMs, this.#surroundings.clock.elapsedMs)
  }

  #recordTask({ id, dueAtMs, attempts }: CancelTask): void {
    const { clock } = this.#surroundings
    if (attempts > 1) this.tasksRetried++
    const key = `${id}/${dueAtMs}`
    if (dueAtMs > clock.wallMs() || this.tasksBegun.has(key)) return
    this.tasksBegun.set(key, clock.elapsedMs)
    const armed = this.armed.findLast(({ caller }) => id === `cancel_after:${caller}`)
    if (armed !== undefined) armed.begunMs ??= clock.elapsedMs
  }

  #settle(attempt: Attempt, reply: OrderReply | 'lost'): void {
    if (attempt.reply !== null) return
    attempt.reply = reply
    attempt.settledMs = this.#surroundings.clock.elapsedMs
  }

  #recordBug(attempt: Attempt, bug: unknown): void {
    // What an object does that has ended already cannot be seen by anybody.
    if (attempt.reply === null) this.bugs.push(bug)
    this.#settle(attempt, 'lost')
  }
}
