import { DurableObject } from 'cloudflare:workers'
import { type Env, hasManyCallers, readConfig, type Upstream, upstreamText } from '../src/env.ts'
import type { CallOutcome } from '../src/gateway/effect.ts'
import { AccountList } from '../src/gateway/account-list.ts'
import { rankOf } from '../src/gateway/call-rank.ts'
import type { EntryRef } from '../src/orders/account-orders.ts'
import type { LedgerEntry } from '../src/orders/entry.ts'
import type { LedgerQuery } from '../src/orders/ledger.ts'
import type { OrderRequest } from '../src/orders/request.ts'
import type { HaltScope } from '../src/orders/switches.ts'
import { readPush } from '../src/pushes/read-push.ts'
import type { Connect } from '../src/transport/link.ts'
import { aes128, sha1 } from '../src/transport/native-crypto.ts'
import { tcpConnector } from '../src/transport/tcp.ts'
import { CounterBook } from './counter-book.ts'
import { gatewayMetrics } from './gateway-metrics.ts'
import type {
  CounterDelta,
  GatewayCall,
  GatewayOrderAnswer,
  GatewayReply,
  GatewayRpc,
  GatewayStatus,
  HaltReport,
  HaltRequest,
  MetricSample,
} from './gateway-rpc.ts'
import { gauge } from './metric.ts'
import { OpendLine, OWN_CALL } from './opend-line.ts'
import { OrderService } from './order-service.ts'
import { HEARTBEAT_SECONDS, PushService } from './push-service.ts'
import { QuoteService } from './quote-service.ts'
import { SocketDoor } from './socket-door.ts'

/**
 * The alarm wakes the object when everything else was lost: after an eviction it reconnects within this time. A longer
 * one would leave pushes dark, a shorter one costs rows (2,880 a day at 30 s).
 */
const ALARM_INTERVAL_MS = HEARTBEAT_SECONDS * 1_000

/** Protocol id of the push about an order. */
const UPDATE_ORDER = 2208

/** An OpenD on board, with the object's storage for what it must remember. */
export type Simulator = (storage: DurableObjectStorage) => Connect

/** Keys of the object's storage. */
const STORED = { parked: 'parked', epoch: 'epoch' } as const

/**
 * The one object behind the Worker: it puts the line to OpenD, the orders, the quotes and the pushes together. Order
 * calls go through the order service, because only here the accounts, the limits and the ledger are; quotes through the
 * quote service, which knows who has subscribed what.
 */
export class GatewayObjectBase extends DurableObject<Env> implements GatewayRpc {
  readonly #upstream: Upstream | null
  readonly #line: OpendLine
  readonly #accounts: AccountList
  readonly #counters = new CounterBook()
  readonly #orders: OrderService
  readonly #quotes: QuoteService
  readonly #pushes: PushService
  #door: SocketDoor
  #epoch: number

  /** `simulator` connects to an OpenD on board; null for the product, which has none. */
  constructor(ctx: DurableObjectState, env: Env, simulator: Simulator | null) {
    super(ctx, env)
    const config = readConfig(env)
    this.#upstream = config.ok ? config.value.upstream : null
    const rsa = config.ok && config.value.upstream.kind === 'tcp' ? config.value.linkKey : null
    const encryption = rsa === null ? null : { rsa, aes128 }
    this.#epoch = ctx.storage.kv.get<number>(STORED.epoch) ?? 0
    const isParked = ctx.storage.kv.get<boolean>(STORED.parked) ?? false
    const isShared = !config.ok || hasManyCallers(config.value)
    this.#line = new OpendLine(
      { sha1, random: Math.random, encryption, isShared },
      isParked,
      this.#connector(simulator),
      {
        linkReady: () => this.#linkReady(),
        linkLost: () => this.#linkLost(),
        push: (protoId, body) => this.#push(protoId, body),
        orderSent: (entryId, connId, serial) => this.#orders.desk.noteSent(entryId, connId, serial),
      },
    )
    this.#accounts = new AccountList({
      send: (protoId, body) => this.#line.send(protoId, body, OWN_CALL),
      linkGeneration: () => this.#line.session.linkGeneration,
      isLinkUp: () => this.#line.session.stage.name === 'ready',
      nowMs: () => Date.now(),
      after: (ms, run) => void setTimeout(run, ms),
    })
    this.#door = this.#openDoor()
    this.#orders = new OrderService({
      storage: ctx.storage,
      send: (protoId, body, entry) => this.#sendOrder(protoId, body, entry),
      noteSent: (protoId, accId, atMs) => this.#line.noteSent(protoId, accId, atMs),
      tradingAccounts: (accId) => this.#accounts.environments(accId),
      alarmBy: (atMs) => void this.#alarmBy(atMs),
    })
    this.#pushes = new PushService({
      ctx,
      quotes: () => this.#quotes,
      identify: (token) => this.#door.identify(token),
      keys: () => this.#door.keys,
      isLinkUp: () => this.#line.session.stage.name === 'ready',
    })
    this.#quotes = new QuoteService({
      storage: ctx.storage,
      line: this.#line,
      tradingAccounts: (accId) => this.#accounts.environments(accId),
      alarmBy: (atMs) => void this.#alarmBy(atMs),
      streamsChanged: (id) => this.#pushes.streamsChanged(id),
      unitsLost: (id, units, reason) => this.#pushes.unitsLost(id, units, reason),
      isListening: (caller) => this.#pushes.isListening(caller),
    })
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.#pushes.restore()
    if (this.#upstream !== null && !isParked) {
      void this.#alarmBy(Date.now() + ALARM_INTERVAL_MS)
      this.#line.tick()
    }
  }

  async call(request: GatewayCall): Promise<GatewayReply> {
    const { outcome, source, asOfMs } = await this.#quotes.call(request)
    const budget = this.#line.budgetOf(request.protoId, request.body)
    return outcome.ok
      ? { ok: true, body: outcome.body, source, asOfMs, budget, epoch: this.#epoch }
      : { ok: false, failure: outcome.failure, budget, epoch: this.#epoch }
  }

  async order(request: OrderRequest): Promise<GatewayOrderAnswer> {
    const answer = await this.#orders.desk.submit(request)
    const { protoId, body } = request
    return { ...answer, budget: this.#line.budgetOf(protoId, body, rankOf(protoId, body)), epoch: this.#epoch }
  }

  async orderEntries(query: LedgerQuery): Promise<readonly LedgerEntry[]> {
    return this.#orders.ledger.page(query)
  }

  async orderEntry(id: string): Promise<LedgerEntry | null> {
    return this.#orders.ledger.byId(id)
  }

  haltTrading(request: HaltRequest): Promise<HaltReport> {
    return this.#orders.halt(request)
  }

  async resumeTrading(scope: HaltScope, isByAdmin: boolean): Promise<boolean> {
    return this.#orders.resume(scope, isByAdmin)
  }

  async cancelAfter(caller: string, seconds: number | null): Promise<{ readonly fireAtMs: number | null }> {
    return { fireAtMs: this.#orders.cancelAfter(caller, seconds) }
  }

  async status(): Promise<GatewayStatus> {
    const { stage, sinceMs, lastFailure, login, counts, calls } = this.#line.session
    const greeting = stage.name === 'ready' ? stage.greeting : null
    return {
      stage: stage.name,
      upstream: upstreamText(this.#upstream),
      sinceMs,
      connId: greeting?.connId.toString() ?? null,
      serverVersion: greeting?.serverVersion ?? null,
      loginUserId: greeting?.loginUserId.toString() ?? null,
      lastFailure,
      pendingCalls: calls.size,
      connects: counts.connects,
      loggedIn: login,
      epoch: this.#epoch,
    }
  }

  async reload(): Promise<void> {
    this.#epoch++
    this.ctx.storage.kv.put(STORED.epoch, this.#epoch)
    this.ctx.storage.kv.delete(STORED.parked)
    this.#accounts.forget()
    this.#quotes.forgetKept()
    this.#door = this.#openDoor()
    this.#pushes.closeFallen()
    if (this.#upstream === null) return
    // A dead man's switch that came due while the gateway was parked fires now.
    await this.#alarmBy(Math.min(Date.now() + ALARM_INTERVAL_MS, this.#orders.soonestFireMs() ?? Infinity))
    this.#line.reload()
  }

  async shutdown(): Promise<void> {
    this.ctx.storage.kv.put(STORED.parked, true)
    await this.ctx.storage.deleteAlarm()
    this.#line.park()
  }

  async countRequests(counts: readonly CounterDelta[]): Promise<void> {
    this.#counters.add(counts)
  }

  async metrics(): Promise<readonly MetricSample[]> {
    return [
      ...this.#counters.samples(),
      ...gatewayMetrics(this.#line.session),
      gauge('opend_edge_upstream_waiting_calls', this.#line.waitingForLimits),
      ...this.#orders.metrics(),
      ...this.#quotes.metrics(),
      ...this.#pushes.metrics(),
    ]
  }

  /** Only push sockets come this way; the Worker has checked who they are. */
  override async fetch(request: Request): Promise<Response> {
    return this.#pushes.open(request)
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#pushes.message(socket, data)
  }

  override webSocketClose(socket: WebSocket): void {
    this.#pushes.closed(socket)
  }

  override webSocketError(socket: WebSocket): void {
    this.#pushes.closed(socket)
  }

  /** Does what timers would have done, had an eviction not taken them, and sets the next alarm. */
  override async alarm(): Promise<void> {
    this.#pushes.heartbeat()
    if (this.#line.session.stage.name === 'parked') return
    this.#line.tick()
    this.#quotes.run()
    const nextMs = await this.#orders.alarm(Date.now())
    await this.#alarmBy(Math.min(Date.now() + ALARM_INTERVAL_MS, nextMs ?? Infinity))
  }

  #connector(simulator: Simulator | null): Connect {
    const upstream = this.#upstream
    if (upstream?.kind === 'tcp') return tcpConnector(upstream.hostname, upstream.port)
    if (simulator !== null) return simulator(this.ctx.storage)
    return () => {
      throw new Error('this build has no simulator: deploy src/demo.ts, or set OPEND_URL to tcp://host:port')
    }
  }

  #openDoor(): SocketDoor {
    const config = readConfig(this.env)
    const count = (outcome: string, keyLabel: string): void => {
      const labels = { iface: 'ws', outcome, key_id: keyLabel }
      this.#counters.add([{ name: 'futu_auth_events_total', labels, add: 1 }])
    }
    return new SocketDoor(config.ok ? config.value : null, () => this.#accounts.all(), count)
  }

  #linkReady(): void {
    this.#accounts.linkReady()
    this.#quotes.linkReady()
    this.#orders.linkReady()
    this.#pushes.linkReady()
  }

  #linkLost(): void {
    this.#quotes.linkLost()
    this.#pushes.linkLost()
  }

  #push(protoId: number, body: Uint8Array): void {
    if (protoId === UPDATE_ORDER) this.#orders.orderPush(body)
    for (const event of readPush(protoId, body, Date.now()) ?? []) {
      this.#quotes.note(event)
      this.#pushes.push(event)
    }
  }

  /** A call of the order side. What it changes, later reads have to show. */
  async #sendOrder(protoId: number, body: Uint8Array, entry?: EntryRef): Promise<CallOutcome> {
    const origin = { caller: entry?.caller ?? '', rank: rankOf(protoId, body), entryId: entry?.id }
    const outcome = await this.#line.send(protoId, body, origin)
    if (entry !== undefined) this.#quotes.wrote()
    return outcome
  }

  /** Sets the alarm to that time, unless it comes earlier anyway. */
  async #alarmBy(atMs: number): Promise<void> {
    const presentMs = await this.ctx.storage.getAlarm()
    if (presentMs === null || presentMs > atMs) await this.ctx.storage.setAlarm(atMs)
  }
}

/** The product's object: OpenD is somewhere else. */
export class GatewayObject extends GatewayObjectBase {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, null)
  }
}
