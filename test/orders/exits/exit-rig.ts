import { TrdEnv, TrdMarket } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { Database } from '../../../durable-objects/storage/database.ts'
import { SqlExitStore } from '../../../durable-objects/storage/exits.ts'
import { SqlLedger } from '../../../durable-objects/storage/ledger.ts'
import { migrate } from '../../../durable-objects/storage/migrate.ts'
import { SqlSwitchStore } from '../../../durable-objects/storage/switches.ts'
import type { Failure } from '../../../src/base/failure.ts'
import { succeed } from '../../../src/base/result.ts'
import { StorageHealth } from '../../../src/base/storage-health.ts'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import type { LedgerEntry } from '../../../src/orders/entry.ts'
import type { ExitGroup, Leg } from '../../../src/orders/exits/exit-group.ts'
import type { Exits, LegKind } from '../../../src/orders/exits/exit-price.ts'
import { OrderService } from '../../../src/orders/order-service.ts'
import type { OrderAnswer, OrderRequest } from '../../../src/orders/request.ts'
import { sha1 } from '../../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { placeOrder } from '../../limits/sample-orders.ts'
import { NodeDatabase } from '../../storage/node-database.ts'
import { changedC2s, failed, placedC2s, pushOf } from '../order-values.ts'
import { orderHistory, orderList, placed, refusal } from '../sample-replies.ts'
import { Rng } from '../simulation/rng.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'
import { Exchange, kindOf, type Resting } from './exchange.ts'

const CALLS = { positions: 2102, orders: 2201, place: 2202, modify: 2205, history: 2221, snapshot: 3203 } as const

/** What becomes of a call: it is carried out, it is carried out and its reply is lost, or it does not arrive. */
export type Fate = 'done' | 'reply_lost' | 'lost'

/** The product's order service over its SQL stores, with an exchange that the test moves. A life ends at any step. */
export class ExitRig {
  readonly clock = new VirtualClock()
  readonly exchange = new Exchange()
  /** Whether pushes arrive. */
  hasPushes = true
  fateOf: (protoId: number) => Fate = () => 'done'
  /** The failure of every caller's standing; null while callers may trade. */
  standing: Failure | null = null
  /** Called before each call of the gateway; it may end the life. */
  onStep: () => void = () => undefined
  trdEnv: number = TrdEnv.Simulate
  service: OrderService
  lives = 0
  readonly #db = new NodeDatabase()
  readonly #rng: Rng
  #connection = 0

  constructor(seed = 1) {
    this.#rng = new Rng(seed)
    migrate(this.#db)
    this.exchange.onChange = ({ order }) => this.hasPushes && this.service.orderPush(pushOf(order))
    this.service = this.#assembled()
  }

  /** Ends the life of the object and starts the next one. */
  restart(): void {
    this.service = this.#assembled()
    this.service.linkReady()
  }

  pass(ms: number): Promise<void> {
    return this.clock.runUntil(this.clock.elapsedMs + ms)
  }

  /** Starts to place 100 shares with exits. */
  place(exits: Exits, change: Partial<MessageTypes['Trd_PlaceOrder.C2S']> = {}, request: Partial<OrderRequest> = {}) {
    const header = { trdEnv: this.trdEnv, accID: 281_756n, trdMarket: TrdMarket.HK }
    const c2s = placeOrder({ header, price: 400, ...change })
    const body = encodeMessage('Trd_PlaceOrder.Request', { c2s })
    return this.service.submit({ ...REQUEST, protoId: 2202, body, exits, ...request })
  }

  /** Places an order with exits, and returns its group. */
  async placed(
    exits: Exits,
    change: Partial<MessageTypes['Trd_PlaceOrder.C2S']> = {},
    request: Partial<OrderRequest> = {},
  ): Promise<{ readonly id: string; readonly parent: Resting }> {
    let answer: OrderAnswer | null = null
    void this.place(exits, change, request).then((one) => (answer = one))
    await this.clock.runUntil(this.clock.elapsedMs + 60_000, () => answer !== null)
    const id = this.#idOf(answer)
    const parent = this.exchange.byTag(id.slice(3))
    if (parent === null) throw new Error('the parent did not arrive')
    return { id, parent }
  }

  group(id: string): ExitGroup {
    const group = this.service.exits.byId(id)
    if (group === null) throw new Error(`${id} has no exits`)
    return group
  }

  leg(id: string, kind: LegKind): Leg {
    const leg = this.group(id).legs.find((one) => one.kind === kind)
    if (leg === undefined) throw new Error(`${id} has no ${kind}`)
    return leg
  }

  /** The orders at the exchange that were placed for a leg. */
  ordersOf(id: string, kind: LegKind): readonly Resting[] {
    const ids = this.entries.filter((one) => kindOf(one.idempotencyKey) === kind && isFor(one, id))
    return ids.flatMap(({ tag }) => (tag === null ? [] : (this.exchange.byTag(tag) ?? [])))
  }

  /** The only order of a leg. */
  only(id: string, kind: LegKind): Resting {
    const [first, ...others] = this.ordersOf(id, kind)
    if (first === undefined || others.length > 0)
      throw new Error(`${kind} has ${others.length} orders too many, or none`)
    return first
  }

  get entries(): readonly LedgerEntry[] {
    return this.service.ledger.page({ caller: null, state: null, accId: null, before: null, limit: 1_000 })
  }

  #idOf(answer: OrderAnswer | null): string {
    const reply = answer?.reply
    if (reply === undefined || !('intentId' in reply) || reply.intentId === null) {
      throw new Error(`the parent was not sent: ${JSON.stringify(reply)}`)
    }
    return reply.intentId
  }

  #answer(protoId: number, body: Uint8Array): CallOutcome {
    const { exchange } = this
    switch (protoId) {
      case CALLS.orders:
        return orderList(exchange.orders.map(({ order }) => order))
      case CALLS.history:
        return orderHistory(exchange.orders.map(({ order }) => order))
      case CALLS.positions: {
        const request = decodeMessage('Trd_GetPositionList.Request', body)
        if (!request.ok) throw new Error(request.detail)
        return { ok: true, body: exchange.positions(request.value.c2s.header) }
      }
      case CALLS.snapshot:
        return exchange.snapshot()
      case CALLS.place:
        return placed(exchange.place(placedC2s({ body })).orderID)
      case CALLS.modify: {
        const c2s = changedC2s({ body })
        const order = exchange.modify(c2s)
        if (order === null) return refusal(2205, -1)
        const s2c = { header: c2s.header, orderID: order.orderID, orderIDEx: order.orderIDEx }
        return { ok: true, body: encodeMessage('Trd_ModifyOrder.Response', { retType: 0, s2c }) }
      }
      default:
        throw new Error(`no reply to ${protoId}`)
    }
  }

  #assembled(): OrderService {
    const life = ++this.lives
    this.#connection++
    const isPresent = (): boolean => life === this.lives
    const timers = {
      nowMs: () => this.clock.wallMs(),
      after: (ms: number, run: () => void) => this.clock.after(ms, () => isPresent() && run()),
    }
    const db = databaseOf(this.#db, isPresent)
    return new OrderService({
      timers,
      ledger: new SqlLedger(db, timers, () => undefined),
      switches: new SqlSwitchStore(db),
      exits: new SqlExitStore(db),
      presentTerms: async (request) => succeed(request),
      sha1,
      random: () => this.#rng.unit(),
      storage: new StorageHealth(timers.nowMs),
      send: async (protoId, body, origin) => {
        const gone = new Promise<never>(() => undefined)
        const failure = origin?.mayLeave?.(timers.nowMs()) ?? null
        if (failure !== null) return { ok: false, failure, sent: false }
        if (origin?.entryId !== undefined) {
          this.service.inFlight.recordFrame(origin.entryId, BigInt(this.#connection), ++this.#frames)
        }
        const fate = this.fateOf(protoId)
        const outcome = fate === 'lost' ? null : this.#answer(protoId, body)
        this.onStep()
        // The reply takes a moment. It never reaches a life that has ended.
        await new Promise<void>((resolve) => void this.clock.after(3, resolve))
        if (!isPresent()) return gone
        if (fate === 'done' && outcome !== null) return outcome
        this.#connection++
        return failed('gateway.disconnected', true)
      },
      opend: { wouldRefuse: () => null },
      standing: () => this.standing,
      connId: () => String(this.#connection),
      onContradiction: () => undefined,
      countEarlier: () => undefined,
      tradingAccounts: async (accId) => new Map([[accId, this.trdEnv === TrdEnv.Real ? 'real' : 'simulate']]),
      allAccounts: async () => [],
      isLinkUp: () => true,
      alarmBy: () => undefined,
      onRefused: () => undefined,
      onEntry: () => undefined,
      onError: (what, error) => {
        if (!isPresent()) return
        throw new Error(what, { cause: error })
      },
    })
  }

  #frames = 0
}

/** The storage of one life: a life that has ended cannot use it. */
function databaseOf(db: Database, isPresent: () => boolean): Database {
  const check = (): void => {
    if (!isPresent()) throw new Error('the object has ended')
  }
  return {
    sql: {
      exec: (statement, ...bindings) => {
        check()
        return db.sql.exec(statement, ...bindings)
      },
    },
    transactionSync: (change) => {
      check()
      return db.transactionSync(change)
    },
    sync: () => db.sync(),
  }
}

function isFor({ idempotencyKey }: LedgerEntry, id: string): boolean {
  return idempotencyKey?.includes(id) === true
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
