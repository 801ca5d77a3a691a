import type { GatewayRpc } from '../../durable-objects/gateway-rpc.ts'
import type { Failed, Result } from '../base/result.ts'
import type { Counters } from './counters.ts'
import type { Deployment, Deployments } from './deployment.ts'

/** The gateway object as the HTTP side sees it: its calls, and `fetch` for the upgrade of a push socket. */
export interface GatewayPort extends GatewayRpc {
  fetch(request: Request): Promise<Response>
}

/** One request on its way to its response, with all that answering it may need. */
export interface Exchange {
  readonly request: Request
  /** What stands in the path where its row has a name in braces, decoded: `id` of `/api/order-intents/{id}`. */
  readonly params: Readonly<Record<string, string>>
  readonly requestId: string
  /** Unix time in ms at which the request arrived. */
  readonly nowMs: number
  /** Unix time in ms by now: later than `nowMs` once the request has waited for something. */
  readonly clock: () => number
  /** A fresh random id, for what must not be named by a client. */
  readonly freshId: () => string
  readonly gateway: GatewayPort
  /** The deployment that serves it, or `server.misconfigured`. */
  readonly deployment: Result<Deployment>
  readonly deployments: Deployments
  readonly counters: Counters
}

/** Answers one endpoint: a response, or the failure that the problem answer is made of. */
export type Handler = (exchange: Exchange) => Promise<Response | Failed>
