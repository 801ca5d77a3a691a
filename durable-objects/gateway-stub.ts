import type { GatewayFailure } from '../src/base/failure.ts'
import type { OrderAnswer, OrderRequest } from '../src/orders/request.ts'
import type { GatewayCall, GatewayReply, GatewayRpc } from './gateway-rpc.ts'

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
  return {
    fetch: (request) => stub.fetch(request),
    call: (request) => callSafely(stub, request),
    order: (request) => orderSafely(stub, request),
    orderEntries: (query) => again(() => stub.orderEntries(query)),
    orderEntry: (id) => again(() => stub.orderEntry(id)),
    haltTrading: (request) => again(() => stub.haltTrading(request)),
    resumeTrading: (scope, isByAdmin) => again(() => stub.resumeTrading(scope, isByAdmin)),
    cancelAfter: (caller, seconds) => again(() => stub.cancelAfter(caller, seconds)),
    status: () => again(() => stub.status()),
    reload: () => again(() => stub.reload()),
    shutdown: () => again(() => stub.shutdown()),
    countRequests: (counts) => stub.countRequests(counts),
    metrics: () => again(() => stub.metrics()),
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

/** The object's `fetch`, which takes the upgrades of push sockets. */
interface GatewayFetch {
  fetch(request: Request): Promise<Response>
}

async function callSafely(stub: GatewayRpc, request: GatewayCall): Promise<GatewayReply> {
  try {
    return await stub.call(request)
  } catch (error) {
    const failure = failureOf(error)
    if (failure === null) throw error
    // Epoch 0 tells nothing new: the Worker only acts on one that grows.
    return { ok: false, failure, epoch: 0 }
  }
}

/** An order under which the object went away may have been sent: its caller is told so, and its entry is looked for. */
async function orderSafely(stub: GatewayRpc, request: OrderRequest): Promise<OrderAnswer & { readonly epoch: number }> {
  try {
    return await stub.order(request)
  } catch (error) {
    const failure = failureOf(error)
    if (failure === null) throw error
    return { reply: { kind: 'refused', failure, intentId: null }, budgets: null, epoch: 0 }
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
