import { SqlExitStore } from '../../../durable-objects/storage/exits.ts'
import { succeed } from '../../../src/base/result.ts'
import type { CancelTimer, Timers } from '../../../src/base/time/timers.ts'
import type { Standing } from '../../../src/auth/socket-caller.ts'
import { tcpFraming } from '../../../src/gateway/link/tcp-framing.ts'
import { Gateway } from '../../../src/core/gateway.ts'
import type { OrderAnswer, OrderRequest } from '../../../src/orders/request.ts'
import type { CancelTask } from '../../../src/orders/kill-switch/switch-store.ts'
import type { Connect } from '../../../src/transport/link.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { AlarmClock } from './alarm-clock.ts'
import type { DurableStorage } from './durable-storage.ts'
import { fastDigest } from './fast-digest.ts'
import { NO_SOCKETS } from './no-sockets.ts'
import type { Rng } from './rng.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { type OnEntry, WatchedLedger, WatchedSwitches } from './watched-stores.ts'
import { plainRoute } from '../../gateway/link/plain-route.ts'

const GET_ORDER_LIST = 2201

/** The dependencies of one instance of the object. */
export interface InstanceDeps {
  readonly clock: VirtualClock
  readonly rng: Rng
  readonly storage: DurableStorage
  readonly connect: Connect
  readonly standing: (request: OrderRequest, nowMs: number) => Standing
  readonly onEntry: OnEntry
  /** Called when an order call was sent in that frame. */
  readonly onSent: (entryId: string, connId: bigint, serial: number) => void
  /** Called when a switch was stored, which may have started. */
  readonly onTask: (task: CancelTask) => void
  /** Called when a switch is done. */
  readonly onTaskDone: (task: CancelTask) => void
  readonly onContradiction: (entryId: string) => void
  /** Called when a switch requests the orders of that account. */
  readonly onSwitchPoll: (accId: bigint) => void
  /** Whether the link is ready from now on. */
  readonly onLink: (isReady: boolean) => void
  /** Called when work in the background fails. */
  readonly onBug: (bug: unknown) => void
  readonly onDeath: () => void
  /** Whether the object ends at this step; steps with an outside effect are counted from 1. */
  readonly endsAt: (step: number) => boolean
}

/**
 * One instance of the gateway object on the virtual clock: the product's own Gateway and stores, on a clock, a link and
 * a storage that end with the instance. Every write, frame and timer is a step at which the instance may end.
 */
export class ObjectInstance {
  readonly gateway: Gateway
  readonly #deps: InstanceDeps
  readonly #alarm: AlarmClock
  #isAlive = true
  #isReady = false
  /** Whether a caller ends a switch right now. */
  #isEndingSwitch = false
  #steps = 0

  constructor(deps: InstanceDeps) {
    const { clock, rng } = deps
    this.#deps = deps
    const timers: Timers = {
      nowMs: () => clock.wallMs(),
      after: (delayMs, run) => this.#after(delayMs, run),
    }
    const database = deps.storage.open(() => this.#step())
    this.#alarm = new AlarmClock(timers, () => {
      this.gateway.alarm()
    })
    this.gateway = new Gateway({
      timers,
      session: { random: () => rng.unit() },
      sha1: fastDigest,
      isParked: false,
      transports: [{ ...plainRoute(), name: 'simulation', connect: this.#connect, framing: tcpFraming(fastDigest) }],
      ledger: new WatchedLedger(
        database,
        timers,
        () => undefined,
        (entry, before) => {
          if (this.#isAlive) deps.onEntry(entry, before)
        },
      ),
      switches: new WatchedSwitches(database, {
        stored: (task) => this.#isAlive && deps.onTask(task),
        removed: (task) => this.#isAlive && !this.#isEndingSwitch && deps.onTaskDone(task),
      }),
      exits: new SqlExitStore(database),
      presentTerms: async (request) => succeed(request),
      subscriptions: { all: () => [], put: () => undefined, remove: () => undefined },
      sockets: NO_SOCKETS,
      secureRandom: () => rng.unit(),
      runId: 'simulation',
      identify: () => Promise.reject(new Error('a schedule has no sockets')),
      standing: () => 'valid',
      orderStanding: deps.standing,
      alarmBy: (atMs) => this.#alarm.by(atMs),
      onRefused: () => undefined,
      onEntry: () => undefined,
      onContradiction: (entryId) => this.#isAlive && deps.onContradiction(entryId),
      onError: (what, bug) => this.#recordError(what, bug),
    })
    this.#watchFrames()
    this.#watchSwitches()
    this.gateway.start()
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  /** Ends the object and loses its memory. */
  end(): void {
    if (!this.#isAlive) return
    this.#isAlive = false
    this.#deps.onDeath()
  }

  /** The reply to a call that may have written is sent only when all writes are durable or the storage fails. */
  async submit(request: OrderRequest): Promise<OrderAnswer & { readonly isStored: boolean }> {
    const answer = await this.gateway.order(request)
    if (request.isDryRun) return { ...answer, isStored: true }
    const isSynced = await this.gateway.orders.ledger.sync().then(
      () => !this.#deps.storage.isFailing,
      () => false,
    )
    // A write that failed is made again by the next alarm, also when the storage has worked again before the sync.
    const entryId = 'intentId' in answer.reply ? answer.reply.intentId : null
    const isWritten = entryId === null || this.gateway.orders.entries.unwrittenOf(entryId) === null
    return { ...answer, isStored: isSynced && isWritten }
  }

  /** Runs a caller's request that ends a switch. */
  endSwitch<Result>(act: () => Result): Result {
    this.#isEndingSwitch = true
    try {
      return act()
    } finally {
      this.#isEndingSwitch = false
    }
  }

  /** While the storage fails, background work that needs it fails too. */
  #recordError(what: string, bug: unknown): void {
    if (this.#isAlive && !String(bug).includes('SQLITE_FULL')) this.#deps.onBug(new Error(what, { cause: bug }))
  }

  /** A link whose frames are steps, and which ends with the instance. */
  readonly #connect: Connect = (listener) => {
    const ifAlive = (act: () => void): void => {
      if (!this.#isAlive) return
      act()
      this.#checkLink()
    }
    const link = this.#deps.connect({
      opened: () => ifAlive(() => listener.opened()),
      received: (bytes) => ifAlive(() => listener.received(bytes)),
      closed: (detail) => ifAlive(() => listener.closed(detail)),
    })
    return {
      send: (bytes) => {
        // The object may end after the bytes have been sent, and then it has no record of them.
        if (this.#isAlive) link.send(bytes)
        this.#step()
      },
      close: () => link.close(),
    }
  }

  #checkLink(): void {
    const isReady = this.gateway.opend.session.stage.name === 'ready'
    if (isReady === this.#isReady || !this.#isAlive) return
    this.#isReady = isReady
    this.#deps.onLink(isReady)
  }

  /** Reports which frame carries an entry, also when the object ended while it sent the frame. */
  #watchFrames(): void {
    const { inFlight } = this.gateway.orders
    const recordFrame = inFlight.recordFrame.bind(inFlight)
    inFlight.recordFrame = (entryId, connId, serial) => {
      this.#deps.onSent(entryId, connId, serial)
      recordFrame(entryId, connId, serial)
    }
  }

  #watchSwitches(): void {
    const { opend } = this.gateway
    const send = opend.send.bind(opend)
    opend.send = (protoId, body, origin) => {
      if (protoId === GET_ORDER_LIST && origin.rank === 'switch' && this.#isAlive) {
        const request = decodeMessage('Trd_GetOrderList.Request', body)
        if (request.ok) this.#deps.onSwitchPoll(request.value.c2s.header.accID)
      }
      return send(protoId, body, origin)
    }
  }

  /** Counts a step of this instance. Returns false when the instance has ended, so that the step must not happen. */
  #step(): boolean {
    if (!this.#isAlive) return false
    this.#steps++
    if (!this.#deps.endsAt(this.#steps)) return true
    this.end()
    return false
  }

  #after(delayMs: number, run: () => void): CancelTimer {
    return this.#deps.clock.after(delayMs, () => {
      if (!this.#step()) return
      run()
      this.#checkLink()
    })
  }
}
