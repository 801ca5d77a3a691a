import { DurableObject } from 'cloudflare:workers'
import type { Failure } from '../src/base/failure.ts'
import { type Env, readConfig, type Upstream } from '../src/env.ts'
import type { CallOutcome } from '../src/gateway/effect.ts'
import { isOrderCall } from '../src/gateway/packet-id.ts'
import { GatewaySession } from '../src/gateway/session.ts'
import {
  accountListRequest,
  admitOrder,
  GET_ACC_LIST,
  readTradeHeader,
  readTradingAccounts,
  type TradingAccounts,
} from '../src/gateway/trading-accounts.ts'
import type { Connect } from '../src/transport/link.ts'
import { sha1 } from '../src/transport/native-crypto.ts'
import { tcpConnector } from '../src/transport/tcp.ts'
import { CounterBook } from './counter-book.ts'
import { embeddedOpenD } from './embedded-opend.ts'
import { gatewayMetrics } from './gateway-metrics.ts'
import type { CounterDelta, GatewayCall, GatewayReply, GatewayRpc, GatewayStatus, MetricSample } from './gateway-rpc.ts'
import { LinkRunner, type SettledOrPushed } from './link-runner.ts'
import { acceptPushSocket, closeExpiredSockets } from './push-sockets.ts'

/**
 * The alarm wakes the object when everything else was lost: after an eviction it reconnects within this time. A longer
 * one would leave pushes dark, a shorter one costs rows (2,880 a day at 30 s).
 */
const ALARM_INTERVAL_MS = 30_000

/** How long the account list may be reused. Accounts change by paperwork, not by the second. */
const ACCOUNTS_FRESH_MS = 60_000

/** Keys of the object's storage. */
const STORED = { parked: 'parked', epoch: 'epoch' } as const

/**
 * The one object behind the Worker. It owns the link to OpenD and performs what the pure session decides; order calls
 * are opened here, because only here the account list and the packet id are known. Everything else passes as bytes.
 */
export class GatewayObject extends DurableObject<Env> implements GatewayRpc {
  readonly #upstream: Upstream | null
  readonly #session: GatewaySession
  readonly #runner: LinkRunner
  readonly #counters = new CounterBook()
  readonly #waiting = new Map<number, (outcome: CallOutcome) => void>()
  #lastCallId = 0
  #epoch: number
  #accounts: { readonly list: TradingAccounts; readonly readAtMs: number; readonly connects: number } | null = null

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const config = readConfig(env)
    this.#upstream = config.ok ? config.value.upstream : null
    this.#epoch = ctx.storage.kv.get<number>(STORED.epoch) ?? 0
    const isParked = ctx.storage.kv.get<boolean>(STORED.parked) ?? false
    this.#session = new GatewaySession({ sha1, random: Math.random }, Date.now(), isParked)
    this.#runner = new LinkRunner(this.#session, this.#connector(), (effect) => this.#deliver(effect))
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    if (this.#upstream !== null && !isParked) {
      void this.#armAlarm()
      this.#runner.perform(this.#session.tick(Date.now()))
    }
  }

  async call(request: GatewayCall): Promise<GatewayReply> {
    const outcome = isOrderCall(request.protoId) ? await this.#callOrder(request) : await this.#send(request)
    return outcome.ok
      ? { ok: true, body: outcome.body, epoch: this.#epoch }
      : { ok: false, failure: outcome.failure, epoch: this.#epoch }
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
    await this.#armAlarm()
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
    return [...this.#counters.samples(), ...gatewayMetrics(this.#session, sockets)]
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
    await this.ctx.storage.setAlarm(Date.now() + ALARM_INTERVAL_MS)
  }

  #connector(): Connect {
    if (this.#upstream?.kind === 'tcp') return tcpConnector(this.#upstream.hostname, this.#upstream.port)
    return embeddedOpenD(this.ctx.storage)
  }

  #deliver(effect: SettledOrPushed): void {
    if (effect.kind !== 'settle') return
    const settle = this.#waiting.get(effect.callId)
    this.#waiting.delete(effect.callId)
    settle?.(effect.outcome)
  }

  #send(request: { readonly protoId: number; readonly body: Uint8Array }): Promise<CallOutcome> {
    return new Promise((resolve) => {
      const callId = ++this.#lastCallId
      this.#waiting.set(callId, resolve)
      this.#runner.perform(this.#session.call(callId, request.protoId, request.body, Date.now()))
    })
  }

  async #callOrder(request: GatewayCall): Promise<CallOutcome> {
    const header = readTradeHeader(request.protoId, request.body)
    const accounts = await this.#tradingAccounts(header.accID)
    if ('code' in accounts) return { ok: false, failure: accounts, sent: false }
    const refusal = admitOrder(header, accounts, request.mayTrade ?? { simulate: false, real: false })
    return refusal === null ? this.#send(request) : { ok: false, failure: refusal, sent: false }
  }

  /** The account list, read again when it is old, from another link, or lacks the account asked for. */
  async #tradingAccounts(accId: bigint): Promise<TradingAccounts | Failure> {
    const known = this.#accounts
    const { connects } = this.#session.counts
    if (known !== null && known.connects === connects && Date.now() - known.readAtMs < ACCOUNTS_FRESH_MS) {
      if (known.list.has(accId)) return known.list
    }
    const outcome = await this.#send({ protoId: GET_ACC_LIST, body: accountListRequest() })
    if (!outcome.ok) return outcome.failure
    const list = readTradingAccounts(outcome.body)
    if (!('code' in list)) this.#accounts = { list, readAtMs: Date.now(), connects: this.#session.counts.connects }
    return list
  }

  async #armAlarm(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + ALARM_INTERVAL_MS)
  }
}

function upstreamText(upstream: Upstream | null): string {
  if (upstream === null) return 'not configured'
  return upstream.kind === 'tcp' ? `tcp://${upstream.hostname}:${upstream.port}` : 'simulator:'
}
