import type { GatewayCall, GatewayReply, GatewayRpc } from './gateway-rpc.ts'

/** Marks that the platform puts on an error that crossed an RPC boundary. */
interface RemoteError extends Error {
  /** The object went away under the call: eviction, deploy, crash. */
  readonly durableObjectReset?: boolean
  /** The object has more waiting than it takes. */
  readonly overloaded?: boolean
}

/**
 * The gateway object as the Worker calls it: an object that was restarted or is overloaded becomes a failure with a
 * name, everything else that is thrown is a bug and stays one.
 *
 * A call is not repeated here, not even a read: the caller knows best, and for an order it would be wrong.
 */
export function safeGateway(stub: GatewayRpc & GatewayFetch): GatewayRpc & GatewayFetch {
  return {
    fetch: (request) => stub.fetch(request),
    call: (request) => callSafely(stub, request),
    status: () => stub.status(),
    reload: () => stub.reload(),
    shutdown: () => stub.shutdown(),
    countRequests: (counts) => stub.countRequests(counts),
    metrics: () => stub.metrics(),
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
    const { durableObjectReset, overloaded } = error as RemoteError
    if (overloaded === true) return failed('gateway.busy', 'the gateway object is overloaded')
    if (durableObjectReset === true) {
      return failed('gateway.object_restarted', 'the gateway object was restarted while it held the call')
    }
    throw error
  }
}

function failed(code: 'gateway.busy' | 'gateway.object_restarted', detail: string): GatewayReply {
  // Epoch 0 tells nothing new: the Worker only acts on one that grows.
  return { ok: false, failure: { code, detail, retryInMs: null }, epoch: 0 }
}
