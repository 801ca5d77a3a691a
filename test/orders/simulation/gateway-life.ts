import { AccountList } from '../../../src/gateway/account-list.ts'
import type { CallOutcome, Effect } from '../../../src/gateway/effect.ts'
import { rankOf } from '../../../src/gateway/call-rank.ts'
import { Governor } from '../../../src/gateway/governor.ts'
import { GatewaySession } from '../../../src/gateway/session.ts'
import { UpstreamLine } from '../../../src/gateway/upstream-line.ts'
import type { EntryRef } from '../../../src/orders/reconciliation/account-orders.ts'
import { CancelTasks } from '../../../src/orders/kill-switch/cancel-tasks.ts'
import { OrderManager } from '../../../src/orders/manager/order-manager.ts'
import { OrderReconciler } from '../../../src/orders/reconciliation/order-reconciler.ts'
import type { OrderAnswer, OrderRequest } from '../../../src/orders/request.ts'
import type { CancelTask } from '../../../src/orders/kill-switch/switch-store.ts'
import { type HaltScope, Switches } from '../../../src/orders/kill-switch/switches.ts'
import type { Connect, Link } from '../../../src/transport/link.ts'
import { sha1 } from '../../../src/transport/native-crypto.ts'
import type { Dice } from './dice.ts'
import type { Volume } from './disk.ts'
import { StoredLedger, StoredSwitches, type OnEntry } from './stored-books.ts'
import type { Cancel, VirtualClock } from './virtual-clock.ts'

/** As in the gateway object. */
const ALARM_INTERVAL_MS = 30_000
const UPDATE_ORDER = 2208

/** What one life of the gateway object needs. */
export interface LifeOutside {
  readonly clock: VirtualClock
  readonly dice: Dice
  readonly volume: Volume
  readonly connect: Connect
  readonly onEntry: OnEntry
  /** An order call leaves in that frame. */
  readonly onSent: (entryId: string, connId: bigint, serial: number) => void
  /** A switch has done what it was to do. */
  readonly onTaskDone: (task: CancelTask) => void
  /** Something that nobody waits for failed. */
  readonly onBug: (bug: unknown) => void
  readonly onDeath: () => void
  /** Whether the object ends at this step, counted from 1 over everything it does to the world around it. */
  readonly endsAt: (step: number) => boolean
}

interface Timer {
  readonly atMs: number
  readonly cancel: Cancel
}

/**
 * One life of the gateway object on the virtual clock, put together as `durable-objects/` does it: session, desk,
 * search, link and timers. When it ends, whatever it was about to do does not happen.
 */
export class GatewayLife {
  readonly #outside: LifeOutside
  readonly #session: GatewaySession
  readonly #line: UpstreamLine
  readonly #ledger: StoredLedger
  readonly #switches: Switches
  readonly #tasks: CancelTasks
  readonly #desk: OrderManager
  readonly #search: OrderReconciler
  readonly #waiting = new Map<number, { settle: (outcome: CallOutcome) => void; entryId: string | undefined }>()
  #isAlive = true
  #isResuming = false
  #steps = 0
  #lastCallId = 0
  #link: { readonly id: number; readonly link: Link } | null = null
  #lineTimer: Timer | null = null
  #searchTimer: Timer | null = null
  #alarmTimer: Timer | null = null

  constructor(outside: LifeOutside) {
    const { clock, dice, volume } = outside
    this.#outside = outside
    const mayAct = (): boolean => this.#step()
    const random = (): number => dice.unit()
    const nowMs = (): number => clock.wallMs()
    this.#session = new GatewaySession({ sha1, random, encryption: null }, nowMs(), false)
    this.#line = new UpstreamLine(this.#session, new Governor())
    this.#ledger = new StoredLedger(volume, mayAct, outside.onEntry)
    this.#switches = new Switches({
      store: new StoredSwitches(volume, mayAct, (task) => this.#taskEnded(task)),
      nowMs,
      onStorageFailure: outside.onBug,
    })
    const accounts = new AccountList({
      send: (protoId, body) => this.#send(protoId, body),
      connects: () => this.#session.counts.connects,
      nowMs,
    })
    const orderOutside = {
      ledger: this.#ledger,
      switches: this.#switches,
      upstream: (protoId: number, body: Uint8Array, entry?: EntryRef) => this.#send(protoId, body, entry?.id),
      sha1,
      accounts: (accId: bigint) => accounts.environments(accId),
      nowMs,
      random,
      wait: (ms: number) => new Promise<void>((resolve) => this.#after(ms, resolve)),
      wakeAt: (atMs: number) => this.#wakeSearchAt(atMs),
      onRefused: () => undefined,
    }
    this.#desk = new OrderManager(orderOutside)
    this.#search = new OrderReconciler(orderOutside, this.#desk)
    this.#tasks = new CancelTasks({
      switches: this.#switches,
      ledger: this.#ledger,
      timers: { nowMs, after: (ms, run) => this.#after(ms, run) },
      send: (protoId, body) => this.#send(protoId, body),
      submit: (request) => this.#desk.submit(request),
      isLinkUp: () => this.#session.stage.name === 'ready',
      allAccounts: () => accounts.all(),
      onError: (_, error) => this.#isAlive && outside.onBug(error),
    })
    this.#perform(this.#line.tick(nowMs()))
    this.#alarmBy(nowMs() + ALARM_INTERVAL_MS)
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  /** The object is gone, with everything in memory. */
  end(): void {
    if (!this.#isAlive) return
    this.#isAlive = false
    this.#link?.link.close()
    this.#outside.onDeath()
  }

  /** The answer to a call that may have written something leaves only when all that was written is durable. */
  async submit(request: OrderRequest): Promise<OrderAnswer> {
    const answer = await this.#desk.submit(request)
    if (!request.isDryRun) await this.#ledger.sync()
    return answer
  }

  async halt(scope: HaltScope, caller: string): Promise<void> {
    this.#switches.halt(scope, false)
    this.#desk.stopWaiting(scope)
    this.#tasks.startHalt({ scope, includesForeign: false, caller, requestId: 'switch' })
    await this.#ledger.sync()
  }

  resume(scope: HaltScope): void {
    this.#isResuming = true
    this.#switches.resume(scope)
    this.#tasks.endHalt(scope)
    this.#isResuming = false
  }

  cancelAfter(caller: string, seconds: number): void {
    const fireAtMs = this.#outside.clock.wallMs() + seconds * 1_000
    if (this.#tasks.cancelAfter(caller, fireAtMs).ok) this.#alarmBy(fireAtMs)
  }

  #taskEnded(task: CancelTask): void {
    if (this.#isAlive && !this.#isResuming) this.#outside.onTaskDone(task)
  }

  async #alarm(): Promise<void> {
    const nowMs = this.#outside.clock.wallMs()
    this.#alarmBy(Math.min(nowMs + ALARM_INTERVAL_MS, this.#tasks.nextDueMs() ?? Infinity))
    this.#perform(this.#line.tick(nowMs))
    this.#tasks.alarm()
    await this.#search.run()
  }

  /** Counts a step of this life. False when it is over, so that the step must not happen. */
  #step(): boolean {
    if (!this.#isAlive) return false
    this.#steps++
    if (!this.#outside.endsAt(this.#steps)) return true
    this.end()
    return false
  }

  #send(protoId: number, body: Uint8Array, entryId?: string): Promise<CallOutcome> {
    return new Promise((settle) => {
      if (!this.#step()) return
      const callId = ++this.#lastCallId
      this.#waiting.set(callId, { settle, entryId })
      const call = { callId, protoId, body, caller: '', rank: rankOf(protoId, body) }
      this.#perform(this.#line.call(call, this.#outside.clock.wallMs()))
    })
  }

  #perform(effects: readonly Effect[]): void {
    for (const [index, effect] of effects.entries()) {
      if (!this.#step()) return
      switch (effect.kind) {
        case 'connect':
          this.#open(effect.linkId)
          break
        case 'send':
          this.#noteFrame(effects[index + 1])
          if (this.#link?.id === effect.linkId) this.#link.link.send(effect.bytes)
          break
        case 'close':
          if (this.#link?.id === effect.linkId) this.#link.link.close()
          break
        case 'push':
          if (effect.protoId !== UPDATE_ORDER) break
          this.#search.orderPush(effect.body)
          this.#tasks.orderPush(effect.body)
          break
        case 'ready':
          this.#tasks.linkReady()
          this.#search.linkReady()
          break
        case 'lost':
          break
        case 'released':
          throw new Error('the line hands no call back')
        case 'sent': {
          const entryId = this.#waiting.get(effect.callId)?.entryId
          if (entryId !== undefined) this.#desk.noteSent(entryId, effect.connId, effect.serial)
          break
        }
        case 'settle': {
          const waiting = this.#waiting.get(effect.callId)
          this.#waiting.delete(effect.callId)
          waiting?.settle(effect.outcome)
        }
      }
    }
    this.#scheduleLine()
  }

  /** Tells what a frame is about to carry, because the object may end before it hears of it itself. */
  #noteFrame(following: Effect | undefined): void {
    if (following?.kind !== 'sent') return
    const entryId = this.#waiting.get(following.callId)?.entryId
    if (entryId !== undefined) this.#outside.onSent(entryId, following.connId, following.serial)
  }

  #open(linkId: number): void {
    this.#link?.link.close()
    const now = (): number => this.#outside.clock.wallMs()
    const ifAlive = (effects: () => readonly Effect[]): void => {
      if (this.#isAlive) this.#perform(effects())
    }
    const link = this.#outside.connect({
      opened: () => ifAlive(() => this.#line.opened(linkId, now())),
      received: (bytes) => ifAlive(() => this.#line.received(linkId, bytes, now())),
      closed: (detail) => ifAlive(() => this.#line.closed(linkId, detail, now())),
    })
    this.#link = { id: linkId, link }
  }

  #scheduleLine(): void {
    const wakeMs = this.#line.nextWakeMs()
    if (wakeMs === null) return
    this.#lineTimer = this.#earlier(this.#lineTimer, wakeMs, () => {
      this.#lineTimer = null
      this.#perform(this.#line.tick(this.#outside.clock.wallMs()))
    })
  }

  #wakeSearchAt(atMs: number): void {
    this.#searchTimer = this.#earlier(this.#searchTimer, atMs, () => {
      this.#searchTimer = null
      this.#search.run().catch((bug: unknown) => this.#isAlive && this.#outside.onBug(bug))
    })
  }

  #alarmBy(atMs: number): void {
    this.#alarmTimer = this.#earlier(this.#alarmTimer, atMs, () => {
      this.#alarmTimer = null
      this.#alarm().catch((bug: unknown) => this.#isAlive && this.#outside.onBug(bug))
    })
  }

  /** The timer, or one that rings earlier when it would ring too late. */
  #earlier(timer: Timer | null, atMs: number, run: () => void): Timer {
    if (timer !== null && timer.atMs <= atMs) return timer
    timer?.cancel()
    return { atMs, cancel: this.#after(atMs - this.#outside.clock.wallMs(), run) }
  }

  #after(delayMs: number, run: () => void): Cancel {
    return this.#outside.clock.after(delayMs, () => {
      if (this.#isAlive) run()
    })
  }
}
