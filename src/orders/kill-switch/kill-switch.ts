import { fail, type Result, succeed } from '../../base/result.ts'
import type { StorageHealth } from '../../base/storage-health.ts'
import type { Timers } from '../../base/time/timers.ts'
import type { Failure } from '../../base/failure.ts'
import type { TradingAccounts } from '../../accounts/trading-accounts.ts'
import type { Ledger } from '../ledger.ts'
import type { InFlightOrders } from '../sending/in-flight-orders.ts'
import type { CancelResult } from './account-cancels.ts'
import type { CancelTasks } from './cancel-tasks.ts'
import type { SwitchReport } from './switch-report.ts'
import { mayResume, type SwitchedBy } from './halt-scope.ts'
import { haltFailure, type HaltScope, type Switches } from './switches.ts'

/** A request to stop trading within a scope. */
export interface HaltRequest {
  readonly scope: HaltScope
  readonly isByAdmin: boolean
  /** Whether open orders within the scope are cancelled too, and whether that includes orders placed elsewhere. */
  readonly cancelsOpenOrders: boolean
  readonly includesForeign: boolean
  /** The caller that the ledger stores for those cancels. */
  readonly caller: string
  readonly requestId: string
}

/** The result of a halt at the time of the reply. */
export interface HaltReport {
  /** Whether the halt survives a restart: false when the storage fails. It is in force in both cases. */
  readonly isStored: boolean
  /** Whether cancelling continues, which it does until no order in the scope is open. */
  readonly isCancelling: boolean
  /** One result for each order to be cancelled, as far as they are known; empty when no cancels were requested. */
  readonly cancels: readonly CancelResult[]
}

/** The current state of a cancel-after. */
export interface CancelAfterReport {
  /** When it fires, Unix ms; null when it is not set. */
  readonly fireAtMs: number | null
  /** Whether it survives a restart: false when the storage fails. */
  readonly isStored: boolean
}

/** How long a halt waits for the storage and the first cancels before it returns; most clients wait 30 s. */
const HALT_WAIT_MS = 10_000

/** How long a halt of an account waits for the account list. The list is cached unless the link has just come up. */
const ACCOUNT_WAIT_MS = 2_000

/** The parts of the order service that the kill switch uses. */
export interface KillSwitchDeps {
  readonly timers: Timers
  readonly ledger: Ledger
  readonly storage: StorageHealth
  readonly switches: Switches
  readonly tasks: CancelTasks
  readonly inFlight: InFlightOrders
  tradingAccounts(accId: bigint): Promise<TradingAccounts | Failure>
  isLinkUp(): boolean
  /** Sets the alarm to fire at that time, Unix ms, or earlier. */
  alarmBy(atMs: number): void
}

/** Halts, their ends, and cancel-after timers, as callers set them. */
export class KillSwitch {
  readonly #deps: KillSwitchDeps

  constructor(deps: KillSwitchDeps) {
    this.#deps = deps
  }

  /** Halts a scope and refuses its unsent orders. Failures: `switch.full` and `trade.unknown_account`. */
  async halt(request: HaltRequest): Promise<Result<HaltReport>> {
    const { scope, isByAdmin, cancelsOpenOrders } = request
    const isNew = this.#deps.switches.haltOf(scope) === null
    if (!this.#deps.switches.halt(scope, isByAdmin)) return fail({ code: 'switch.full' })
    const synced = this.#stopWaiting(scope)
    // The halt is in force before this call waits for OpenD.
    if (scope.kind === 'account' && !(await this.#mayExist(BigInt(scope.accId)))) {
      if (isNew) this.#deps.switches.resume(scope)
      return fail({ code: 'trade.unknown_account', accId: scope.accId })
    }
    const run = cancelsOpenOrders ? this.#deps.tasks.startHalt(request) : null
    const tooLate = new Promise<void>((resolve) => void this.#deps.timers.after(HALT_WAIT_MS, resolve))
    const [isSynced] = await Promise.all([
      Promise.race([synced, tooLate.then(() => false)]),
      run === null ? null : Promise.race([run.whenTried, tooLate]),
    ])
    return succeed({
      isStored: isSynced && this.#deps.switches.isStored,
      isCancelling: run !== null && !run.isOver,
      cancels: run?.results ?? [],
    })
  }

  /** False when OpenD's account list lacks the account. True when the list is not available in time. */
  async #mayExist(accId: bigint): Promise<boolean> {
    if (!this.#deps.isLinkUp()) return true
    const tooLate = new Promise<null>((resolve) => void this.#deps.timers.after(ACCOUNT_WAIT_MS, () => resolve(null)))
    const accounts = await Promise.race([this.#deps.tradingAccounts(accId), tooLate])
    return accounts === null || 'code' in accounts || accounts.has(accId)
  }

  /** Refuses the unsent orders and waits for the storage. False when the storage fails: the halt is still in force. */
  async #stopWaiting(scope: HaltScope): Promise<boolean> {
    try {
      this.#deps.inFlight.stopInScope(scope, haltFailure(this.#deps.switches, scope))
      await this.#deps.ledger.sync()
      return true
    } catch (error) {
      this.#deps.storage.failed(error)
      return false
    }
  }

  /** Ends a halt and its cancel task. Returns false when `by` may not end that halt. */
  resume(scope: HaltScope, by: SwitchedBy): boolean {
    if (!mayResume(by, scope, this.#deps.switches.haltOf(scope))) return false
    this.#deps.switches.resume(scope)
    this.#deps.tasks.endHalt(scope)
    return true
  }

  /** Sets the caller's cancel-after; null clears it. Failures: `switch.fired` and `switch.full`. */
  cancelAfter(caller: string, seconds: number | null): Result<CancelAfterReport> {
    const fireAtMs = seconds === null ? null : this.#deps.timers.nowMs() + seconds * 1_000
    const set = this.#deps.tasks.cancelAfter(caller, fireAtMs)
    if (!set.ok) return set
    if (fireAtMs !== null) this.#deps.alarmBy(fireAtMs)
    return succeed({ fireAtMs, isStored: this.#deps.switches.isStored })
  }

  /** The halts in force and the cancel tasks. */
  report(): SwitchReport {
    return {
      halts: this.#deps.switches.halts(),
      tasks: this.#deps.tasks.view(),
      isStored: this.#deps.switches.isStored,
    }
  }
}
