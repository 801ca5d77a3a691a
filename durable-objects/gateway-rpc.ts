import type { AuditEvent } from '../src/audit/audit-event.ts'
import type { AuditPart } from '../src/audit/audit-log.ts'
import type { AuditPage, AuditQuery } from '../src/audit/audit-store.ts'
import type { ConnectorView } from '../src/connector/connector-socket.ts'
import type { AccountCards } from '../src/accounts/trading-accounts.ts'
import type { Failure } from '../src/base/failure.ts'
import type { Result } from '../src/base/result.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { OpendView } from '../src/core/opend-watch.ts'
import type { LoginState } from '../src/gateway/link/handshake.ts'
import type { LinkStage } from '../src/gateway/link/stage.ts'
import type { CallBudget } from '../src/gateway/rate-limit/call-limiter.ts'
import type { KeyRecord } from '../src/auth/key-record.ts'
import type { HookAnswer, HookArrival, HookCommand, HookOwner, Received } from '../src/hooks/hook-command.ts'
import type { KeyAnswer, KeyCommand } from '../src/keys/key-command.ts'
import type { KeyActor } from '../src/keys/key-store.ts'
import type { KeyLimits } from '../src/limits/key-limits.ts'
import type { Budgets } from '../src/limits/limit-state.ts'
import type { LedgerEntry } from '../src/orders/entry.ts'
import type { LedgerQuery } from '../src/orders/ledger.ts'
import type { CancelTaskView } from '../src/orders/kill-switch/cancel-tasks.ts'
import type { ShownOrder } from '../src/orders/changed-orders.ts'
import type { EntryWithOrder, ListedEntry } from '../src/orders/order-service.ts'
import type { CancelAfterReport, HaltReport, HaltRequest } from '../src/orders/kill-switch/kill-switch.ts'
import type { OrderAnswer, OrderRequest } from '../src/orders/request.ts'
import type { SwitchReport } from '../src/orders/kill-switch/switch-report.ts'
import type { SwitchedBy } from '../src/orders/kill-switch/halt-scope.ts'
import type { HaltScope } from '../src/orders/kill-switch/switches.ts'
import type { OperatorDecision } from '../src/orders/reconciliation/resolve-by-operator.ts'
import type { ReadSource } from '../src/quotes/quote-reader.ts'
import type { QuoteCall } from '../src/quotes/quote-service.ts'

/**
 * The calls between the Worker and the gateway object. Plain data only: an error thrown across RPC loses its name and
 * its members, so failures are returned as values.
 */
export interface GatewayRpc {
  /**
   * Sends one request to OpenD and returns the reply or a failure. Resolves within the call deadline. `keyMark` is that
   * of a caller whose key can change while the gateway runs, and null for every other caller: the object refuses the
   * call when the key has changed since.
   */
  call(request: QuoteCall, keyMark: string | null): Promise<GatewayReply>
  /** Returns the accounts of the login with their cards. Failures: those of the call, and OpenD's own refusal. */
  accounts(): Promise<Result<readonly AccountCards[]>>
  /** Runs every check on an order call, records it in the ledger and sends it at most once. */
  order(request: OrderRequest): Promise<GatewayOrderAnswer>
  /** A page of the order ledger, newest first. */
  orderEntries(query: LedgerQuery): Promise<readonly ListedEntry[]>
  /** One entry of the ledger with the order that it changed; null when the id is not in it. */
  orderEntry(id: string): Promise<EntryWithOrder | null>
  /** Decides an entry that OpenD left undecided. Failures: see `resolveByOperator`. */
  resolveOrderEntry(id: string, decision: OperatorDecision, by: KeyActor): Promise<Result<LedgerEntry>>
  /** Stops new orders and changes within the scope until `resumeTrading`; cancels still pass. */
  haltTrading(request: HaltRequest): Promise<Result<HaltReport>>
  /** The halts in force and the cancel tasks, of every caller. */
  tradingSwitches(): Promise<SwitchReport>
  /** Ends a halt. False when `by` may not end it. */
  resumeTrading(scope: HaltScope, by: SwitchedBy, requestId: string): Promise<boolean>
  /** Sets the caller's cancel-after to fire after `seconds`, or cancels it with null. Returns when it fires. */
  cancelAfter(by: KeyActor, seconds: number | null): Promise<Result<CancelAfterReport>>
  /** The key of the key service with that SHA-256 (hex); null when there is none. */
  keyByHash(hash: string): Promise<Result<KeyRecord | null>>
  /** Lists or changes the keys of the key service. */
  keys(command: KeyCommand, by: KeyActor): Promise<Result<KeyAnswer>>
  /** Lists, makes or changes the hooks of a key, or tries an alert. */
  hooks(command: HookCommand, owner: HookOwner): Promise<Result<HookAnswer>>
  /** Takes an alert: it is stored when the answer comes, and carried out after that. */
  receiveAlert(arrival: HookArrival): Promise<Result<Received>>
  /** What is left of the budgets of a caller, and its subscriptions. Failures: as for an order of the caller. */
  allowance(caller: AllowanceOf): Promise<Result<Allowance>>
  /** Returns the state of the link. Makes no call to OpenD. */
  status(): Promise<GatewayStatus>
  /** Drops the link and the caches and connects again; also ends a shutdown. */
  reload(by: KeyActor): Promise<void>
  /** Waits for the calls in flight, closes the link and parks. Returns at once. */
  shutdown(by: KeyActor): Promise<void>
  /** Adds an isolate's counts since its last report to the totals, and its denials to the audit. */
  countRequests(counts: readonly CounterDelta[], denials: Denials): Promise<void>
  /** A page of the audit, newest first. */
  auditPage(query: AuditQuery): Promise<AuditPage>
  /** The rows of the audit after a number, oldest first, and the row before the oldest that is stored. */
  auditExport(after: number, limit: number): Promise<AuditPart>
  /** The totals and gauges behind `/metrics`. */
  metrics(): Promise<readonly MetricSample[]>
}

/** OpenD's reply or a failure. An isolate compares `epoch` to detect that its caches are out of date. */
export type GatewayReply =
  | {
      readonly ok: true
      readonly body: Uint8Array
      readonly source: ReadSource
      /** When the gateway received it from OpenD, Unix ms. */
      readonly asOfMs: number
      /** Whether the answer is for this caller only. */
      readonly isPersonal?: boolean
      /** Null for a call that OpenD does not limit, or that did not need OpenD. */
      readonly budget: CallBudget | null
      readonly epoch: number
    }
  | { readonly ok: false; readonly failure: Failure; readonly budget: CallBudget | null; readonly epoch: number }

/** The answer to an order call, with the remaining budget of OpenD's limit on such calls for that account. */
export interface GatewayOrderAnswer extends OrderAnswer {
  readonly budget: CallBudget | null
  /** What is known of the order that the call changed or cancelled; null for other calls and when nothing is known. */
  readonly order: ShownOrder | null
  readonly epoch: number
}

/** The caller whose budgets are requested. */
export interface AllowanceOf {
  readonly caller: string
  /** The limits of a caller that is not a key; for a key the object has them. */
  readonly limits: KeyLimits | null
}

/** The present budgets of a caller. */
export interface Allowance {
  /** Those of the caller, then those of its ancestors, nearest first. */
  readonly budgets: readonly { readonly caller: string; readonly budgets: Budgets }[]
  /** Subscription units that the caller's connections have together. */
  readonly subscriptions: number
}

/** The denied calls of an isolate since its last report. */
export interface Denials {
  readonly events: readonly AuditEvent[]
  /** Further ones that the isolate left out, because there were too many. */
  readonly leftOut: number
}

/** One count of an isolate, by metric name and labels. */
export interface CounterDelta {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly add: number
}

/** The state of the object, its link, and OpenD. What is not known is null. Times are Unix ms. */
export interface GatewayStatus extends OpendView {
  readonly nowMs: number
  readonly stage: LinkStage
  /** The way to OpenD that is used, or tried next: one of `OPEND_URL`. */
  readonly opendAddress: string
  /** When the present stage began. */
  readonly sinceMs: number
  /** Decimal string: connection ids are about 2^62. */
  readonly connId: string | null
  readonly serverVersion: number | null
  readonly loginUserId: string | null
  /** Why the last link or attempt ended, and when. It stays after the link is up again. */
  readonly lastFailure: Failure | null
  readonly lastFailureAtMs: number | null
  /** The connectors, the preferred one first. */
  readonly connectors: readonly ConnectorView[]
  readonly pendingCalls: number
  /** Since when the oldest of them has waited for the link or for OpenD's reply; null without one. */
  readonly oldestPendingMs: number | null
  /** Calls that wait for OpenD's rate limits. They are not among the pending ones. */
  readonly waitingCalls: number
  readonly connects: number
  /** Whether OpenD was logged in at the last poll (GetGlobalState), and its program status. */
  readonly loggedIn: LoginState | null
  readonly loggedInAsOfMs: number | null
  /** When the storage started to fail and why; null while it works. Orders are refused while it fails. */
  readonly storageFailure: { readonly sinceMs: number; readonly detail: string } | null
  readonly storageBytes: number
  /** Order calls whose outcome is not known. */
  readonly unknownOrders: number
  /** When the oldest of them was made; null without one. */
  readonly oldestUnknownMs: number | null
  /** Orders that exist although they were reported as absent or refused, counted since the object started. */
  readonly contradictions: { readonly absent: number; readonly rejected: number }
  /** The cancel tasks: of halts, and of cancel-after timers that are set or have fired. */
  readonly cancelTasks: readonly CancelTaskView[]
  /** Increases when cached keys and JWKS become invalid. */
  readonly epoch: number
}
