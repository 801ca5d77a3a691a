import type { AccountCards } from '../src/accounts/trading-accounts.ts'
import type { Failure } from '../src/base/failure.ts'
import type { Result } from '../src/base/result.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { Budget } from '../src/gateway/rate-limit/limiter.ts'
import type { LedgerEntry } from '../src/orders/entry.ts'
import type { LedgerQuery } from '../src/orders/ledger.ts'
import type { CancelTaskView } from '../src/orders/kill-switch/cancel-tasks.ts'
import type { CancelAfterReport, HaltReport, HaltRequest } from '../src/orders/order-service.ts'
import type { OrderAnswer, OrderRequest } from '../src/orders/request.ts'
import type { SwitchReport } from '../src/orders/kill-switch/switch-report.ts'
import type { SwitchedBy } from '../src/orders/kill-switch/switch-rights.ts'
import type { HaltScope } from '../src/orders/kill-switch/switches.ts'
import type { OperatorDecision } from '../src/orders/reconciliation/resolve-by-operator.ts'
import type { ReadSource } from '../src/quotes/quote-reader.ts'
import type { QuoteCall } from '../src/quotes/quote-service.ts'

/**
 * What the Worker and the gateway object say to each other. Plain data only: an error thrown across RPC loses its
 * name and its members, so failures travel as values.
 */
export interface GatewayRpc {
  /** Sends one request to OpenD and returns its reply, or why there is none. Settles within the call deadline. */
  call(request: QuoteCall): Promise<GatewayReply>
  /** The accounts of the login with their cards. Failures: those of the call, and OpenD's own refusal. */
  accounts(): Promise<Result<readonly AccountCards[]>>
  /** Takes an order call through every check, writes it down and sends it at most once. */
  order(request: OrderRequest): Promise<GatewayOrderAnswer>
  /** A page of the order ledger, newest first. */
  orderEntries(query: LedgerQuery): Promise<readonly LedgerEntry[]>
  /** One entry of the ledger; null when there is none. */
  orderEntry(id: string): Promise<LedgerEntry | null>
  /** Decides an entry that OpenD left undecided. Failures: see `resolveByOperator`. */
  resolveOrderEntry(id: string, decision: OperatorDecision): Promise<Result<LedgerEntry>>
  /** Stops new orders and changes within the scope until `resumeTrading`; cancels still pass. */
  haltTrading(request: HaltRequest): Promise<Result<HaltReport>>
  /** The halts in force and the cancel tasks, of every caller. */
  tradingSwitches(): Promise<SwitchReport>
  /** Ends a halt. False when `by` may not end it. */
  resumeTrading(scope: HaltScope, by: SwitchedBy): Promise<boolean>
  /** Arms the caller's cancel-after to fire after that time, or disarms it with null. Returns when it fires. */
  cancelAfter(caller: string, seconds: number | null): Promise<Result<CancelAfterReport>>
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

/** OpenD's reply, or why there is none. `epoch` tells an isolate when its caches are out of date. */
export type GatewayReply =
  | {
      readonly ok: true
      readonly body: Uint8Array
      readonly source: ReadSource
      /** When the gateway had it from OpenD, Unix ms. */
      readonly asOfMs: number
      /** Null for a call that OpenD does not limit, or that did not need OpenD. */
      readonly budget: Budget | null
      readonly epoch: number
    }
  | { readonly ok: false; readonly failure: Failure; readonly budget: Budget | null; readonly epoch: number }

/** The answer to an order call, with what is left of OpenD's own limit on such calls of that account. */
export interface GatewayOrderAnswer extends OrderAnswer {
  readonly budget: Budget | null
  readonly epoch: number
}

/** One count of an isolate, by metric name and labels. */
export interface CounterDelta {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly add: number
}

/** What the object knows of its link. */
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
  /** Since when the storage fails (Unix ms) and why; null while it works. Orders are refused meanwhile. */
  readonly storageFailure: { readonly sinceMs: number; readonly detail: string } | null
  /** Order calls whose outcome is not known. */
  readonly unknownOrders: number
  /** Orders that exist although their callers were told that they are absent or refused, since the object started. */
  readonly contradictions: { readonly absent: number; readonly rejected: number }
  /** Open orders that are to be cancelled: by halts, and by switches that are armed or have fired. */
  readonly cancelTasks: readonly CancelTaskView[]
  /** Grows when cached keys and JWKS must be forgotten. */
  readonly epoch: number
}
