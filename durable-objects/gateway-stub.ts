import type { GatewayFailure } from '../src/base/failure.ts'
import type { LedgerEntry } from '../src/orders/entry.ts'
import type { LedgerQuery } from '../src/orders/ledger.ts'
import type { OrderAnswer, OrderRequest } from '../src/orders/request.ts'
import type { HaltScope } from '../src/orders/switches.ts'
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
export function safeGateway(stub: GatewayRpc & GatewayFetch): GatewayRpc & GatewayFetch {
  return new SafeGateway(stub)
}

/** The object's `fetch`, which takes the upgrades of push sockets. */
interface GatewayFetch {
  fetch(request: Request): Promise<Response>
}

/** One is made for every request: a class makes that one allocation, where an object of functions takes a dozen. */
class SafeGateway implements GatewayRpc, GatewayFetch {
  readonly #stub: GatewayRpc & GatewayFetch

  constructor(stub: GatewayRpc & GatewayFetch) {
    this.#stub = stub
  }

  async call(request: GatewayCall): Promise<GatewayReply> {
    try {
      return await this.#stub.call(request)
    } catch (error) {
      const failure = failureOf(error)
      if (failure === null) throw error
      // Epoch 0 tells nothing new: the Worker only acts on one that grows.
      return { ok: false, failure, epoch: 0 }
    }
  }

  /** An order under which the object went away may have been sent: its caller is told so, and its entry is looked for. */
  async order(request: OrderRequest): Promise<OrderAnswer & { readonly epoch: number }> {
    try {
      return await this.#stub.order(request)
    } catch (error) {
      const failure = failureOf(error)
      if (failure === null) throw error
      return { reply: { kind: 'refused', failure, intentId: null }, budgets: null, epoch: 0 }
    }
  }

  orderEntries(query: LedgerQuery): Promise<readonly LedgerEntry[]> {
    return again(() => this.#stub.orderEntries(query))
  }

  orderEntry(id: string): Promise<LedgerEntry | null> {
    return again(() => this.#stub.orderEntry(id))
  }

  haltTrading(request: HaltRequest): Promise<HaltReport> {
    return again(() => this.#stub.haltTrading(request))
  }

  resumeTrading(scope: HaltScope, isByAdmin: boolean): Promise<boolean> {
    return again(() => this.#stub.resumeTrading(scope, isByAdmin))
  }

  cancelAfter(caller: string, seconds: number | null): Promise<{ readonly fireAtMs: number | null }> {
    return again(() => this.#stub.cancelAfter(caller, seconds))
  }

  status(): Promise<GatewayStatus> {
    return again(() => this.#stub.status())
  }

  reload(): Promise<void> {
    return again(() => this.#stub.reload())
  }

  shutdown(): Promise<void> {
    return again(() => this.#stub.shutdown())
  }

  countRequests(counts: readonly CounterDelta[]): Promise<void> {
    return this.#stub.countRequests(counts)
  }

  metrics(): Promise<readonly MetricSample[]> {
    return again(() => this.#stub.metrics())
  }

  fetch(request: Request): Promise<Response> {
    return this.#stub.fetch(request)
  }
}

async function again<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (failureOf(error)?.code !== 'gateway.object_restarted') throw error
    return ask()
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
  return { code: 'gateway.object_restarted', detail: 'it held the call', retryInMs: null }
}
