import type { TradingAccount, TradingAccounts } from '../accounts/trading-accounts.ts'
import type { Failure } from '../base/failure.ts'
import type { Result } from '../base/result.ts'
import type { StorageHealth } from '../base/storage-health.ts'
import type { Timers } from '../base/time/timers.ts'
import type { OpendClient, SendCall } from '../gateway/opend-client.ts'
import type { Sha1 } from '../wire/frame.ts'
import type { EntryState, LedgerEntry } from './entry.ts'
import type { ExitStore } from './exits/exit-group.ts'
import type { SwitchStore } from './kill-switch/switch-store.ts'
import type { Ledger } from './ledger.ts'
import type { OrderRequest } from './request.ts'

/** The dependencies of the order service. */
export interface OrderServiceDeps {
  readonly timers: Timers
  readonly ledger: Ledger
  readonly switches: SwitchStore
  readonly exits: ExitStore
  readonly sha1: Sha1
  /** Uniform in [0, 1) and unpredictable. */
  readonly random: () => number
  readonly storage: StorageHealth
  /** Sends a call over the link. */
  readonly send: SendCall
  readonly opend: Pick<OpendClient, 'wouldRefuse'>
  /** Why a caller may no longer trade; null when it may. */
  standing(request: OrderRequest, nowMs: number): Failure | null
  /** The request with what its caller may do now: for orders that the gateway makes later. */
  presentTerms(request: OrderRequest): Promise<Result<OrderRequest>>
  /** Counts a call that was sent before a restart, at `atMs` (Unix ms) at the latest, against OpenD's limits. */
  countEarlier(protoId: number, accId: bigint, atMs: number): void
  /** OpenD's id of the connection that is ready now, decimal; null while no connection is ready. */
  connId(): string | null
  tradingAccounts(accId: bigint): Promise<TradingAccounts | Failure>
  /** All accounts of the login. */
  allAccounts(): Promise<readonly TradingAccount[] | Failure>
  isLinkUp(): boolean
  /** Sets the alarm to fire at that time, Unix ms, or earlier. */
  alarmBy(atMs: number): void
  /** Called for each refused call except dry runs. */
  onRefused(caller: string, failure: Failure): void
  /** Called for each new entry (`before` is null) and each change of a state. */
  onEntry(entry: LedgerEntry, before: EntryState | null): void
  /** Called when an order exists although the final state of its entry excluded it. */
  onContradiction(entryId: string, detail: string): void
  /** Called when work in the background fails. */
  onError(what: string, error: unknown): void
}
