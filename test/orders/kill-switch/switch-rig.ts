import { succeed } from '../../../src/base/result.ts'
import { StorageHealth } from '../../../src/base/storage-health.ts'
import { ModifyOrderOp, OrderStatus, TrdMarket } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { TradingAccounts } from '../../../src/accounts/trading-accounts.ts'
import type { Failure } from '../../../src/base/failure.ts'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import { OrderService } from '../../../src/orders/order-service.ts'
import type { HaltReport, HaltRequest } from '../../../src/orders/kill-switch/kill-switch.ts'
import type { HaltScope } from '../../../src/orders/kill-switch/switches.ts'
import type { OrderAnswer } from '../../../src/orders/request.ts'
import { sha1 } from '../../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { placeOrder, restingOrder } from '../../limits/sample-orders.ts'
import { changedC2s, placedC2s } from '../order-values.ts'
import { orderList, placed } from '../sample-replies.ts'
import { Rng } from '../simulation/rng.ts'
import { Disk, type Volume } from '../simulation/disk.ts'
import { StoredLedger, StoredSwitches } from '../simulation/stored-tables.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

type Order = MessageTypes['Trd_Common.Order']
type Reply = CallOutcome | Promise<CallOutcome> | null

const GET_ORDER_LIST = 2201
const PLACE_ORDER = 2202
const MODIFY_ORDER = 2205

/** A cancel that OpenD received. */
export interface SeenCancel {
  readonly accId: bigint
  readonly orderId: bigint
  readonly atMs: number
}

/**
 * The product's order service over a ledger in memory, with a simulated OpenD that has orders and a clock that the test
 * sets.
 */
export class SwitchRig {
  readonly clock = new VirtualClock()
  /** The orders that OpenD has, by account. */
  readonly orders = new Map<bigint, Order[]>()
  readonly cancels: SeenCancel[] = []
  /** OpenD's reply to a cancel, a list or an order in place of carrying it out; null: it carries it out. */
  onCancel: (accId: bigint, orderId: bigint) => Reply = () => null
  onList: (accId: bigint, isFresh: boolean) => Reply = () => null
  onPlace: () => Reply = () => null
  /** OpenD's account list when that account is requested. */
  onAccounts = async (accId: bigint): Promise<TradingAccounts | Failure> => new Map([[accId, 'simulate']])
  /** The callers and ranks of the order list requests. */
  readonly listedFor: string[] = []
  /** Markets in which every account may trade. */
  markets: readonly number[] = [TrdMarket.HK]
  isLinkUp = true
  doesStorageFail = false
  service: OrderService
  #volume: Volume
  readonly storage = new StorageHealth(() => this.clock.wallMs())
  readonly #disk: Disk
  readonly #rng: Rng
  #lastOrderId = 0n

  constructor(seed = 1) {
    this.#rng = new Rng(seed)
    this.#disk = new Disk(this.clock, this.#rng)
    this.#volume = this.#disk.open()
    this.service = this.#assembled()
  }

  /** Ends the object and starts it again, with a link that is up. */
  async restart(): Promise<void> {
    await this.pass(5_000)
    this.#disk.crash()
    this.#volume = this.#disk.open()
    this.service = this.#assembled()
  }

  /** Advances the clock. */
  pass(ms: number): Promise<void> {
    return this.clock.runUntil(this.clock.elapsedMs + ms)
  }

  /** Advances the clock until the call returns, and returns its result. */
  async done<Value>(call: Promise<Value>): Promise<Value> {
    let isDone = false
    void call.then(() => (isDone = true))
    await this.clock.runUntil(this.clock.elapsedMs + 60_000, () => isDone)
    return call
  }

  /** Starts to place an order. */
  place(caller: string, accID = 1n): Promise<OrderAnswer> {
    const c2s = placeOrder({ header: { trdEnv: 0, accID, trdMarket: TrdMarket.HK } })
    return this.service.manager.submit({
      ...{ protoId: PLACE_ORDER, body: encodeMessage('Trd_PlaceOrder.Request', { c2s }), caller, limits: null },
      ...{ rights: { simulate: true, real: true }, requestId: 'r', idempotencyKey: null },
      ...{ isDryRun: false, isKillSwitch: false, callId: null, keyMark: null, expiresAtMs: null },
    })
  }

  /** Places an order that rests, and returns its id. */
  async placed(caller: string, accID = 1n): Promise<bigint> {
    await this.done(this.place(caller, accID))
    return this.#lastOrderId
  }

  /** Adds an order to OpenD that was placed elsewhere. */
  byHand(accId: bigint, remark: string, isFirst = false): bigint {
    const order = this.#order(remark)
    const orders = this.orders.get(accId) ?? []
    this.orders.set(accId, isFirst ? [order, ...orders] : [...orders, order])
    return order.orderID
  }

  async halt(scope: HaltScope, change: Partial<HaltRequest> = {}): Promise<HaltReport> {
    const by = { isByAdmin: true, caller: 'key:admin', requestId: 'r9' }
    const request = { scope, cancelsOpenOrders: true, includesForeign: false, ...by, ...change }
    const halted = await this.done(this.service.killSwitch.halt(request))
    if (!halted.ok) throw new Error(halted.failure.code)
    return halted.value
  }

  /** Ids of the orders that are open at OpenD. */
  open(accId = 1n): readonly bigint[] {
    const isOpen = ({ orderStatus }: Order): boolean => orderStatus === OrderStatus.Submitted
    return (this.orders.get(accId) ?? []).filter(isOpen).map(({ orderID }) => orderID)
  }

  metric(name: string, label?: string): number | undefined {
    const values = this.service.metrics().find((sample) => sample.name === name)?.values ?? []
    return values.find(({ labels }) => label === undefined || labels['outcome'] === label)?.value
  }

  #order(remark: string): Order {
    const orderID = ++this.#lastOrderId
    return restingOrder({ orderID, orderIDEx: `FT${orderID}`, remark })
  }

  #send(protoId: number, body: Uint8Array): Reply {
    if (protoId === PLACE_ORDER) return this.onPlace() ?? this.#take(body)
    if (protoId === MODIFY_ORDER) return this.#cancel(body)
    if (protoId !== GET_ORDER_LIST) return { ok: true, body: encodeMessage('KeepAlive.Response', { retType: -1 }) }
    const request = decodeMessage('Trd_GetOrderList.Request', body)
    if (!request.ok) throw new Error(request.detail)
    const { header, refreshCache } = request.value.c2s
    return this.onList(header.accID, refreshCache === true) ?? orderList(this.orders.get(header.accID) ?? [])
  }

  /** Carries out an order at OpenD. */
  #take(body: Uint8Array): CallOutcome {
    const { header, remark } = placedC2s({ body })
    return placed(this.byHand(header.accID, remark ?? ''))
  }

  #cancel(body: Uint8Array): Reply {
    const { header, orderID, modifyOrderOp } = changedC2s({ body })
    if (modifyOrderOp !== ModifyOrderOp.Cancel) throw new Error('a switch only cancels')
    this.cancels.push({ accId: header.accID, orderId: orderID, atMs: this.clock.elapsedMs })
    const reply = this.onCancel(header.accID, orderID)
    if (reply !== null) return reply
    const orders = this.orders.get(header.accID) ?? []
    const change = (order: Order): Order =>
      order.orderID === orderID ? { ...order, orderStatus: OrderStatus.Cancelled_All } : order
    this.orders.set(header.accID, orders.map(change))
    const s2c = { header, orderID, orderIDEx: `FT${orderID}` }
    return { ok: true, body: encodeMessage('Trd_ModifyOrder.Response', { retType: 0, s2c }) }
  }

  #assembled(): OrderService {
    const volume = this.#volume
    const isPresent = (): boolean => volume === this.#volume
    const store = new StoredSwitches(volume, () => {
      if (this.doesStorageFail) throw new Error('the disk is full')
      return isPresent()
    })
    return new OrderService({
      timers: {
        nowMs: () => this.clock.wallMs(),
        after: (ms, run) => this.clock.after(ms, () => isPresent() && run()),
      },
      ledger: new StoredLedger(volume, isPresent, () => undefined),
      switches: store,
      exits: { active: () => [], byId: () => null, put: () => undefined },
      presentTerms: async (request) => succeed(request),
      sha1,
      random: () => this.#rng.unit(),
      storage: this.storage,
      send: async (protoId, body, origin) => {
        const failure = origin?.mayLeave?.(this.clock.wallMs()) ?? null
        if (failure !== null) return { ok: false, failure, sent: false }
        if (protoId === GET_ORDER_LIST) this.listedFor.push(`${origin?.caller} ${origin?.rank}`)
        return (await this.#send(protoId, body)) ?? new Promise(() => undefined)
      },
      opend: { wouldRefuse: () => null },
      standing: () => null,
      connId: () => '1',
      onContradiction: () => undefined,
      countEarlier: () => undefined,
      tradingAccounts: (accId) => this.onAccounts(accId),
      allAccounts: async () =>
        [...this.orders.keys()].map((accID) => ({ trdEnv: 0, accID, trdMarketAuthList: this.markets })),
      isLinkUp: () => this.isLinkUp,
      alarmBy: () => undefined,
      onRefused: () => undefined,
      onEntry: () => undefined,
      onError: (what, error) => {
        throw new Error(what, { cause: error })
      },
    })
  }
}
