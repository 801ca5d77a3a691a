import type { Failure } from '../src/base/failure.ts'

/**
 * What the Worker and the gateway object say to each other. Plain data only: an error thrown across RPC loses its
 * name and its members, so failures travel as values.
 */
export interface GatewayRpc {
  /** Sends one request to OpenD and returns its reply, or why there is none. Settles within the call deadline. */
  call(request: GatewayCall): Promise<GatewayReply>
  /** What is known about the link, without waking OpenD. */
  status(): Promise<GatewayStatus>
  /** Drops the link and what was learned over it, and connects anew; also ends a shutdown. */
  reload(): Promise<void>
  /** Finishes what is in flight, closes the link and parks. Returns at once. */
  shutdown(): Promise<void>
  /** Adds an isolate's counts since its last report to the totals. */
  countRequests(counts: readonly CounterDelta[]): Promise<void>
  /** The totals and gauges behind `/metrics`. */
  metrics(): Promise<readonly MetricSample[]>
}

export interface GatewayCall {
  readonly protoId: number
  /** The encoded `Request` message. For order calls the packet id in it is the gateway's to replace. */
  readonly body: Uint8Array
  /** Who asks: the id of the key or the subject of the JWT; never a secret. */
  readonly caller: string
  /** What the caller may trade, where the call is an order call; the account decides which of them it needs. */
  readonly mayTrade: { readonly simulate: boolean; readonly real: boolean } | null
}

export type GatewayReply =
  | { readonly ok: true; readonly body: Uint8Array; readonly epoch: number }
  | { readonly ok: false; readonly failure: Failure; readonly epoch: number }

/** One count of an isolate, by metric name and labels. */
export interface CounterDelta {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly add: number
}

/** One metric with its series. The help texts are kept beside the page that prints them. */
export interface MetricSample {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

export interface GatewayStatus {
  readonly stage: 'parked' | 'waiting' | 'connecting' | 'initializing' | 'ready'
  /** Where the link goes: `simulator:` or `tcp://host:port`. */
  readonly upstream: string
  /** Unix time in ms when the present stage began. */
  readonly sinceMs: number
  /** Decimal string: connection ids are about 2^62. */
  readonly connId: string | null
  readonly serverVersion: number | null
  readonly loginUserId: string | null
  readonly lastFailure: Failure | null
  readonly pendingCalls: number
  readonly connects: number
  /** Whether OpenD reported itself logged in at the last look (GetGlobalState). */
  readonly loggedIn: { readonly quote: boolean; readonly trade: boolean } | null
  /** Grows when cached keys and JWKS must be forgotten. */
  readonly epoch: number
}
