import { DurableObject } from 'cloudflare:workers'
import type { AccountCards } from '../src/accounts/trading-accounts.ts'
import type { KeyRecord } from '../src/auth/key-record.ts'
import { WrongTokens } from '../src/auth/wrong-tokens.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { Result } from '../src/base/result.ts'
import { AuditLog, type AuditPart } from '../src/audit/audit-log.ts'
import type { AuditPage, AuditQuery } from '../src/audit/audit-store.ts'
import * as auditEvents from './audit-events.ts'
import { Gateway } from '../src/core/gateway.ts'
import { gatewayStatus } from './gateway-status.ts'
import { SqlAuditStore } from './storage/audit.ts'
import { type Config, type Env, hasManyCallers, readConfig } from '../src/env.ts'
import type { HookAnswer, HookArrival, HookCommand, HookOwner, Received } from '../src/hooks/hook-command.ts'
import type { KeyAnswer, KeyCommand } from '../src/keys/key-command.ts'
import type { KeyActor } from '../src/keys/key-store.ts'
import type { LedgerEntry } from '../src/orders/entry.ts'
import type { Ledger, LedgerQuery } from '../src/orders/ledger.ts'
import type { EntryWithOrder, ListedEntry } from '../src/orders/order-service.ts'
import type { CancelAfterReport, HaltReport, HaltRequest } from '../src/orders/kill-switch/kill-switch.ts'
import type { OrderRequest } from '../src/orders/request.ts'
import type { OperatorDecision } from '../src/orders/reconciliation/resolve-by-operator.ts'
import type { SwitchReport } from '../src/orders/kill-switch/switch-report.ts'
import type { SwitchedBy } from '../src/orders/kill-switch/halt-scope.ts'
import type { HaltScope } from '../src/orders/kill-switch/switches.ts'
import type { QuoteCall } from '../src/quotes/quote-service.ts'
import { sha1, sha256 } from '../src/transport/native-crypto.ts'
import { AlarmClock } from './alarm-clock.ts'
import { answerRead } from './answer-read.ts'
import { ConnectorSockets } from './connector-sockets.ts'
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
  Denials,
} from './gateway-rpc.ts'
import { OrderMetrics } from './order-metrics.ts'
import { ObjectHooks } from './object-hooks.ts'
import { ObjectKeys } from './object-keys.ts'
import { PLATFORM_TIMERS, secureRandom } from './platform.ts'
import { type Simulator, transportsOf } from './opend-transport.ts'
import { HibernatingSockets } from './push-sockets.ts'
import { SocketDoors } from './socket-doors.ts'
import { SocketAuthenticator } from './socket-authenticator.ts'
import { SqlLedger } from './storage/ledger.ts'
import { migrate } from './storage/migrate.ts'
import { STORED_KEYS } from './storage/schema.ts'
import { gatewayStores } from './storage/gateway-stores.ts'

/**
 * The only object behind the Worker. It provides the platform's storage, sockets, clock and alarm to the gateway, and
 * implements the Worker's RPC calls.
 */
export class GatewayObjectBase extends DurableObject<Env> implements GatewayRpc {
  readonly #config: Config | null
  readonly #ledger: Ledger
  readonly #doors: SocketDoors
  readonly #gateway: Gateway
  readonly #alarmClock: AlarmClock
  readonly #counters = new CounterRegistry()
  readonly #orderMetrics = new OrderMetrics()
  readonly #keys: ObjectKeys
  readonly #hooks: ObjectHooks
  readonly #connectors: ConnectorSockets
  readonly #audit: AuditLog
  readonly #wrongTokens = new WrongTokens()
  #authenticator: SocketAuthenticator
  #epoch: number

  /** `simulator` creates the embedded simulator; null in the product, which does not include it. */
  constructor(ctx: DurableObjectState, env: Env, simulator: Simulator | null) {
    super(ctx, env)
    migrate(ctx.storage)
    const config = readConfig(env)
    this.#config = config.ok ? config.value : null
    this.#epoch = ctx.storage.kv.get<number>(STORED_KEYS.epoch) ?? 0
    const isParked = ctx.storage.kv.get<boolean>(STORED_KEYS.parked) ?? false
    this.#ledger = new SqlLedger(ctx.storage, PLATFORM_TIMERS, (what, error) => {
      console.error(what, error)
      this.#gateway.storage.failed(error)
    })
    const pushSockets = new HibernatingSockets(ctx)
    this.#audit = new AuditLog({
      store: new SqlAuditStore(ctx.storage),
      sha256,
      nowMs: () => Date.now(),
      onStorageFailure: (error) => this.#gateway.storage.failed(error),
    })
    this.#keys = new ObjectKeys(
      ctx.storage,
      config.ok ? config.value.keys : [],
      () => this.#gateway,
      (change) => {
        for (const event of auditEvents.keyEvents(change)) this.#audit.record(event)
        this.#connectors.dropFallen()
      },
    )
    this.#connectors = new ConnectorSockets(ctx, this.#config, this.#keys, this.#audit, () => this.#gateway.opend)
    const isShared = !config.ok || hasManyCallers(config.value) || this.#keys.count > 0
    this.#authenticator = this.#createAuthenticator()
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.#alarmClock = new AlarmClock(ctx.storage, (error) => console.error('the alarm could not be set', error))
    this.#gateway = new Gateway({
      timers: PLATFORM_TIMERS,
      session: { random: Math.random, isShared },
      sha1,
      isParked,
      transports: transportsOf(this.#config, { simulator, ctx, bindings: env, connectors: this.#connectors }),
      ledger: this.#ledger,
      ...gatewayStores(ctx.storage),
      sockets: pushSockets,
      secureRandom,
      runId: crypto.randomUUID().slice(0, 8),
      identify: (token, network) => this.#authenticator.identify(token, network),
      standing: (caller, nowMs) => this.#keys.ofSocket(caller, nowMs),
      orderStanding: (request, nowMs) => this.#keys.ofOrder(request, nowMs),
      presentTerms: (request) => this.#keys.presentTerms(request),
      alarmBy: (atMs) => this.#alarmClock.by(atMs),
      onRefused: (caller, failure) => this.#orderMetrics.countRefused(caller, failure),
      onEntry: (entry, before) => this.#audit.record(auditEvents.orderEvent(entry, before)),
      onContradiction: (entryId, detail) => console.error(`order entry ${entryId} ${detail}`),
      onError: (what, error) => console.error(what, error),
    })
    this.#hooks = new ObjectHooks(ctx.storage, this.#keys, this.#gateway, (event) => this.#audit.record(event))
    this.#doors = new SocketDoors({
      connectors: this.#connectors,
      pushSockets,
      keys: this.#keys,
      gateway: this.#gateway,
    })
    if (this.#config !== null && !isParked) this.#gateway.start()
    this.#hooks.resume()
  }

  call(request: QuoteCall, keyMark: string | null = null): Promise<GatewayReply> {
    return answerRead({ gateway: this.#gateway, gate: this.#keys.gate, epoch: () => this.#epoch }, request, keyMark)
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

  async orderEntries(query: LedgerQuery): Promise<readonly ListedEntry[]> {
    return this.#gateway.orders.page(query)
  }

  async orderEntry(id: string): Promise<EntryWithOrder | null> {
    return this.#gateway.orders.entryWithOrder(id)
  }

  async resolveOrderEntry(id: string, decision: OperatorDecision, by: KeyActor): Promise<Result<LedgerEntry>> {
    const resolved = await this.#gateway.orders.resolve(id, decision)
    this.#audit.record(auditEvents.resolveEvent(id, decision, by, resolved))
    return resolved
  }

  async haltTrading(request: HaltRequest): Promise<Result<HaltReport>> {
    const halted = await this.#gateway.orders.killSwitch.halt(request)
    this.#audit.record(auditEvents.haltEvent(request, halted))
    return halted
  }

  async tradingSwitches(): Promise<SwitchReport> {
    return this.#gateway.orders.killSwitch.report()
  }

  async resumeTrading(scope: HaltScope, by: SwitchedBy, requestId: string): Promise<boolean> {
    const isEnded = this.#gateway.orders.killSwitch.resume(scope, by)
    this.#audit.record(auditEvents.resumeEvent(scope, { caller: by.caller, requestId }, isEnded))
    return isEnded
  }

  async cancelAfter(by: KeyActor, seconds: number | null): Promise<Result<CancelAfterReport>> {
    const armed = this.#gateway.orders.killSwitch.cancelAfter(by.caller, seconds)
    this.#audit.record(auditEvents.cancelAfterEvent(seconds, by, armed))
    return armed
  }

  async keyByHash(hash: string): Promise<Result<KeyRecord | null>> {
    return this.#keys.byHash(hash)
  }

  async keys(command: KeyCommand, by: KeyActor): Promise<Result<KeyAnswer>> {
    return this.#keys.run(command, by)
  }

  hooks(command: HookCommand, owner: HookOwner): Promise<Result<HookAnswer>> {
    return this.#hooks.run(command, owner)
  }

  async receiveAlert(arrival: HookArrival): Promise<Result<Received>> {
    return this.#hooks.receiver.receive(arrival)
  }

  allowance(caller: AllowanceOf): Promise<Result<Allowance>> {
    return this.#keys.allowance(caller)
  }

  async status(): Promise<GatewayStatus> {
    const { databaseSize: storageBytes } = this.ctx.storage.sql
    const connectors = this.#connectors.views
    return gatewayStatus(this.#gateway, { connectors, epoch: this.#epoch, storageBytes, nowMs: Date.now() })
  }

  async reload(by: KeyActor): Promise<void> {
    this.#audit.record(auditEvents.adminEvent('reload', by))
    this.#epoch++
    this.ctx.storage.kv.put(STORED_KEYS.epoch, this.#epoch)
    this.ctx.storage.kv.delete(STORED_KEYS.parked)
    this.#authenticator = this.#createAuthenticator()
    if (this.#config !== null) this.#gateway.reload()
  }

  async shutdown(by: KeyActor): Promise<void> {
    this.#audit.record(auditEvents.adminEvent('shutdown', by))
    this.ctx.storage.kv.put(STORED_KEYS.parked, true)
    await this.#alarmClock.clear()
    this.#gateway.opend.park()
  }

  async countRequests(counts: readonly CounterDelta[], { events, leftOut }: Denials): Promise<void> {
    this.#counters.add(counts)
    this.#audit.addLeftOut(leftOut)
    for (const event of events) this.#audit.record(event)
  }

  async auditPage(query: AuditQuery): Promise<AuditPage> {
    return this.#audit.page(query)
  }

  async auditExport(after: number, limit: number): Promise<AuditPart> {
    return this.#audit.exportAfter(after, limit)
  }

  async metrics(): Promise<readonly MetricSample[]> {
    return [
      ...this.#counters.samples(),
      ...gatewayMetrics(this.#gateway, this.ctx.storage.sql.databaseSize, Date.now()),
      ...this.#connectors.metrics(),
      ...this.#gateway.metrics(),
      ...this.#hooks.metrics(),
      ...this.#orderMetrics.samples(this.#gateway.orders.entries.counts),
    ]
  }

  /** Accepts connectors and push sockets; the Worker has authenticated the request. */
  override async fetch(request: Request): Promise<Response> {
    return this.#doors.open(request)
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#doors.message(socket, data)
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#doors.closed(socket, code)
  }

  override webSocketError(socket: WebSocket): void {
    this.#doors.closed(socket, 1006)
  }

  override alarm(): void {
    this.#alarmClock.rang()
    this.#gateway.alarm()
    this.#connectors.check()
    this.#audit.maintain()
  }

  #createAuthenticator(): SocketAuthenticator {
    return new SocketAuthenticator(
      this.#config,
      async (hash) => this.#keys.byHash(hash),
      () => this.#gateway.accounts.cards(),
      (outcome, keyLabel) => this.#counters.countSocketToken(outcome, keyLabel),
      this.#wrongTokens,
    )
  }
}

/** The product's object, without the simulator. */
export class GatewayObject extends GatewayObjectBase {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, null)
  }
}
