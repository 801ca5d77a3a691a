import { type AccountCards, cardsOf, readAccountList } from '../../src/accounts/trading-accounts.ts'
import type { EntryWithOrder } from '../../src/orders/order-service.ts'
import type { CancelAfterReport, HaltReport, HaltRequest } from '../../src/orders/kill-switch/kill-switch.ts'
import type { MetricSample } from '../../src/base/metric.ts'
import type { QuoteCall } from '../../src/quotes/quote-service.ts'
import assert from 'node:assert/strict'
import type { MessageTypes, ProtocolName } from '../../proto/messages.ts'
import type { CallBudget } from '../../src/gateway/rate-limit/call-limiter.ts'
import type { ReadSource } from '../../src/quotes/quote-reader.ts'
import type {
  Allowance,
  AllowanceOf,
  CounterDelta,
  GatewayOrderAnswer,
  GatewayReply,
  GatewayStatus,
  Denials,
} from '../../durable-objects/gateway-rpc.ts'
import { AuditLog, type AuditPart } from '../../src/audit/audit-log.ts'
import type { AuditPage, AuditQuery } from '../../src/audit/audit-store.ts'
import { sha256 } from '../../src/transport/native-crypto.ts'
import { MemoryAudit } from '../storage/memory-audit.ts'
import type { Failure } from '../../src/base/failure.ts'
import { fail, type Result, succeed } from '../../src/base/result.ts'
import { GatewayWithoutHooks } from './gateway-without-hooks.ts'
import type { OperatorDecision } from '../../src/orders/reconciliation/resolve-by-operator.ts'
import type { GatewayPort } from '../../src/http/exchange.ts'
import type { ShownOrder } from '../../src/orders/changed-orders.ts'
import type { KeyTable } from '../../src/auth/key-table.ts'
import type { KeyRecord } from '../../src/auth/key-record.ts'
import { type KeyAnswer, type KeyCommand, runKeyCommand } from '../../src/keys/key-command.ts'
import { KeyGate } from '../../src/keys/key-gate.ts'
import { type KeyChange, KeyService } from '../../src/keys/key-service.ts'
import type { KeyActor } from '../../src/keys/key-store.ts'
import { NO_LIMITS } from '../../src/limits/key-limits.ts'
import { LimitState } from '../../src/limits/limit-state.ts'
import { orderPolicyOf } from '../../src/limits/order-policy.ts'
import { isFailure, orderReply, READY } from './sample-answers.ts'
import { MemoryKeys } from '../storage/memory-keys.ts'
import type { LedgerEntry } from '../../src/orders/entry.ts'
import type { LedgerQuery } from '../../src/orders/ledger.ts'
import type { OrderAnswer, OrderRequest } from '../../src/orders/request.ts'
import type { SwitchReport } from '../../src/orders/kill-switch/switch-report.ts'
import { mayResume, type SwitchedBy } from '../../src/orders/kill-switch/halt-scope.ts'
import type { HaltScope } from '../../src/orders/kill-switch/switches.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeChecked } from '../../src/wire/encode.ts'
import { protocolById } from '../../src/wire/schema.ts'
import type { WireMessage } from '../../src/wire/json/json-wire-value.ts'
import { sampleMessage } from './sample-message.ts'

/** A call that reached the gateway, taken apart. */
export interface SeenCall extends Omit<QuoteCall, 'body'> {
  readonly protocol: string
  readonly c2s: unknown
}

type C2S<Name extends ProtocolName> = MessageTypes[Extract<`${Name}.C2S`, keyof MessageTypes>]
type Answer = WireMessage | Failure | Uint8Array

/** A gateway that decodes every call, remembers it, and answers with the smallest valid reply or with what it is told. */
export class FakeGateway extends GatewayWithoutHooks implements GatewayPort {
  readonly calls: SeenCall[] = []
  /** The order calls among them, as they were handed over. */
  readonly orders: OrderRequest[] = []
  readonly pages: LedgerQuery[] = []
  readonly denials: Denials[] = []
  readonly audit = new AuditLog({
    store: new MemoryAudit(),
    sha256,
    nowMs: () => this.nowMs,
    onStorageFailure: () => undefined,
  })
  readonly halts: HaltRequest[] = []
  readonly decisions: (OperatorDecision & { readonly id: string })[] = []
  readonly resumes: HaltScope[] = []
  isHaltedByAdmin = false
  /** Whether the time of every cancel-after has come. */
  hasFired = false
  readonly timers: { readonly caller: string; readonly seconds: number | null }[] = []
  readonly counted: CounterDelta[] = []
  readonly upgrades: Request[] = []
  readonly answers = new Map<string, Answer>()
  /** What replies say about themselves. */
  source: ReadSource = 'upstream'
  asOfMs = 0
  isPersonal = false
  budget: CallBudget | null = null
  /** Holds the answers of calls back until it resolves. */
  gate: Promise<void> = Promise.resolve()
  /** What the next order calls are answered with, instead of OpenD's reply. */
  orderAnswer: OrderAnswer | null = null
  /** What is known of the order that a call changed. */
  shownOrder: ShownOrder | null = null
  /** The ledger, newest first. */
  entries: readonly LedgerEntry[] = []
  haltReport: HaltReport = { isStored: true, isCancelling: false, cancels: [] }
  switchReport: SwitchReport = { halts: [], tasks: [], isStored: true }
  status_: GatewayStatus = READY
  samples: readonly MetricSample[] = []
  epoch = 1
  /** The hashes of tokens that were looked up. */
  readonly lookups: string[] = []
  /** The time of the key service, Unix ms. */
  nowMs = FIRES_FROM_MS
  /** The changes of keys, in order. */
  readonly keyChanges: KeyChange[] = []
  /** The key service of the object, over a store in memory. */
  readonly keyService: KeyService

  constructor(configured: KeyTable = []) {
    super()
    this.keyService = new KeyService({
      store: new MemoryKeys(),
      configured,
      nowMs: () => this.nowMs,
      onChange: (change) => this.keyChanges.push(change),
      onError: (what, error) => assert.fail(`${what}: ${String(error)}`),
    })
  }

  /** Everything that was asked of it, counts aside. */
  get touched(): number {
    const { calls, done, upgrades, pages, halts, decisions, resumes, timers } = this
    return [calls, done, upgrades, pages, halts, decisions, resumes, timers].reduce(
      (sum, { length }) => sum + length,
      0,
    )
  }

  /** Forgets what was asked of it. */
  forget(): void {
    const { calls, orders, done, upgrades, pages, halts, decisions, resumes, timers } = this
    for (const list of [calls, orders, done, upgrades, pages, halts, decisions, resumes, timers]) list.length = 0
  }

  /** The whole `Response`, or only its `s2c` for a success. */
  answer(protocol: ProtocolName, response: Answer): this {
    this.answers.set(protocol, response)
    return this
  }

  succeed(protocol: ProtocolName, s2c: WireMessage): this {
    return this.answer(protocol, { retType: 0, s2c })
  }

  /** The body of the only call. */
  only<Name extends ProtocolName>(protocol: Name): C2S<Name> {
    assert.deepEqual(
      this.calls.map((call) => call.protocol),
      [protocol],
    )
    return this.calls[0]?.c2s as C2S<Name>
  }

  async keyByHash(hash: string): Promise<Result<KeyRecord | null>> {
    this.lookups.push(hash)
    return this.keyService.byHash(hash)
  }

  async keys(command: KeyCommand, by: KeyActor): Promise<Result<KeyAnswer>> {
    this.done.push(command.op)
    return runKeyCommand(this.keyService, command, by)
  }

  async allowance({ caller, limits }: AllowanceOf): Promise<Result<Allowance>> {
    this.done.push('allowance')
    const budgets = new LimitState(orderPolicyOf(limits ?? NO_LIMITS), [], this.nowMs).budgets(this.nowMs)
    return succeed({ budgets: [{ caller, budgets }], subscriptions: 0 })
  }

  async call(call: QuoteCall, keyMark: string | null = null): Promise<GatewayReply> {
    const gate = new KeyGate(
      this.keyService,
      () => this.nowMs,
      () => this.accounts(),
    )
    const refusal = gate.refusalOf({ caller: call.caller, keyMark })
    if (refusal !== null) return { ok: false, failure: refusal, budget: null, epoch: this.epoch }
    const answer = this.#take(call)
    const { source, asOfMs, isPersonal, budget, epoch } = this
    await this.gate
    if (answer instanceof Uint8Array) return { ok: true, body: answer, source, asOfMs, isPersonal, budget, epoch }
    return { ok: false, failure: answer, budget, epoch }
  }

  /** The list that `Trd_GetAccList` is answered with. */
  async accounts(): Promise<Result<readonly AccountCards[]>> {
    this.done.push('accounts')
    const answer = this.#answerOf('Trd_GetAccList')
    const list = answer instanceof Uint8Array ? readAccountList(answer) : answer
    return 'code' in list ? fail(list) : succeed(cardsOf(list))
  }

  async order(request: OrderRequest): Promise<GatewayOrderAnswer> {
    const { protoId, body, caller } = request
    const answer = this.#take({ protoId, body, caller, isFresh: false, quotaShare: null })
    this.orders.push(request)
    return {
      ...(this.orderAnswer ?? { reply: orderReply(answer), budgets: null }),
      budget: null,
      order: this.shownOrder,
      epoch: this.epoch,
    }
  }

  async orderEntries(query: LedgerQuery): Promise<readonly LedgerEntry[]> {
    this.pages.push(query)
    return this.entries.filter(({ caller }) => query.caller === null || caller === query.caller).slice(0, query.limit)
  }

  async orderEntry(id: string): Promise<EntryWithOrder | null> {
    const entry = this.entries.find((one) => one.id === id)
    return entry === undefined ? null : { entry, order: this.shownOrder, exits: null }
  }

  async resolveOrderEntry(id: string, decision: OperatorDecision, _by: KeyActor): Promise<Result<LedgerEntry>> {
    this.decisions.push({ id, ...decision })
    const entry = (await this.orderEntry(id))?.entry ?? null
    if (entry === null) return fail({ code: 'order.unknown_intent', intentId: id })
    if (entry.state !== 'unknown') return fail({ code: 'order.already_decided', intentId: id, state: entry.state })
    const { state, by, reason, orderId, orderIdEx } = decision
    return succeed({ ...entry, state, orderId, orderIdEx, resolution: { by, reason, atMs: FIRES_FROM_MS } })
  }

  async haltTrading(request: HaltRequest): Promise<Result<HaltReport>> {
    this.halts.push(request)
    return succeed(this.haltReport)
  }

  async tradingSwitches(): Promise<SwitchReport> {
    this.done.push('switches')
    return this.switchReport
  }

  async resumeTrading(scope: HaltScope, by: SwitchedBy, _requestId: string): Promise<boolean> {
    if (!mayResume(by, scope, this.isHaltedByAdmin ? 'admin' : 'caller')) return false
    this.resumes.push(scope)
    return true
  }

  async cancelAfter({ caller }: KeyActor, seconds: number | null): Promise<Result<CancelAfterReport>> {
    if (this.hasFired) return fail({ code: 'switch.fired' })
    this.timers.push({ caller, seconds })
    return succeed({ fireAtMs: seconds === null ? null : FIRES_FROM_MS + seconds * 1000, isStored: true })
  }

  async status(): Promise<GatewayStatus> {
    this.done.push('status')
    return { ...this.status_, epoch: this.epoch }
  }

  async reload(): Promise<void> {
    this.done.push('reload')
  }

  async shutdown(): Promise<void> {
    this.done.push('shutdown')
  }

  async countRequests(counts: readonly CounterDelta[], denials: Denials): Promise<void> {
    this.counted.push(...counts)
    this.denials.push(denials)
  }

  async auditPage(query: AuditQuery): Promise<AuditPage> {
    return this.audit.page(query)
  }

  async auditExport(after: number, limit: number): Promise<AuditPart> {
    return this.audit.exportAfter(after, limit)
  }

  async metrics(): Promise<readonly MetricSample[]> {
    return this.samples
  }

  async fetch(request: Request): Promise<Response> {
    this.upgrades.push(request)
    return new Response('upgraded')
  }

  #take({ body, ...call }: QuoteCall): Uint8Array | Failure {
    const protocol = protocolById(call.protoId)?.name as ProtocolName
    const request = decodeMessage(`${protocol}.Request` as 'Qot_GetKL.Request', body)
    assert.ok(request.ok, `the gateway got bytes that do not decode: ${protocol}`)
    this.calls.push({ ...call, protocol, c2s: request.value.c2s })
    return this.#answerOf(protocol)
  }

  #answerOf(protocol: ProtocolName): Uint8Array | Failure {
    const answer = this.answers.get(protocol) ?? { retType: 0, s2c: sampleMessage(`${protocol}.S2C`) }
    if (answer instanceof Uint8Array || isFailure(answer)) return answer
    return encodeChecked(`${protocol}.Response`, answer)
  }
}

/** When a cancel-after of 0 s would fire. */
const FIRES_FROM_MS = Date.UTC(2026, 10, 22, 12)
