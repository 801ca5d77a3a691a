import type { LedgerEntry } from '../../../src/orders/entry.ts'
import type { HaltScope } from '../../../src/orders/kill-switch/halt-scope.ts'
import type { CancelTask } from '../../../src/orders/kill-switch/switch-store.ts'
import type { OrderReply, OrderRequest } from '../../../src/orders/request.ts'
import type { DurableStorage } from './durable-storage.ts'
import type { KeyStandings } from './key-standings.ts'
import type { Network } from './network.ts'
import { ObjectInstance } from './object-instance.ts'
import type { Rng } from './rng.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** One order call of a caller and its result. */
export interface Attempt {
  readonly request: OrderRequest
  readonly atMs: number
  /** Null until the call has ended; `lost` when the object ended first. */
  reply: OrderReply | 'lost' | null
  repliedMs: number | null
  /** Whether the writes before the reply are durable. */
  isStored: boolean
}

/** A write to the ledger, durable or not. */
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

/** A requested halt. Times are elapsed ms. */
export interface HaltRecord {
  readonly scope: HaltScope
  readonly requestedMs: number
  readonly cancels: boolean
  readonly includesForeign: boolean
  /** The time of the reply; null before it. */
  answeredMs: number | null
  /** The time when it was ended, or lost with an object that could not store it. */
  endedMs: number
  isStored: boolean
}

/** A switch at its end. */
export interface TaskDone {
  readonly task: CancelTask
  readonly elapsedMs: number
  /** The tags of the orders that were open at that time and on the last list of their account. */
  readonly openTags: readonly string[]
  /** Those that were on the last complete list. */
  readonly trulyListedTags: readonly string[]
}

/** A cancel-after switch. Times are elapsed ms. */
export interface ArmedSwitch {
  readonly caller: string
  readonly armedMs: number
  readonly dueMs: number
  /** The time when it was renewed, disarmed or lost; infinite while it is armed. */
  endedMs: number
  begunMs: number | null
  isDurable: boolean
}

/** The caller of a switch and its parameters. */
export interface HaltOptions {
  readonly caller: string
  readonly isByAdmin: boolean
  readonly cancels: boolean
  readonly includesForeign: boolean
}

/** The longest time until the alarm restarts an ended object. */
const LONGEST_ABSENCE_MS = 30_000

/** The environment of the gateway. */
export interface GatewaySurroundings {
  readonly clock: VirtualClock
  readonly rng: Rng
  readonly storage: DurableStorage
  readonly network: Network
  readonly standings: KeyStandings
  /** The tags of the orders that are open and were on the last list of their account. */
  readonly openTags: () => readonly string[]
  readonly trulyListedTags: () => readonly string[]
}

/** The gateway over all instances of its object: restarts the object after it ended, and records its actions. */
export class GatewayUnderTest {
  isFaulty = true
  instances = 0
  readonly attempts: Attempt[] = []
  readonly writings: Writing[] = []
  /** Ledger entries by the frame that carried them: `connection/serial`. */
  readonly frames = new Map<string, string>()
  readonly sent = new Map<string, SentFrame>()
  readonly halts: HaltRecord[] = []
  readonly tasksDone: TaskDone[] = []
  /** The start times of started tasks, elapsed ms, by `id/dueAtMs`, and their highest number of attempts. */
  readonly tasksBegun = new Map<string, number>()
  tasksRetried = 0
  /** Alphanumeric ids of the orders that the ledger certainly has, without those that a crash may have lost. */
  readonly knownOrders = new Set<string>()
  readonly contradicted = new Set<string>()
  readonly bugs: unknown[] = []
  /** The times at which switches requested the orders of an account. */
  readonly switchPolls: { readonly accId: bigint; readonly elapsedMs: number }[] = []
  /** Events other than orders, for the trace. */
  readonly events: { readonly elapsedMs: number; readonly text: string }[] = []
  /** The times at which a link of a live object became ready, elapsed ms. */
  readonly readyTimes: { readonly fromMs: number; toMs: number }[] = []
  /** The due times of cancel-after switches, and how long they were armed. */
  readonly armed: ArmedSwitch[] = []
  readonly #surroundings: GatewaySurroundings
  #instance: ObjectInstance | null = null

  constructor(surroundings: GatewaySurroundings) {
    this.#surroundings = surroundings
  }

  get hasOpenAttempts(): boolean {
    return this.attempts.some(({ reply }) => reply === null)
  }

  submit(request: OrderRequest): Attempt {
    const { clock } = this.#surroundings
    const attempt: Attempt = { request, atMs: clock.elapsedMs, reply: null, repliedMs: null, isStored: true }
    this.attempts.push(attempt)
    this.wake()
      .submit(request)
      .then(
        ({ reply, isStored }) => {
          attempt.isStored = isStored
          this.#endAttempt(attempt, reply)
        },
        (bug: unknown) => this.#recordBug(attempt, bug),
      )
    return attempt
  }

  halt(scope: HaltScope, { caller, isByAdmin, cancels, includesForeign }: HaltOptions): void {
    const { clock } = this.#surroundings
    const instance = this.wake()
    const record: HaltRecord = {
      ...{ scope, cancels, includesForeign, requestedMs: clock.elapsedMs },
      ...{ answeredMs: null, endedMs: Infinity, isStored: false },
    }
    this.halts.push(record)
    this.record(`halt of ${JSON.stringify(scope)}${cancels ? ' with cancels' : ''}`)
    const about = { scope, caller, isByAdmin, requestId: 'switch', cancelsOpenOrders: cancels, includesForeign }
    instance.gateway.orders.killSwitch.halt(about).then(
      (halted) => {
        if (!halted.ok || !instance.isAlive) return
        record.answeredMs = clock.elapsedMs
        this.record(`halt of ${JSON.stringify(scope)} answered`)
        record.isStored = halted.value.isStored
      },
      (bug: unknown) => instance.isAlive && this.bugs.push(bug),
    )
  }

  resume(scope: HaltScope, by: { readonly caller: string; readonly isAdmin: boolean }): void {
    const instance = this.wake()
    const isResumed = instance.endSwitch(() => instance.gateway.orders.killSwitch.resume(scope, by))
    if (!isResumed) return
    this.record(`resumed ${JSON.stringify(scope)}`)
    const name = JSON.stringify(scope)
    for (const halt of this.halts) if (JSON.stringify(halt.scope) === name) this.#endHalt(halt)
  }

  cancelAfter(caller: string, seconds: number | null): void {
    const instance = this.wake()
    const armed = instance.endSwitch(() => instance.gateway.orders.killSwitch.cancelAfter(caller, seconds))
    this.record(`cancel-after of ${caller}: ${seconds} s${armed.ok ? '' : ` ${armed.failure.code}`}`)
    if (!armed.ok) return
    const armedMs = this.#surroundings.clock.elapsedMs
    // Also when the object ended before its reply: the new switch may have replaced the last one in the storage.
    for (const one of this.armed) if (one.caller === caller) one.endedMs = Math.min(one.endedMs, armedMs)
    if (seconds === null || !instance.isAlive) return
    const dueMs = armedMs + seconds * 1_000
    const one: ArmedSwitch = { caller, armedMs, dueMs, endedMs: Infinity, begunMs: null, isDurable: false }
    this.armed.push(one)
    const { storage } = this.#surroundings
    if (!storage.isFailing) void storage.sync().then(() => (one.isDurable = true))
  }

  record(text: string): void {
    this.events.push({ elapsedMs: this.#surroundings.clock.elapsedMs, text })
  }

  /** The object, which a request or an alarm restarts. */
  wake(): ObjectInstance {
    if (this.#instance !== null) return this.#instance
    this.instances++
    const { clock, rng, storage, network, standings } = this.#surroundings
    const lastStep = rng.chance(0.4) ? rng.between(1, 200) : null
    const instance = new ObjectInstance({
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
        const { openTags, trulyListedTags } = this.#surroundings
        this.tasksDone.push({
          task,
          elapsedMs: clock.elapsedMs,
          openTags: openTags(),
          trulyListedTags: trulyListedTags(),
        })
      },
      onContradiction: (entryId) => this.contradicted.add(entryId),
      onSwitchPoll: (accId) => this.switchPolls.push({ accId, elapsedMs: clock.elapsedMs }),
      onLink: (isReady) => this.#recordLink(isReady),
      onBug: (bug) => this.bugs.push(bug),
      onDeath: () => this.#ended(),
      endsAt: (step) => this.isFaulty && step === lastStep,
    })
    // It may have ended in its first steps.
    this.#instance = instance.isAlive ? instance : null
    return instance
  }

  /** Ends the object now. */
  end(): void {
    this.#instance?.end()
  }

  #ended(): void {
    const { clock, rng, storage } = this.#surroundings
    this.#instance = null
    storage.crash()
    this.knownOrders.clear()
    this.#recordLink(false)
    this.record('object ended')
    for (const attempt of this.attempts) if (attempt.reply === null) this.#endAttempt(attempt, 'lost')
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

  #endAttempt(attempt: Attempt, reply: OrderReply | 'lost'): void {
    if (attempt.reply !== null) return
    attempt.reply = reply
    attempt.repliedMs = this.#surroundings.clock.elapsedMs
  }

  #recordBug(attempt: Attempt, bug: unknown): void {
    // The actions of an ended object have no visible effect.
    if (attempt.reply === null) this.bugs.push(bug)
    this.#endAttempt(attempt, 'lost')
  }
}
