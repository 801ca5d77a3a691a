import type { GatewayRpc } from '../../durable-objects/gateway-rpc.ts'
import type { Failed, Result } from '../base/result.ts'
import type { Counters } from './operations/counters.ts'
import type { Deployment, Deployments } from './deployment.ts'

/** The gateway object: its calls, and `fetch` for the upgrade of a push socket. */
export interface GatewayPort extends GatewayRpc {
  fetch(request: Request): Promise<Response>
}

/** One request, with everything that its handler may need. */
export interface Exchange {
  readonly request: Request
  /** The decoded path parameters, such as `id` of `/api/order-intents/{id}`. */
  readonly params: Readonly<Record<string, string>>
  readonly requestId: string
  /** Unix time in ms at which the request arrived. */
  readonly nowMs: number
  /** The present Unix time in ms: later than `nowMs` after the handler has waited. */
  readonly clock: () => number
  /** A fresh random id, where the client must not choose one. */
  readonly freshId: () => string
  readonly gateway: GatewayPort
  /** The deployment that serves it, or `server.misconfigured`. */
  readonly deployment: Result<Deployment>
  readonly deployments: Deployments
  readonly counters: Counters
  /** Whether an earlier run of the handler was refused with a cached record of its key: a fresh one must be read. */
  readonly needsFreshKey: boolean
  /** The caller for the log: its id, or `<none>` and `<invalid>`. Null before the token is checked. */
  who: string | null
  /** Set when the caller was admitted with a cached record, which may be out of date. */
  usedCachedKey: boolean
}

/** Answers a request to one endpoint: a response, or a failure, which becomes the error response. */
export type Handler = (exchange: Exchange) => Promise<Response | Failed>
