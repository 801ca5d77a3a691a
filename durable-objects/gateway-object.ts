import { DurableObject } from 'cloudflare:workers'
import type { AccountCards } from '../src/accounts/trading-accounts.ts'
import type { KeyRecord } from '../src/auth/key-record.ts'
import { readSocketCaller } from '../src/auth/socket-caller-header.ts'
import { standingFailure } from '../src/auth/socket-caller.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { Result } from '../src/base/result.ts'
import { Gateway } from '../src/core/gateway.ts'
import { type Env, hasManyCallers, readConfig, type Upstream, upstreamText } from '../src/env.ts'
import { tcpFraming } from '../src/gateway/link/tcp-framing.ts'
import type { KeyAnswer, KeyCommand } from '../src/keys/key-command.ts'
import type { KeyActor } from '../src/keys/key-store.ts'
import type { LedgerEntry } from '../src/orders/entry.ts'
import type { Ledger, LedgerQuery } from '../src/orders/ledger.ts'
import type { EntryWithOrder } from '../src/orders/order-service.ts'
import type { CancelAfterReport, HaltReport, HaltRequest } from '../src/orders/kill-switch/kill-switch.ts'
import type { OrderRequest } from '../src/orders/request.ts'
import type { OperatorDecision } from '../src/orders/reconciliation/resolve-by-operator.ts'
import type { SwitchReport } from '../src/orders/kill-switch/switch-report.ts'
import type { SwitchedBy } from '../src/orders/kill-switch/switch-rights.ts'
import type { HaltScope } from '../src/orders/kill-switch/switches.ts'
import type { QuoteCall } from '../src/quotes/quote-service.ts'
import type { Connect } from '../src/transport/link.ts'
import { aes128, sha1 } from '../src/transport/native-crypto.ts'
import { tcpConnector } from '../src/transport/tcp.ts'
import { AlarmClock } from './alarm-clock.ts'
import { CounterRegistry } from './counter-registry.ts'
import { gatewayMetrics } from './gateway-metrics.ts'
import type {
  Allowance,
  AllowanceOf,
  CounterDelta,
  GatewayOrderAnswer,
  GatewayReply,
  GatewayRpc,
  GatewayStatus,
} from './gateway-rpc.ts'
import { OrderMetrics } from './order-metrics.ts'
import { ObjectKeys } from './object-keys.ts'
import { PLATFORM_TIMERS } from './platform-timers.ts'
import { HibernatingSockets } from './push-sockets.ts'
import { secureRandom } from './secure-random.ts'
import { SocketAuthenticator } from './socket-authenticator.ts'
import type { Database } from './storage/database.ts'
import { SqlLedger } from './storage/ledger.ts'
import { migrate } from './storage/migrate.ts'
import { STORED_KEYS } from './storage/schema.ts'
import { SqlSubscriptionStore } from './storage/subscriptions.ts'
import { SqlSwitchStore } from './storage/switches.ts'

/** Creates the embedded simulator, which stores its state in the object's storage. */
export type Simulator = (storage: Database) => Connect

/**
 * The only object behind the Worker. It provides the platform's storage, sockets, clock and alarm to the gateway, and
 * implements the Worker's RPC calls.
 */
export class GatewayObjectBase extends DurableObject<Env> implements GatewayRpc {
  readonly #upstream: Upstream | null
  readonly #ledger: Ledger
  readonly #sockets: HibernatingSockets
  readonly #gateway: Gateway
  readonly #alarmClock: AlarmClock
  readonly #counters = new CounterRegistry()
  readonly #orderMetrics = new OrderMetrics()
  readonly #keys: ObjectKeys
  #authenticator: SocketAuthenticator
  #epoch: number

  /** `simulator` creates the embedded simulator; null in the product, which does not include it. */
  constructor(ctx: DurableObjectState, env: Env, simulator: Simulator | null) {
    super(ctx, env)
    migrate(ctx.storage)
    const config = readConfig(env)
    this.#upstream = config.ok ? config.value.upstream : null
    const rsa = config.ok && config.value.upstream.kind === 'tcp' ? config.value.linkKey : null
    this.#epoch = ctx.storage.kv.get<number>(STORED_KEYS.epoch) ?? 0
    const isParked = ctx.storage.kv.get<boolean>(STORED_KEYS.parked) ?? false
    this.#ledger = new SqlLedger(ctx.storage, PLATFORM_TIMERS, (what, error) => {
      console.error(what, error)
      this.#gateway.storage.failed(error)
    })
    this.#sockets = new HibernatingSockets(ctx)
    this.#keys = new ObjectKeys(ctx.storage, config.ok ? config.value.keys : [], () => this.#gateway)
    const isShared = !config.ok || hasManyCallers(config.value) || this.#keys.count > 0
    this.#authenticator = this.#createAuthenticator()
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.#alarmClock = new AlarmClock(ctx.storage, (error) => console.error('the alarm could not be set', error))
    this.#gateway = new Gateway({
      timers: PLATFORM_TIMERS,
      session: { random: Math.random, encryption: rsa === null ? null : { rsa, aes128 }, isShared },
      sha1,
      isParked,
      transport: { connect: this.#connector(simulator), framing: tcpFraming(sha1) },
      ledger: this.#ledger,
      switches: new SqlSwitchStore(ctx.storage),
      subscriptions: new SqlSubscriptionStore(ctx.storage),
      sockets: this.#sockets,
      secureRandom,
      run: crypto.randomUUID().slice(0, 8),
      identify: (token, network) => this.#authenticator.identify(token, network),
      standing: (caller, nowMs) => this.#keys.ofSocket(caller, nowMs),
      orderStanding: (request, nowMs) => this.#keys.ofOrder(request, nowMs),
      alarmBy: (atMs) => this.#alarmClock.by(atMs),
      onRefused: (caller, failure) => this.#orderMetrics.countRefused(caller, failure),
      onContradiction: (entryId, detail) => console.error(`order entry ${entryId} ${detail}`),
      onError: (what, error) => console.error(what, error),
    })
    if (this.#upstream !== null && !isParked) this.#gateway.start()
  }

  async call(request: QuoteCall, keyMark: string | null = null): Promise<GatewayReply> {
    const admitted = { caller: request.caller, keyMark }
    const refusal = this.#keys.gate.refusalOf(admitted)
    if (refusal !== null) return { ok: false, failure: refusal, budget: null, epoch: this.#epoch }
    const quotaShare = this.#keys.gate.quotaOf(request.caller, request.quotaShare)
    const { quotes, opend } = this.#gateway
    const { outcome, ...answer } = await quotes.call({ ...request, quotaShare })
    const budget = opend.budgetOf(request.protoId, request.body, 'read', request.caller)
    // The key may have been revoked while the call waited for OpenD: the reply is then withheld.
    const late = this.#keys.gate.refusalOf(admitted)
    if (late !== null) return { ok: false, failure: late, budget, epoch: this.#epoch }
    return outcome.ok
      ? { ok: true, body: outcome.body, ...answer, budget, epoch: this.#epoch }
      : { ok: false, failure: outcome.failure, budget, epoch: this.#epoch }
  }

  accounts(): Promise<Result<readonly AccountCards[]>> {
    return this.#gateway.accounts.cards()
  }

  async order(request: OrderRequest): Promise<GatewayOrderAnswer> {
    const terms = await this.#keys.gate.orderTerms(request)
    if (terms.ok) return { ...(await this.#gateway.order({ ...request, ...terms.value })), epoch: this.#epoch }
    const reply = { kind: 'refused', failure: terms.failure, intentId: null, state: null, isReplay: false } as const
    return { reply, budgets: null, budget: null, order: null, epoch: this.#epoch }
  }

  async orderEntries(query: LedgerQuery): Promise<readonly LedgerEntry[]> {
    return this.#ledger.page(query)
  }

  async orderEntry(id: string): Promise<EntryWithOrder | null> {
    return this.#gateway.orders.entryWithOrder(id)
  }

  resolveOrderEntry(id: string, decision: OperatorDecision): Promise<Result<LedgerEntry>> {
    return this.#gateway.orders.resolve(id, decision)
  }

  haltTrading(request: HaltRequest): Promise<Result<HaltReport>> {
    return this.#gateway.orders.killSwitch.halt(request)
  }

  async tradingSwitches(): Promise<SwitchReport> {
    return this.#gateway.orders.killSwitch.report()
  }

  async resumeTrading(scope: HaltScope, by: SwitchedBy): Promise<boolean> {
    return this.#gateway.orders.killSwitch.resume(scope, by)
  }

  async cancelAfter(caller: string, seconds: number | null): Promise<Result<CancelAfterReport>> {
    return this.#gateway.orders.killSwitch.cancelAfter(caller, seconds)
  }

  async keyByHash(hash: string): Promise<Result<KeyRecord | null>> {
    return this.#keys.byHash(hash)
  }

  async keys(command: KeyCommand, by: KeyActor): Promise<Result<KeyAnswer>> {
    return this.#keys.run(command, by)
  }

  allowance(caller: AllowanceOf): Promise<Result<Allowance>> {
    return this.#keys.allowance(caller)
  }

  async status(): Promise<GatewayStatus> {
    const { stage, sinceMs, lastFailure, login, counts, calls } = this.#gateway.opend.session
    const greeting = stage.name === 'ready' ? stage.greeting : null
    return {
      stage: stage.name,
      upstream: upstreamText(this.#upstream),
      sinceMs,
      connId: greeting?.connId.toString() ?? null,
      serverVersion: greeting?.serverVersion ?? null,
      loginUserId: greeting?.loginUserId.toString() ?? null,
      lastFailure,
      pendingCalls: calls.pending.size,
      connects: counts.connects,
      loggedIn: login,
      storageFailure: this.#gateway.storage.failure,
      unknownOrders: this.#gateway.orders.entries.unknownCount,
      contradictions: this.#gateway.orders.contradictions,
      cancelTasks: this.#gateway.orders.killSwitch.report().tasks,
      epoch: this.#epoch,
    }
  }

  async reload(): Promise<void> {
    this.#epoch++
    this.ctx.storage.kv.put(STORED_KEYS.epoch, this.#epoch)
    this.ctx.storage.kv.delete(STORED_KEYS.parked)
    this.#authenticator = this.#createAuthenticator()
    if (this.#upstream !== null) this.#gateway.reload()
  }

  async shutdown(): Promise<void> {
    this.ctx.storage.kv.put(STORED_KEYS.parked, true)
    await this.#alarmClock.clear()
    this.#gateway.opend.park()
  }

  async countRequests(counts: readonly CounterDelta[]): Promise<void> {
    this.#counters.add(counts)
  }

  async metrics(): Promise<readonly MetricSample[]> {
    return [
      ...this.#counters.samples(),
      ...gatewayMetrics(this.#gateway.opend.session),
      ...this.#gateway.metrics(),
      ...this.#orderMetrics.samples(this.#gateway.orders.entries.counts),
    ]
  }

  /** Accepts push sockets only; the Worker has authenticated the request. */
  override async fetch(request: Request): Promise<Response> {
    const caller = readSocketCaller(request.headers)
    const standing = caller === null ? 'valid' : this.#keys.ofSocket(caller, Date.now())
    const refusal = standingFailure(standing)
    if (refusal !== null) return new Response(refusal.code, { status: 401 })
    if (caller !== null && !this.#gateway.pushes.hasRoomFor(caller.id)) return new Response(null, { status: 429 })
    const accepted = this.#sockets.accept(request, caller, Date.now())
    if (accepted === null) return new Response(null, { status: 503 })
    this.#gateway.pushes.opened(accepted.opened)
    return accepted.response
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const found = this.#sockets.of(socket)
    if (found !== null) this.#gateway.pushes.message(found, data)
  }

  override webSocketClose(socket: WebSocket): void {
    const found = this.#sockets.of(socket)
    if (found !== null) this.#gateway.pushes.closed(found)
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket)
  }

  override alarm(): void {
    this.#alarmClock.rang()
    this.#gateway.alarm()
  }

  #connector(simulator: Simulator | null): Connect {
    const upstream = this.#upstream
    if (upstream?.kind === 'tcp') return tcpConnector(upstream.hostname, upstream.port)
    if (simulator !== null) return simulator(this.ctx.storage)
    return () => {
      throw new Error('this build has no simulator: deploy src/demo.ts, or set OPEND_URL to tcp://host:port')
    }
  }

  #createAuthenticator(): SocketAuthenticator {
    const config = readConfig(this.env)
    const count = (outcome: string, keyLabel: string): void => {
      const labels = { iface: 'ws', outcome, key_id: keyLabel }
      this.#counters.add([{ name: 'futu_auth_events_total', labels, add: 1 }])
    }
    return new SocketAuthenticator(
      config.ok ? config.value : null,
      async (hash) => this.#keys.byHash(hash),
      () => this.#gateway.accounts.cards(),
      count,
    )
  }
}

/** The product's object, without the simulator. */
export class GatewayObject extends GatewayObjectBase {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, null)
  }
}
