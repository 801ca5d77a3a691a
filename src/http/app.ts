import { Hono, type Context } from 'hono'
import { API_ENDPOINTS, isOrderEndpoint, OPERATIONS, type OperationPath } from '../endpoints.ts'
import type { Env } from '../env.ts'
import { adminReload, adminShutdown, adminStatus } from './admin/gateway.ts'
import { auditFile, auditPage } from './admin/audit.ts'
import { adminDoctor } from './admin/doctor.ts'
import { exportKeys, importKeys } from './admin/key-file.ts'
import { changeKey, createKey, listKeys, oneKey, revokeKey, rotateKey } from './admin/keys.ts'
import { childTokens, mintToken, revokeToken } from './admin/tokens.ts'
import { connectorSocket } from './connector-socket.ts'
import { Counters, UNKNOWN_ENDPOINT } from './operations/counters.ts'
import { Deployments } from './deployment.ts'
import type { GatewayPort, Handler } from './exchange.ts'
import { whoAmI } from './me.ts'
import {
  changeHook,
  createHook,
  deleteHook,
  dryRunDelivery,
  listDeliveries,
  listHooks,
  oneDelivery,
  oneHook,
  pauseHook,
  resumeHook,
  rotateHook,
  testHook,
} from './hooks/hooks.ts'
import { receiveAlert } from './hooks/receive-alert.ts'
import { health, metrics, readiness } from './operations/monitoring.ts'
import { openApi } from './openapi/openapi.ts'
import { oneIntent, orderIntents } from './orders/order-intents.ts'
import { orderRelay } from './orders/order-relay.ts'
import { pushSocket } from './push-socket.ts'
import { relay } from './relay.ts'
import { resolveIntent } from './orders/resolve-intent.ts'
import { methodNotAllowed, respond, unknownPath } from './respond.ts'
import { tradingHalts } from './orders/trading-halts.ts'
import { cancelAfter, halt, resume } from './orders/trading-switches.ts'

/** The effects that the application needs from the platform. */
export interface AppParts<Bindings extends Env> {
  /** A stub of the gateway object. Each request gets a new one, because a stub that failed stays broken. */
  readonly gateway: (env: Bindings) => GatewayPort
  /** Unix time in ms. */
  readonly nowMs: () => number
  /** A fresh request id, 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
  readonly freshId: () => string
  /** The platform's `fetch`, for the keys of a JWT issuer. */
  readonly fetch: typeof fetch
}

const OPERATION_HANDLERS: Readonly<Record<OperationPath, Handler>> = {
  '/api/me': whoAmI,
  '/api/tokens': byMethod({ GET: childTokens, POST: mintToken }),
  '/api/tokens/{id}/revoke': revokeToken,
  '/api/order-intents': orderIntents,
  '/api/order-intents/{id}': oneIntent,
  '/api/trading/halts': tradingHalts,
  '/api/trading/halt': halt,
  '/api/trading/resume': resume,
  '/api/trading/cancel-after': cancelAfter,
  '/api/hooks': byMethod({ GET: listHooks, POST: createHook }),
  '/api/hooks/{id}': byMethod({ GET: oneHook, POST: changeHook }),
  '/api/hooks/{id}/pause': pauseHook,
  '/api/hooks/{id}/resume': resumeHook,
  '/api/hooks/{id}/rotate': rotateHook,
  '/api/hooks/{id}/delete': deleteHook,
  '/api/hooks/{id}/test': testHook,
  '/api/hooks/{id}/deliveries': listDeliveries,
  '/api/hooks/{id}/deliveries/{delivery}': oneDelivery,
  '/api/hooks/{id}/deliveries/{delivery}/dry-run': dryRunDelivery,
  '/hooks/{id}': receiveAlert,
  '/hooks/{id}/{secret}': receiveAlert,
  '/metrics': metrics,
  '/openapi.json': openApi,
  '/health': health,
  '/readyz': readiness,
  '/ws': pushSocket,
  '/connector': connectorSocket,
  '/api/admin/status': adminStatus,
  '/api/admin/doctor': adminDoctor,
  '/api/admin/reload': adminReload,
  '/api/admin/shutdown': adminShutdown,
  '/api/admin/order-intents/{id}/resolve': resolveIntent,
  '/api/admin/keys': byMethod({ GET: listKeys, POST: createKey }),
  '/api/admin/keys/{id}': byMethod({ GET: oneKey, POST: changeKey }),
  '/api/admin/keys/{id}/rotate': rotateKey,
  '/api/admin/keys/{id}/revoke': revokeKey,
  '/api/admin/audit': auditPage,
  '/api/admin/audit-file': auditFile,
  '/api/admin/key-file': byMethod({ GET: exportKeys, POST: importKeys }),
}

/** The handler of a path that has both methods of the table. HEAD has the handler of GET. */
function byMethod(handlers: Readonly<Record<'GET' | 'POST', Handler>>): Handler {
  return (exchange) => handlers[exchange.request.method === 'POST' ? 'POST' : 'GET'](exchange)
}

/**
 * The HTTP application: routes each row of the endpoint table to its handler. Hono matches the path, reads its
 * parameters and drops the body of an answer to HEAD. Its middleware and `onError` are not used: failures are values
 * here, and paths outside the table get the same request id, count and error body, see `respond`.
 */
export function createApp<Bindings extends Env>(parts: AppParts<Bindings>): Hono<{ Bindings: Bindings }> {
  const isolate = { deployments: new Deployments(parts.fetch), counters: new Counters() }
  const app = new Hono<{ Bindings: Bindings }>()

  const answer = (context: Context<{ Bindings: Bindings }>, endpoint: string, handler: Handler): Promise<Response> =>
    respond(handler, endpoint, {
      ...isolate,
      request: context.req.raw,
      params: context.req.param(),
      env: context.env,
      openGateway: () => parts.gateway(context.env),
      nowMs: parts.nowMs(),
      clock: parts.nowMs,
      freshId: parts.freshId,
      waitUntil: waitUntilOf(context),
    })

  const byPath = routes()
  for (const [path, handlers] of byPath) {
    const refuse = methodNotAllowed([...handlers.keys()])
    app.all(path.replace(/\{(\w+)\}/g, ':$1'), (context) => {
      const handler = handlers.get(readMethod(context.req.raw))
      return answer(context, path, handler ?? refuse)
    })
  }
  const unknown = unknownPath([...byPath.keys()])
  app.notFound((context) => answer(context, UNKNOWN_ENDPOINT, unknown))
  return app
}

/** HEAD has the handler of GET; the router drops the body. */
function readMethod({ method }: Request): string {
  return method === 'HEAD' ? 'GET' : method
}

/** The handlers of each path, by method. */
function routes(): ReadonlyMap<string, ReadonlyMap<string, Handler>> {
  const byPath = new Map<string, Map<string, Handler>>()
  const add = (path: string, method: string, handler: Handler) => {
    byPath.set(path, (byPath.get(path) ?? new Map<string, Handler>()).set(method, handler))
  }
  for (const endpoint of API_ENDPOINTS) {
    const handler = isOrderEndpoint(endpoint) ? orderRelay(endpoint) : relay(endpoint)
    if (endpoint.takesQuery) add(endpoint.path, 'GET', handler)
    add(endpoint.path, endpoint.method, handler)
  }
  for (const { path, method } of OPERATIONS) add(path, method, OPERATION_HANDLERS[path])
  return byPath
}

/** The `waitUntil` of the platform. Outside the Workers runtime there is none, and Hono throws. */
function waitUntilOf(context: Context): (work: Promise<void>) => void {
  try {
    const { executionCtx } = context
    return (work) => executionCtx.waitUntil(work)
  } catch {
    return () => {}
  }
}
