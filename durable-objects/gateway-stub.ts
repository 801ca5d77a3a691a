import type { AuditPart } from '../src/audit/audit-log.ts'
import type { AuditPage, AuditQuery } from '../src/audit/audit-store.ts'
import type { AccountCards } from '../src/accounts/trading-accounts.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { QuoteCall } from '../src/quotes/quote-service.ts'
import type { GatewayFailure } from '../src/base/failure.ts'
import { fail, type Result } from '../src/base/result.ts'
import type { KeyRecord } from '../src/auth/key-record.ts'
import type { HookAnswer, HookArrival, HookCommand, HookOwner, Received } from '../src/hooks/hook-command.ts'
import type { KeyAnswer, KeyCommand } from '../src/keys/key-command.ts'
import type { KeyActor } from '../src/keys/key-store.ts'
import type { LedgerEntry } from '../src/orders/entry.ts'
import type { LedgerQuery } from '../src/orders/ledger.ts'
import type { EntryWithOrder, ListedEntry } from '../src/orders/order-service.ts'
import type { CancelAfterReport, HaltReport, HaltRequest } from '../src/orders/kill-switch/kill-switch.ts'
import type { OrderReply, OrderRequest } from '../src/orders/request.ts'
import type { OperatorDecision } from '../src/orders/reconciliation/resolve-by-operator.ts'
import type { SwitchReport } from '../src/orders/kill-switch/switch-report.ts'
import type { SwitchedBy } from '../src/orders/kill-switch/halt-scope.ts'
import type { HaltScope } from '../src/orders/kill-switch/switches.ts'
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

/** Properties that the platform sets on an error from an RPC call. */
interface RemoteError extends Error {
  /** The object's own code threw it. */
  readonly remote?: boolean
  /** The object was reset during the call. The platform does not always set it. */
  readonly durableObjectReset?: boolean
  /** The object has too many queued requests. */
  readonly overloaded?: boolean
}

/**
 * Wraps the gateway object for the Worker: a restart or an overload of the object becomes a failure with a code. Every
 * other error is a bug and is thrown again.
 *
 * Calls to OpenD are not retried, not even reads: the caller decides, and a retry could place an order twice. Calls
 * that only touch the object are idempotent, so they are retried once.
 */
export function safeGateway(open: () => GatewayStub): GatewayStub {
  return new SafeGateway(open)
}

/** The object's RPC calls, and its `fetch`, which accepts push sockets. */
interface GatewayStub extends GatewayRpc {
  fetch(request: Request): Promise<Response>
}

/** Entries per page when the stub searches the ledger for a call; a few KiB each. */
const PAGE_ENTRIES = 50

/** Pages read for one call: 1,000 entries, more than a caller makes while one of its calls is lost. */
const MAX_PAGES = 20

/** How much the clocks of the Worker and the object may differ. */
const CLOCK_SLACK_MS = 10_000

const NOT_WRITTEN: GatewayFailure = {
  code: 'gateway.object_restarted',
  detail: 'the order was not recorded in the ledger, so nothing was sent',
  retryInMs: null,
}

function unwritten(failure: GatewayFailure): OrderReply {
  return { kind: 'refused', failure, intentId: null, state: null, isReplay: false }
}

/** A class because one is created per request: it takes one allocation, an object of closures a dozen. */
class SafeGateway implements GatewayStub {
  readonly #open: () => GatewayStub
  #stub: GatewayStub

  constructor(open: () => GatewayStub) {
    this.#open = open
    this.#stub = open()
  }

  async call(request: QuoteCall, keyMark: string | null): Promise<GatewayReply> {
    try {
      return await this.#stub.call(request, keyMark)
    } catch (error) {
      const failure = failureOf(error)
      if (failure === null) throw error
      // The Worker reacts only to an epoch that increases, so it ignores 0.
      return { ok: false, failure, budget: null, epoch: 0 }
    }
  }

  /** An unreachable object is a failure, so a key whose cards cannot be resolved is refused. */
  accounts(): Promise<Result<readonly AccountCards[]>> {
    return this.#asResult(() => this.#stub.accounts())
  }

  /** An unreachable object is a failure, so a key that it would have to look up is refused. */
  keyByHash(hash: string): Promise<Result<KeyRecord | null>> {
    return this.#asResult(() => this.#stub.keyByHash(hash))
  }

  keys(command: KeyCommand, by: KeyActor): Promise<Result<KeyAnswer>> {
    return this.#asResult(() => this.#stub.keys(command, by))
  }

  hooks(command: HookCommand, owner: HookOwner): Promise<Result<HookAnswer>> {
    return this.#asResult(() => this.#stub.hooks(command, owner))
  }

  /** An alert has an id of its own, so a repeated call stores it once. */
  receiveAlert(arrival: HookArrival): Promise<Result<Received>> {
    return this.#asResult(() => this.#stub.receiveAlert(arrival))
  }

  allowance(caller: AllowanceOf): Promise<Result<Allowance>> {
    return this.#asResult(() => this.#stub.allowance(caller))
  }

  async #asResult<Value>(call: () => Promise<Result<Value>>): Promise<Result<Value>> {
    try {
      return await this.#withRetry(call)
    } catch (error) {
      const failure = failureOf(error)
      if (failure === null) throw error
      return fail(failure)
    }
  }

  /** If the object is reset during the call, the order may have been sent: the reply then comes from the ledger. */
  async order(request: OrderRequest): Promise<GatewayOrderAnswer> {
    const startedMs = Date.now()
    try {
      return await this.#stub.order(request)
    } catch (error) {
      const failure = failureOf(error)
      if (failure === null) throw error
      const reply = failure.code === 'gateway.busy' ? null : await this.#replyFromLedger(request, startedMs)
      return { reply: reply ?? unwritten(failure), budgets: null, budget: null, order: null, epoch: 0 }
    }
  }

  /** Searches the restarted object's ledger for a call. Null when the pages read do not decide whether it is there. */
  async #replyFromLedger({ caller, callId }: OrderRequest, startedMs: number): Promise<OrderReply | null> {
    this.#stub = this.#open()
    let before: string | null = null
    for (let page = 0; page < MAX_PAGES; page++) {
      const query: LedgerQuery = { caller, state: null, accId: null, before, limit: PAGE_ENTRIES }
      const entries = await this.#withRetry(() => this.#stub.orderEntries(query))
      const entry = entries.find((one) => one.callId !== null && one.callId === callId)
      if (entry !== undefined) return { kind: 'unknown', intentId: entry.id, isReplay: false }
      const last = entries.at(-1)
      if (last === undefined || entries.length < PAGE_ENTRIES || last.createdAtMs < startedMs - CLOCK_SLACK_MS) {
        return unwritten(NOT_WRITTEN)
      }
      before = last.id
    }
    return null
  }

  /** Makes a call, and repeats it once with a new stub when the object was reset. A stub that failed stays broken. */
  async #withRetry<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call()
    } catch (error) {
      if (failureOf(error)?.code !== 'gateway.object_restarted') throw error
      this.#stub = this.#open()
      return call()
    }
  }

  orderEntries(query: LedgerQuery): Promise<readonly ListedEntry[]> {
    return this.#withRetry(() => this.#stub.orderEntries(query))
  }

  orderEntry(id: string): Promise<EntryWithOrder | null> {
    return this.#withRetry(() => this.#stub.orderEntry(id))
  }

  resolveOrderEntry(id: string, decision: OperatorDecision, by: KeyActor): Promise<Result<LedgerEntry>> {
    return this.#withRetry(() => this.#stub.resolveOrderEntry(id, decision, by))
  }

  haltTrading(request: HaltRequest): Promise<Result<HaltReport>> {
    return this.#withRetry(() => this.#stub.haltTrading(request))
  }

  tradingSwitches(): Promise<SwitchReport> {
    return this.#withRetry(() => this.#stub.tradingSwitches())
  }

  resumeTrading(scope: HaltScope, by: SwitchedBy, requestId: string): Promise<boolean> {
    return this.#withRetry(() => this.#stub.resumeTrading(scope, by, requestId))
  }

  cancelAfter(by: KeyActor, seconds: number | null): Promise<Result<CancelAfterReport>> {
    return this.#withRetry(() => this.#stub.cancelAfter(by, seconds))
  }

  status(): Promise<GatewayStatus> {
    return this.#withRetry(() => this.#stub.status())
  }

  reload(by: KeyActor): Promise<void> {
    return this.#withRetry(() => this.#stub.reload(by))
  }

  shutdown(by: KeyActor): Promise<void> {
    return this.#withRetry(() => this.#stub.shutdown(by))
  }

  countRequests(counts: readonly CounterDelta[], denials: Denials): Promise<void> {
    return this.#stub.countRequests(counts, denials)
  }

  auditPage(query: AuditQuery): Promise<AuditPage> {
    return this.#withRetry(() => this.#stub.auditPage(query))
  }

  auditExport(after: number, limit: number): Promise<AuditPart> {
    return this.#withRetry(() => this.#stub.auditExport(after, limit))
  }

  metrics(): Promise<readonly MetricSample[]> {
    return this.#withRetry(() => this.#stub.metrics())
  }

  fetch(request: Request): Promise<Response> {
    return this.#stub.fetch(request)
  }
}

/**
 * The failure for an error of the platform; null for a bug. An error is a bug if the object's code threw it, or if it
 * is not a plain `Error`, because the platform reports a lost object as a plain `Error`.
 */
function failureOf(error: unknown): GatewayFailure | null {
  const { name, remote, durableObjectReset, overloaded } = error as RemoteError
  if (overloaded === true) {
    return { code: 'gateway.busy', detail: 'the gateway object is overloaded', retryInMs: null }
  }
  if (durableObjectReset !== true && (remote === true || name !== 'Error')) return null
  return {
    code: 'gateway.object_restarted',
    detail: 'it is not known whether OpenD acted on the call',
    retryInMs: null,
  }
}
