import type { CancelTimer, Timers } from '../../../src/base/timers.ts'
import { Gateway } from '../../../src/core/gateway.ts'
import type { CancelResult } from '../../../src/orders/kill-switch/account-cancels.ts'
import type { CancelTask } from '../../../src/orders/kill-switch/switch-store.ts'
import type { HaltScope } from '../../../src/orders/kill-switch/switches.ts'
import type { OrderAnswer, OrderRequest } from '../../../src/orders/request.ts'
import type { Connect } from '../../../src/transport/link.ts'
import { sha1 } from '../../../src/transport/native-crypto.ts'
import { AlarmClock } from './alarm-clock.ts'
import type { Dice } from './dice.ts'
import type { Volume } from './disk.ts'
import { NO_SOCKETS } from './no-sockets.ts'
import { type OnEntry, StoredLedger, StoredSwitches } from './stored-books.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What one life of the gateway object needs. */
export interface LifeOutside {
  readonly clock: VirtualClock
  readonly dice: Dice
  readonly volume: Volume
  readonly connect: Connect
  readonly onEntry: OnEntry
  /** An order call has left in that frame. */
  readonly onSent: (entryId: string, connId: bigint, serial: number) => void
  /** A switch has done what it was to do. */
  readonly onTaskDone: (task: CancelTask) => void
  /** Something that no caller waits for failed. */
  readonly onBug: (bug: unknown) => void
  readonly onDeath: () => void
  /** Whether the object ends at this step, counted from 1 over everything it does to the world around it. */
  readonly endsAt: (step: number) => boolean
}

/**
 * One life of the gateway object on the virtual clock: the product's own Gateway, on a clock, a link and a storage that
 * end with the life. Every write, every frame and every timer is a step at which it may end.
 */
export class GatewayLife {
  readonly gateway: Gateway
  readonly #outside: LifeOutside
  readonly #ledger: StoredLedger
  readonly #alarm: AlarmClock
  #isAlive = true
  #isResuming = false
  #steps = 0

  constructor(outside: LifeOutside) {
    const { clock, dice, volume } = outside
    this.#outside = outside
    const mayAct = (): boolean => this.#step()
    const timers: Timers = {
      nowMs: () => clock.wallMs(),
      after: (delayMs, run) => this.#after(delayMs, run),
    }
    this.#ledger = new StoredLedger(volume, mayAct, outside.onEntry)
    this.#alarm = new AlarmClock(timers, () => {
      this.gateway.alarm()
    })
    this.gateway = new Gateway({
      timers,
      session: { sha1, random: () => dice.unit(), encryption: null },
      isParked: false,
      connect: this.#connect,
      ledger: this.#ledger,
      switches: new StoredSwitches(volume, mayAct, (task) => this.#taskEnded(task)),
      subscriptions: { all: () => [], put: () => undefined, remove: () => undefined },
      sockets: NO_SOCKETS,
      secureRandom: () => dice.unit(),
      run: 'simulation',
      identify: () => Promise.reject(new Error('a schedule has no sockets')),
      standing: () => 'valid',
      orderStanding: () => 'valid',
      alarmBy: (atMs) => this.#alarm.by(atMs),
      onRefused: () => undefined,
      onContradiction: () => undefined,
      onError: (_what, bug) => this.#isAlive && outside.onBug(bug),
    })
    this.#watchFrames()
    this.gateway.start()
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  /** The object is gone, with everything in memory. */
  end(): void {
    if (!this.#isAlive) return
    this.#isAlive = false
    this.#outside.onDeath()
  }

  /** The answer to a call that may have written something leaves only when all that was written is durable. */
  async submit(request: OrderRequest): Promise<OrderAnswer> {
    const answer = await this.gateway.order(request)
    if (!request.isDryRun) await this.#ledger.sync()
    return answer
  }

  async halt(scope: HaltScope, caller: string): Promise<readonly CancelResult[]> {
    const by = { caller, requestId: 'switch', isByAdmin: false, cancelsOpenOrders: true, includesForeign: false }
    const halted = await this.gateway.orders.halt({ scope, ...by })
    return halted.ok ? halted.value.cancels : []
  }

  resume(caller: string): void {
    this.#isResuming = true
    this.gateway.orders.resume({ kind: 'caller', caller }, { caller, isAdmin: false })
    this.#isResuming = false
  }

  cancelAfter(caller: string, seconds: number): void {
    this.gateway.orders.cancelAfter(caller, seconds)
  }

  #taskEnded(task: CancelTask): void {
    if (this.#isAlive && !this.#isResuming) this.#outside.onTaskDone(task)
  }

  /** A link whose frames are steps, and which ends with the life. */
  readonly #connect: Connect = (listener) => {
    const ifAlive = (act: () => void): void => {
      if (this.#isAlive) act()
    }
    const link = this.#outside.connect({
      opened: () => ifAlive(() => listener.opened()),
      received: (bytes) => ifAlive(() => listener.received(bytes)),
      closed: (detail) => ifAlive(() => listener.closed(detail)),
    })
    return {
      send: (bytes) => {
        // The object may end after the bytes have left, and then knows nothing of it.
        if (this.#isAlive) link.send(bytes)
        this.#step()
      },
      close: () => link.close(),
    }
  }

  /** Reports which frame carries an entry, also when the object ended as it sent it. */
  #watchFrames(): void {
    const { manager } = this.gateway.orders
    const recordFrame = manager.recordFrame.bind(manager)
    manager.recordFrame = (entryId, connId, serial) => {
      this.#outside.onSent(entryId, connId, serial)
      recordFrame(entryId, connId, serial)
    }
  }

  /** Counts a step of this life. False when it is over, so that the step must not happen. */
  #step(): boolean {
    if (!this.#isAlive) return false
    this.#steps++
    if (!this.#outside.endsAt(this.#steps)) return true
    this.end()
    return false
  }

  #after(delayMs: number, run: () => void): CancelTimer {
    return this.#outside.clock.after(delayMs, () => {
      if (this.#step()) run()
    })
  }
}
