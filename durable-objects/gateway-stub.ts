import type { AccountCards } from '../src/accounts/trading-accounts.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { QuoteCall } from '../src/quotes/quote-service.ts'
import type { GatewayFailure } from '../src/base/failure.ts'
import { fail, type Result } from '../src/base/result.ts'
import type { LedgerEntry } from '../src/orders/entry.ts'
import type { LedgerQuery } from '../src/orders/ledger.ts'
import type { CancelAfterReport, HaltReport, HaltRequest } from '../src/orders/order-service.ts'
import type { OrderReply, OrderRequest } from '../src/orders/request.ts'
import type { OperatorDecision } from '../src/orders/reconciliation/resolve-by-operator.ts'
import type { SwitchReport } from '../src/orders/kill-switch/switch-report.ts'
import type { SwitchedBy } from '../src/orders/kill-switch/switch-rights.ts'
import type { HaltScope } from '../src/orders/kill-switch/switches.ts'
import type { CounterDelta, GatewayOrderAnswer, GatewayReply, GatewayRpc, GatewayStatus } from './gateway-rpc.ts'

/** Marks that the platform puts on an error that crossed an RPC boundary. */
interface RemoteError extends Error {
  /** The object's own code threw it. */
  readonly remote?: boolean
  /** The object went away under the call, and the platform says so. It does not always. */
  readonly durableObjectReset?: boolean
  /** The object has more waiting than it takes. */
  readonly overloaded?: boolean
}

/**
 * The gateway object as the Worker calls it: an object that was restarted or is overloaded becomes a failure with a
 * name, everything else that is thrown is a bug and stays one.
 *
 * A call of OpenD is not repeated here, not even a read: the caller knows best, and for an order it would be wrong. What
 * is about the object itself is the same done twice, so that is asked once more.
 */
export function safeGateway(open: () => GatewayStub): GatewayStub {
  return new SafeGateway(open)
}

/** The object's calls, and its `fetch`, which takes the upgrades of push sockets. */
interface GatewayStub extends GatewayRpc {
  fetch(request: Request): Promise<Response>
}

/** Entries of one page when a call is looked for in the ledger; a few KiB each. */
const PAGE_ENTRIES = 50

/** Pages that are read for one call: 1,000 entries, which is more than a caller makes while one of its calls is lost. */
const MOST_PAGES = 20

/** How much the clocks of the Worker and the object may differ. */
const CLOCK_SLACK_MS = 10_000

const NOT_WRITTEN: GatewayFailure = {
  code: 'gateway.object_restarted',
  detail: 'it had not written the order down, so nothing was sent',
  retryInMs: null,
}

function unwritten(failure: GatewayFailure): OrderReply {
  return { kind: 'refused', failure, intentId: null, state: null, isReplay: false }
}

/** One is made for every request: a class makes that one allocation, where an object of functions takes a dozen. */
class SafeGateway implements GatewayStub {
  readonly #open: () => GatewayStub
  #stub: GatewayStub

  constructor(open: () => GatewayStub) {
    this.#open = open
    this.#stub = open()
  }

  async call(request: QuoteCall): Promise<GatewayReply> {
    try {
      return await this.#stub.call(request)
    } catch (error) {
      const failure = failureOf(error)
      if (failure === null) throw error
      // Epoch 0 tells nothing new: the Worker only acts on one that grows.
      return { ok: false, failure, budget: null, epoch: 0 }
    }
  }

  /** An object that cannot be reached is a failure: a key whose cards cannot be resolved is refused. */
  async accounts(): Promise<Result<readonly AccountCards[]>> {
    try {
      return await this.#again(() => this.#stub.accounts())
    } catch (error) {
      const failure = failureOf(error)
      if (failure === null) throw error
      return fail(failure)
    }
  }

  /** An order under which the object went away may have been sent: the ledger knows, and is asked instead of OpenD. */
  async order(request: OrderRequest): Promise<GatewayOrderAnswer> {
    const startedMs = Date.now()
    try {
      return await this.#stub.order(request)
    } catch (error) {
      const failure = failureOf(error)
      if (failure === null) throw error
      const reply = failure.code === 'gateway.busy' ? null : await this.#fateOf(request, startedMs)
      return { reply: reply ?? unwritten(failure), budgets: null, budget: null, epoch: 0 }
    }
  }

  /** What the new object's ledger has of a call that the old one took with it; null when that cannot be told. */
  async #fateOf({ caller, callId }: OrderRequest, startedMs: number): Promise<OrderReply | null> {
    this.#stub = this.#open()
    let before: string | null = null
    for (let page = 0; page < MOST_PAGES; page++) {
      const query: LedgerQuery = { caller, state: null, accId: null, before, limit: PAGE_ENTRIES }
      const entries = await this.#again(() => this.#stub.orderEntries(query))
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

  /** Asks; and once more, with a new stub, when the object went away. A stub that failed stays broken. */
  async #again<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask()
    } catch (error) {
      if (failureOf(error)?.code !== 'gateway.object_restarted') throw error
      this.#stub = this.#open()
      return ask()
    }
  }

  orderEntries(query: LedgerQuery): Promise<readonly LedgerEntry[]> {
    return this.#again(() => this.#stub.orderEntries(query))
  }

  orderEntry(id: string): Promise<LedgerEntry | null> {
    return this.#again(() => this.#stub.orderEntry(id))
  }

  resolveOrderEntry(id: string, decision: OperatorDecision): Promise<Result<LedgerEntry>> {
    return this.#again(() => this.#stub.resolveOrderEntry(id, decision))
  }

  haltTrading(request: HaltRequest): Promise<Result<HaltReport>> {
    return this.#again(() => this.#stub.haltTrading(request))
  }

  tradingSwitches(): Promise<SwitchReport> {
    return this.#again(() => this.#stub.tradingSwitches())
  }

  resumeTrading(scope: HaltScope, by: SwitchedBy): Promise<boolean> {
    return this.#again(() => this.#stub.resumeTrading(scope, by))
  }

  cancelAfter(caller: string, seconds: number | null): Promise<Result<CancelAfterReport>> {
    return this.#again(() => this.#stub.cancelAfter(caller, seconds))
  }

  status(): Promise<GatewayStatus> {
    return this.#again(() => this.#stub.status())
  }

  reload(): Promise<void> {
    return this.#again(() => this.#stub.reload())
  }

  shutdown(): Promise<void> {
    return this.#again(() => this.#stub.shutdown())
  }

  countRequests(counts: readonly CounterDelta[]): Promise<void> {
    return this.#stub.countRequests(counts)
  }

  metrics(): Promise<readonly MetricSample[]> {
    return this.#again(() => this.#stub.metrics())
  }

  fetch(request: Request): Promise<Response> {
    return this.#stub.fetch(request)
  }
}

/**
 * What an error of the platform means to a caller; null for a bug: one that the object's code threw, or one of another
 * kind than the plain `Error` with which the platform reports a lost object (a value that cannot be cloned, say).
 */
function failureOf(error: unknown): GatewayFailure | null {
  const { name, remote, durableObjectReset, overloaded } = error as RemoteError
  if (overloaded === true) {
    return { code: 'gateway.busy', detail: 'the gateway object is overloaded', retryInMs: null }
  }
  if (durableObjectReset !== true && (remote === true || name !== 'Error')) return null
  return { code: 'gateway.object_restarted', detail: 'whether OpenD acted on the call is not known', retryInMs: null }
}
