import { DurableObject } from 'cloudflare:workers'
import type { Failure } from '../src/base/failure.ts'
import { type Env, readConfig, type Upstream } from '../src/env.ts'
import type { CallOutcome } from '../src/gateway/effect.ts'
import type { LedgerEntry } from '../src/orders/entry.ts'
import type { LedgerQuery } from '../src/orders/ledger.ts'
import type { OrderAnswer, OrderRequest } from '../src/orders/request.ts'
import type { HaltScope } from '../src/orders/switches.ts'
import { GatewaySession } from '../src/gateway/session.ts'
import {
  accountListRequest,
  accountPushRequest,
  GET_ACC_LIST,
  readPushAccounts,
  readTradingAccounts,
  SUB_ACC_PUSH,
  type TradingAccounts,
} from '../src/gateway/trading-accounts.ts'
import type { Connect } from '../src/transport/link.ts'
import { aes128, sha1 } from '../src/transport/native-crypto.ts'
import { tcpConnector } from '../src/transport/tcp.ts'
import { CounterBook } from './counter-book.ts'
import { gatewayMetrics } from './gateway-metrics.ts'
import type {
  CounterDelta,
  GatewayCall,
  GatewayReply,
  GatewayRpc,
  GatewayStatus,
  HaltReport,
  HaltRequest,
  MetricSample,
} from './gateway-rpc.ts'
import { OrderService } from './order-service.ts'
import { LinkRunner, type SettledOrPushed } from './link-runner.ts'
import { acceptPushSocket, closeExpiredSockets } from './push-sockets.ts'

/**
 * The alarm wakes the object when everything else was lost: after an eviction it reconnects within this time. A longer
 * one would leave pushes dark, a shorter one costs rows (2,880 a day at 30 s).
 */
const ALARM_INTERVAL_MS = 30_000

/** How long the account list may be reused. Accounts change by paperwork, not by the second. */
const ACCOUNTS_FRESH_MS = 60_000

/** Protocol id of the push about an order. */
const UPDATE_ORDER = 2208

/** A call that was handed to the session. */
interface WaitingCall {
  readonly settle: (outcome: CallOutcome) => void
  /** The ledger entry of an order call. */
  readonly entryId: string | undefined
}

/** An OpenD on board, with the object's storage for what it must remember. */
export type Simulator = (storage: DurableObjectStorage) => Connect

/** Keys of the object's storage. */
const STORED = { parked: 'parked', epoch: 'epoch' } as const

/**
 * The one object behind the Worker. It owns the link to OpenD and performs what the pure session decides. Order calls go
 * through the order service, because only here the accounts, the limits and the ledger are; the rest passes as bytes.
 */
export class GatewayObjectBase extends DurableObject<Env> implements GatewayRpc {
  readonly #upstream: Upstream | null
  readonly #session: GatewaySession
  readonly #runner: LinkRunner
  readonly #counters = new CounterBook()
  readonly #orders: OrderService
  readonly #waiting = new Map<number, WaitingCall>()
  #lastCallId = 0
  #epoch: number
  #accounts: { readonly list: TradingAccounts; readonly readAtMs: number; readonly connects: number } | null = null

  /** `simulator` connects to an OpenD on board; null for the product, which has none. */
  constructor(ctx: DurableObjectState, env: Env, simulator: Simulator | null) {
    super(ctx, env)
    const config = readConfig(env)
    this.#upstream = config.ok ? config.value.upstream : null
    const rsa = config.ok && config.value.upstream.kind === 'tcp' ? config.value.linkKey : null
    const encryption = rsa === null ? null : { rsa, aes128 }
    this.#epoch = ctx.storage.kv.get<number>(STORED.epoch) ?? 0
    const isParked = ctx.storage.kv.get<boolean>(STORED.parked) ?? false
    this.#session = new GatewaySession({ sha1, random: Math.random, encryption }, Date.now(), isParked)
    this.#runner = new LinkRunner(this.#session, this.#connector(simulator), (effect) => this.#deliver(effect))
    this.#orders = new OrderService({
      storage: ctx.storage,
      send: (protoId, body, entryId) => this.#send(protoId, body, entryId),
      tradingAccounts: (accId) => this.#tradingAccounts(accId),
      alarmBy: (atMs) => void this.#alarmBy(atMs),
    })
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    if (this.#upstream !== null && !isParked) {
      void this.#alarmBy(Date.now() + ALARM_INTERVAL_MS)
      this.#runner.perform(this.#session.tick(Date.now()))
    }
  }

  async call(request: GatewayCall): Promise<GatewayReply> {
    const body = request.protoId === SUB_ACC_PUSH ? await this.#sharedAccountPush(request.body) : request.body
    const outcome = await this.#send(request.protoId, body)
    return outcome.ok
      ? { ok: true, body: outcome.body, source: 'upstream', asOfMs: Date.now(), budget: null, epoch: this.#epoch }
      : { ok: false, failure: outcome.failure, budget: null, epoch: this.#epoch }
  }

  async order(request: OrderRequest): Promise<OrderAnswer & { readonly epoch: number }> {
    return { ...(await this.#orders.desk.submit(request)), epoch: this.#epoch }
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
    const { stage, sinceMs, lastFailure, login, counts, calls } = this.#session
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
    this.#accounts = null
    if (this.#upstream === null) return
    // A dead man's switch that came due while the gateway was parked fires now.
    await this.#alarmBy(Math.min(Date.now() + ALARM_INTERVAL_MS, this.#orders.nextFireMs() ?? Infinity))
    this.#runner.perform(this.#session.reload(Date.now()))
  }

  async shutdown(): Promise<void> {
    this.ctx.storage.kv.put(STORED.parked, true)
    await this.ctx.storage.deleteAlarm()
    this.#runner.perform(this.#session.park(Date.now()))
  }

  async countRequests(counts: readonly CounterDelta[]): Promise<void> {
    this.#counters.add(counts)
  }

  async metrics(): Promise<readonly MetricSample[]> {
    const sockets = this.ctx.getWebSockets().length
    return [...this.#counters.samples(), ...gatewayMetrics(this.#session, sockets), ...this.#orders.metrics()]
  }

  /** Only push sockets come this way; the Worker has checked who they are. */
  override async fetch(request: Request): Promise<Response> {
    return acceptPushSocket(this.ctx, request)
  }

  /** Nothing is expected from clients yet; a message gets an answer so that nobody waits for one. */
  override webSocketMessage(socket: WebSocket): void {
    socket.send(JSON.stringify({ type: 'error', code: 'push.unknown_message', error: 'this socket takes no messages' }))
  }

  /** Does what timers would have done, had an eviction not taken them, and sets the next alarm. */
  override async alarm(): Promise<void> {
    closeExpiredSockets(this.ctx, Date.now())
    if (this.#session.stage.name === 'parked') return
    this.#runner.perform(this.#session.tick(Date.now()))
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

  #deliver(effect: SettledOrPushed): void {
    switch (effect.kind) {
      case 'push':
        if (effect.protoId === UPDATE_ORDER) this.#orders.orderPush(effect.body)
        break
      case 'ready':
        this.#orders.linkReady()
        break
      case 'sent': {
        const entryId = this.#waiting.get(effect.callId)?.entryId
        if (entryId !== undefined) this.#orders.desk.noteSent(entryId, effect.connId, effect.serial)
        break
      }
      case 'settle': {
        const waiting = this.#waiting.get(effect.callId)
        this.#waiting.delete(effect.callId)
        waiting?.settle(effect.outcome)
      }
    }
  }

  #send(protoId: number, body: Uint8Array, entryId?: string): Promise<CallOutcome> {
    return new Promise((settle) => {
      const callId = ++this.#lastCallId
      this.#waiting.set(callId, { settle, entryId })
      this.#runner.perform(this.#session.call(callId, protoId, body, Date.now()))
    })
  }

  /**
   * An account subscription for the connection that all callers share. It replaces the one before it, so a caller's
   * list would end the pushes of the others and of the order search: OpenD is asked for all accounts.
   */
  async #sharedAccountPush(body: Uint8Array): Promise<Uint8Array> {
    const wanted = readPushAccounts(body)
    if (wanted === null) return body
    const accounts = await this.#tradingAccounts(wanted[0] ?? 0n)
    // A list with an account that is not ours goes as it is, for OpenD to refuse.
    return 'code' in accounts || !wanted.every((accId) => accounts.has(accId)) ? body : accountPushRequest(accounts)
  }

  /** The account list, read again when it is old, from another link, or lacks the account asked for. */
  async #tradingAccounts(accId: bigint): Promise<TradingAccounts | Failure> {
    const known = this.#accounts
    const { connects } = this.#session.counts
    if (known !== null && known.connects === connects && Date.now() - known.readAtMs < ACCOUNTS_FRESH_MS) {
      if (known.list.has(accId)) return known.list
    }
    const outcome = await this.#send(GET_ACC_LIST, accountListRequest())
    if (!outcome.ok) return outcome.failure
    const list = readTradingAccounts(outcome.body)
    if ('code' in list) return list
    const isNewLink = known?.connects !== this.#session.counts.connects
    this.#accounts = { list, readAtMs: Date.now(), connects: this.#session.counts.connects }
    // Pushes tell of an order whose reply was lost sooner than any look; nothing waits for the subscription.
    if (isNewLink) void this.#send(SUB_ACC_PUSH, accountPushRequest(list))
    return list
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

function upstreamText(upstream: Upstream | null): string {
  if (upstream === null) return 'not configured'
  return upstream.kind === 'tcp' ? `tcp://${upstream.hostname}:${upstream.port}` : 'simulator:'
}
