import { ModifyOrderOp, SecurityType } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { Failure } from '../../src/base/failure.ts'
import { StorageHealth } from '../../src/base/storage-health.ts'
import type { CallOutcome } from '../../src/gateway/link/effect.ts'
import type { CallOrigin } from '../../src/gateway/opend-client.ts'
import type { TradingAccounts } from '../../src/accounts/trading-accounts.ts'
import type { LedgerEntry } from '../../src/orders/entry.ts'
import { Admission } from '../../src/orders/admission/admission.ts'
import { OrderManager } from '../../src/orders/manager/order-manager.ts'
import { OrderReconciler } from '../../src/orders/reconciliation/order-reconciler.ts'
import type { OrderAnswer, OrderRequest } from '../../src/orders/request.ts'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { orderHistory, orderList, placed } from './sample-replies.ts'
import { changedC2s, failed } from './order-values.ts'
import { snapshot } from './sample-snapshot.ts'
import { modifyOrder, placeOrder } from '../limits/sample-orders.ts'
import { Rng } from './simulation/rng.ts'
import { Disk, type Volume } from './simulation/disk.ts'
import { haltFailure, type HaltScope, Switches } from '../../src/orders/kill-switch/switches.ts'
import { ChangedOrders } from '../../src/orders/changed-orders.ts'
import { ContractCache } from '../../src/orders/admission/contract-cache.ts'
import { LimiterRegistry } from '../../src/orders/admission/limiter-registry.ts'
import { OrderEntries } from '../../src/orders/manager/order-entries.ts'
import { OrderPush } from '../../src/orders/sending/pushed-orders.ts'
import { InFlightOrders } from '../../src/orders/sending/in-flight-orders.ts'
import { StoredLedger, StoredSwitches } from './simulation/stored-tables.ts'
import { type Cancel, VirtualClock } from './simulation/virtual-clock.ts'

type PlaceOrder = MessageTypes['Trd_PlaceOrder.C2S']
type ModifyOrder = MessageTypes['Trd_ModifyOrder.C2S']
export type Order = MessageTypes['Trd_Common.Order']

/** The account of `sample-orders.ts`, and a real account. */
export const PLAY_ID = 281_756n
export const REAL_ID = 9n
const ACCOUNTS: TradingAccounts = new Map([
  [PLAY_ID, 'simulate'],
  [REAL_ID, 'real'],
])

/** The reply of a test to a call; a promise that never resolves is a missing reply. */
type Answer = (body: Uint8Array) => CallOutcome | Promise<CallOutcome>

/** A call that the manager or the reconciler sent. */
export interface SentCall {
  readonly protoId: number
  readonly body: Uint8Array
  readonly atMs: number
}

/**
 * Manager and reconciler over a ledger in memory, with an OpenD whose replies the test defines and a clock that it
 * sets.
 */
export class OrderPathRig {
  readonly clock = new VirtualClock()
  readonly sent: SentCall[] = []
  readonly answers = new Map<number, Answer>()
  /** The next random numbers. */
  readonly nextUnits: number[] = []
  /** Failure codes that the manager reported to `onRefused`. */
  readonly refused: string[] = []
  /** The orders on OpenD's list of today. */
  listed: Order[] = []
  accounts: TradingAccounts | Failure = ACCOUNTS
  accountsAfterMs = 0
  /** How long a call waits for the link or for OpenD's limits before its frame is written, ms. */
  waitsToLeaveMs = 0
  /** The error that every write to the ledger throws; null while the storage works. */
  storageError: Error | null = null
  /** The failure of every caller's standing; null while callers may trade. */
  standing: Failure | null = null
  /**
   * OpenD's id of the connection. An order call that is cut after it was sent ends it, and the next one is ready at
   * once.
   */
  connection = 1
  /** The reported contradictions: the entry's id and the evidence. */
  readonly contradictions: string[] = []
  manager: OrderManager
  orderEntries: OrderEntries
  inFlight: InFlightOrders
  readonly contracts = new ContractCache(() => this.clock.wallMs())
  reconciler: OrderReconciler
  ledger: StoredLedger
  switches: Switches
  readonly storage = new StorageHealth(() => this.clock.wallMs())
  readonly #disk: Disk
  readonly #rng: Rng
  #volume: Volume
  #timer: { readonly atMs: number; readonly cancel: Cancel } | null = null
  #orders = 0

  constructor(seed = 1) {
    this.#rng = new Rng(seed)
    this.#disk = new Disk(this.clock, this.#rng)
    this.#volume = this.#disk.open()
    ;[this.ledger, this.switches, this.orderEntries, this.inFlight, this.manager, this.reconciler] = this.#assembled()
    this.answers.set(2202, () => placed(BigInt(++this.#orders)))
    this.answers.set(2205, (body) => changed(body))
    this.answers.set(2201, () => orderList(this.listed))
    this.answers.set(2221, () => orderHistory([]))
    this.answers.set(3203, () => snapshot(SecurityType.Eqty, 400))
  }

  /** Restarts the object. */
  restart(): void {
    this.#disk.crash()
    this.#timer?.cancel()
    this.#timer = null
    this.#volume = this.#disk.open()
    this.connection++
    ;[this.ledger, this.switches, this.orderEntries, this.inFlight, this.manager, this.reconciler] = this.#assembled()
  }

  /** Ends the calls within a halted scope that have not been sent, as a halt does. */
  stopInScope(scope: HaltScope): void {
    this.inFlight.stopInScope(scope, haltFailure(this.switches, scope))
  }

  /** Ends the connection and makes another one ready. */
  reconnect(): void {
    this.connection++
    this.linkReady()
  }

  /** What the order service does when the link comes up. */
  linkReady(): void {
    this.contracts.forget()
    this.reconciler.linkReady()
  }

  /** What the order service does with an order push. */
  orderPush(body: Uint8Array): void {
    const push = new OrderPush(body)
    this.inFlight.onPush(push)
    this.reconciler.orderPush(push)
  }

  place(change: Partial<PlaceOrder> = {}, request: Partial<OrderRequest> = {}): Promise<OrderAnswer> {
    const body = encodeMessage('Trd_PlaceOrder.Request', { c2s: placeOrder(change) })
    return this.manager.submit({ ...REQUEST, protoId: 2202, body, ...request })
  }

  modify(change: Partial<ModifyOrder> = {}, request: Partial<OrderRequest> = {}): Promise<OrderAnswer> {
    const body = encodeMessage('Trd_ModifyOrder.Request', { c2s: modifyOrder(change) })
    return this.manager.submit({ ...REQUEST, protoId: 2205, body, ...request })
  }

  cancel(change: Partial<ModifyOrder> = {}, request: Partial<OrderRequest> = {}): Promise<OrderAnswer> {
    return this.modify({ modifyOrderOp: ModifyOrderOp.Cancel, ...change }, request)
  }

  /** Advances the clock. */
  pass(ms: number): Promise<void> {
    return this.clock.runUntil(this.clock.elapsedMs + ms)
  }

  /** Advances the clock until the call returns, and returns its result. */
  async done<Value>(call: Promise<Value>, withinMs = 60_000): Promise<Value> {
    let result: { readonly value: Value } | null = null
    let bug: unknown = null
    call.then(
      (value) => (result = { value }),
      (error: unknown) => (bug = error),
    )
    await this.clock.runUntil(this.clock.elapsedMs + withinMs, () => result !== null || bug !== null)
    if (bug !== null) throw bug
    return call
  }

  /** The number of times a call was sent. */
  count(protoId: number): number {
    return this.sent.filter((call) => call.protoId === protoId).length
  }

  /** The newest entry of the ledger. */
  get latest(): LedgerEntry {
    const [entry] = this.ledger.page({ caller: null, state: null, accId: null, before: null, limit: 1 })
    if (entry === undefined) throw new Error('the ledger is empty')
    return entry
  }

  get entries(): readonly LedgerEntry[] {
    return this.ledger.page({ caller: null, state: null, accId: null, before: null, limit: 1_000 })
  }

  #elapsed(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(ms, resolve))
  }

  /** One timer, for the earliest requested time. */
  #wakeAt(atMs: number, run: () => Promise<void>): void {
    if (this.#timer !== null && this.#timer.atMs <= atMs) return
    this.#timer?.cancel()
    const cancel = this.clock.after(atMs - this.clock.wallMs(), () => {
      this.#timer = null
      void run()
    })
    this.#timer = { atMs, cancel }
  }

  #assembled(): [StoredLedger, Switches, OrderEntries, InFlightOrders, OrderManager, OrderReconciler] {
    const volume = this.#volume
    const ledger = new StoredLedger(
      volume,
      () => {
        if (this.storageError !== null) throw this.storageError
        return true
      },
      () => undefined,
    )
    const nowMs = (): number => this.clock.wallMs()
    const switches = new Switches({
      store: new StoredSwitches(volume, () => true),
      nowMs,
      onStorageFailure: (error) => this.storage.failed(error),
    })
    const deps = {
      ledger,
      switches,
      send: async (protoId: number, body: Uint8Array, origin?: CallOrigin): Promise<CallOutcome> => {
        if (this.waitsToLeaveMs > 0 && origin?.mayLeave !== undefined) await this.#elapsed(this.waitsToLeaveMs)
        const failure = origin?.mayLeave?.(nowMs()) ?? null
        if (failure !== null) return { ok: false, failure, sent: false }
        this.sent.push({ protoId, body, atMs: this.clock.elapsedMs })
        const entryId = origin?.entryId
        if (entryId !== undefined) inFlight.recordFrame(entryId, BigInt(this.connection), this.sent.length)
        const outcome = (await this.answers.get(protoId)?.(body)) ?? failed('gateway.not_ready', false)
        if (entryId !== undefined && isCut(outcome)) this.connection++
        return outcome
      },
      sha1,
      accounts: async () => {
        if (this.accountsAfterMs > 0) await this.#elapsed(this.accountsAfterMs)
        return this.accounts
      },
      timers: { nowMs, after: (delayMs: number, run: () => void) => this.clock.after(delayMs, run) },
      storage: this.storage,
      standing: () => this.standing,
      opend: { wouldRefuse: () => null },
      nowMs,
      random: () => this.nextUnits.shift() ?? this.#rng.unit(),
      wakeAt: (atMs: number) => this.#wakeAt(atMs, () => reconciler.pollDue()),
      onRefused: (_: string, { code }: Failure) => void this.refused.push(code),
      onEntry: () => undefined,
      connId: () => String(this.connection),
      onContradiction: ({ id }: LedgerEntry, detail: string) => void this.contradictions.push(`${id} ${detail}`),
    }
    const limiters = new LimiterRegistry(ledger, (id) => entries.unwrittenOf(id))
    const entries = new OrderEntries({ ...deps, limiters })
    const inFlight = new InFlightOrders(deps.timers)
    entries.takeOver()
    const manager = new OrderManager({
      ...deps,
      admission: new Admission(deps),
      limiters,
      entries,
      inFlight,
      contracts: this.contracts,
      changedOrders: new ChangedOrders(deps.timers),
    })
    const reconciler = new OrderReconciler(deps, entries)
    return [ledger, switches, entries, inFlight, manager, reconciler]
  }
}

const REQUEST: Omit<OrderRequest, 'protoId' | 'body'> = {
  caller: 'key:a',
  rights: { simulate: true, real: true },
  limits: null,
  requestId: 'r',
  idempotencyKey: null,
  isDryRun: false,
  isKillSwitch: false,
  callId: null,
  keyMark: null,
  expiresAtMs: null,
}

function isCut(outcome: CallOutcome): boolean {
  return !outcome.ok && outcome.sent && outcome.failure.code === 'gateway.disconnected'
}

function changed(body: Uint8Array): CallOutcome {
  const { header, orderID, orderIDEx = `FT${orderID}` } = changedC2s({ body })
  const s2c = { header, orderID, orderIDEx }
  return { ok: true, body: encodeMessage('Trd_ModifyOrder.Response', { retType: 0, s2c }) }
}
