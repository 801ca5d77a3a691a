import type { Failure } from '../../base/failure.ts'
import { gauge, type MetricSample } from '../../base/metric.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import type { Timers } from '../../base/time/timers.ts'
import type { TradingAccount } from '../../accounts/trading-accounts.ts'
import type { Ledger } from '../ledger.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import type { AccountRef } from '../account-orders.ts'
import type { OrderAnswer, OrderRequest } from '../request.ts'
import { AccountPolls } from './account-polls.ts'
import { CancelRun, type CancelRunDeps } from './cancel-run.ts'
import type { OrderPush } from '../sending/pushed-orders.ts'
import { scopeName } from './halt-scope.ts'
import { OrderCanceller } from './order-canceller.ts'
import { isOver } from './survey.ts'
import type { CancelTask } from './switch-store.ts'
import type { Switches } from './switches.ts'

/** The dependencies of the cancel tasks. */
export interface CancelTasksDeps {
  readonly switches: Switches
  readonly ledger: Ledger
  readonly timers: Timers
  /** Sends a call over the link. */
  readonly send: SendCall
  readonly submit: (request: OrderRequest) => Promise<OrderAnswer>
  readonly isLinkUp: () => boolean
  /** All accounts of the login. */
  readonly allAccounts: () => Promise<readonly TradingAccount[] | Failure>
  readonly onError: (what: string, error: unknown) => void
}

/** A cancel task as reports show it. */
export type CancelTaskView = Pick<
  CancelTask,
  'reason' | 'scope' | 'dueAtMs' | 'attempts' | 'nextAttemptMs' | 'detail'
> & {
  /** Whether it has begun. */
  readonly isRunning: boolean
}

/** The cancel tasks of all switches. They run independently: no task waits for another. */
export class CancelTasks {
  readonly #deps: CancelTasksDeps
  readonly #canceller: OrderCanceller
  readonly #runDeps: CancelRunDeps
  readonly #runs = new Map<string, CancelRun>()

  constructor(deps: CancelTasksDeps) {
    const { timers, switches } = deps
    this.#deps = deps
    this.#canceller = new OrderCanceller(deps.submit, deps.onError)
    this.#runDeps = {
      ...{ timers, ledger: deps.ledger, isLinkUp: deps.isLinkUp, onError: deps.onError, canceller: this.#canceller },
      polls: new AccountPolls(deps.send, deps.onError),
      nowMs: () => timers.nowMs(),
      wait: (ms) => new Promise<void>((resolve) => void timers.after(ms, resolve)),
      accountsOf: (task) => this.#accountsOf(task),
      onProgress: (task) => void switches.putTask(task),
      onDone: ({ id }) => this.#end(id),
    }
    this.#startStored()
  }

  /** Starts to cancel the open orders in the scope of a halt. Replaces an earlier task of that scope. */
  startHalt(halt: Pick<CancelTask, 'scope' | 'includesForeign' | 'caller' | 'requestId'>): CancelRun {
    const id = haltTaskId(halt.scope)
    const nowMs = this.#deps.timers.nowMs()
    // A second halt does not remove orders from the first one's task.
    const includesForeign = halt.includesForeign || this.#deps.switches.task(id)?.includesForeign === true
    return this.#start({ ...halt, ...blank(nowMs), id, reason: 'halt', includesForeign })
  }

  /** Ends the task of a halt; cancels that have been sent are not withdrawn. */
  endHalt(scope: CancelTask['scope']): void {
    this.#end(haltTaskId(scope))
  }

  /**
   * Sets the time (Unix ms) at which the caller's cancel-after fires; null clears it. A renewal before that time
   * postpones it. Once it has fired, its task runs until no order placed before is open. Failures: `switch.fired` and
   * `switch.full`.
   */
  cancelAfter(caller: string, fireAtMs: number | null): Result<null> {
    const id = `cancel_after:${caller}`
    if (this.#runs.get(id)?.isDue === true) return fail({ code: 'switch.fired' })
    if (fireAtMs === null) {
      this.#end(id)
      return succeed(null)
    }
    const about = { scope: { kind: 'caller', caller }, includesForeign: false, caller } as const
    const task: CancelTask = {
      ...about,
      ...blank(fireAtMs),
      id,
      reason: 'cancel_after',
      requestId: `cancel-after-${fireAtMs}`,
    }
    if (!this.#deps.switches.putTask(task)) return fail({ code: 'switch.full' })
    this.#start(task)
    return succeed(null)
  }

  /** Called when the link comes up: starts or continues the due tasks. */
  linkReady(): void {
    for (const run of this.#runs.values()) run.linkReady()
  }

  /**
   * Called for each order push: an open order, which a task may have to cancel, makes the running tasks poll its
   * account soon.
   */
  orderPush(push: OrderPush): void {
    const begun = [...this.#runs.values()].filter(({ hasBegun }) => hasBegun)
    if (begun.length === 0) return
    const pushed = push.decoded()
    if (pushed === null || isOver(pushed.order)) return
    for (const run of begun) run.orderOpen(BigInt(pushed.accId))
  }

  /** An order of that account appeared after its caller had been told that it does not exist. */
  orderAppeared(accId: bigint): void {
    for (const run of this.#runs.values()) if (run.hasBegun) run.orderAppeared(accId)
  }

  /** Called by the alarm: starts the due tasks and retries failed writes to the storage. */
  alarm(): void {
    if (this.#deps.switches.retryWrites()) this.#startStored()
    for (const run of this.#runs.values()) run.check()
  }

  /** When the next task is due, Unix ms; null without one. */
  nextDueMs(): number | null {
    const times = [...this.#runs.values()].filter(({ isDue }) => !isDue).map(({ task }) => task.dueAtMs)
    return times.length === 0 ? null : Math.min(...times)
  }

  view(): readonly CancelTaskView[] {
    return [...this.#runs.values()].map(({ task, hasBegun }) => {
      const { reason, scope, dueAtMs, attempts, nextAttemptMs, detail } = task
      return { reason, scope, dueAtMs, attempts, nextAttemptMs, detail, isRunning: hasBegun }
    })
  }

  metrics(): readonly MetricSample[] {
    const nowMs = this.#deps.timers.nowMs()
    const due = [...this.#runs.values()].filter(({ isDue }) => isDue)
    const ages = due.map(({ task }) => nowMs - task.dueAtMs)
    const outcomes = Object.entries(this.#canceller.counts)
    return [
      gauge('opend_edge_switches_armed', this.#runs.size - due.length),
      gauge('opend_edge_switch_tasks_running', due.length),
      gauge('opend_edge_switch_task_oldest_seconds', Math.max(0, ...ages) / 1_000),
      gauge('opend_edge_switches_stored', this.#deps.switches.isStored ? 1 : 0),
      {
        name: 'opend_edge_switch_cancels_total',
        type: 'counter',
        values: outcomes.map(([outcome, value]) => ({ labels: { outcome }, value })),
      },
    ]
  }

  #startStored(): void {
    for (const task of this.#deps.switches.tasks()) if (!this.#runs.has(task.id)) this.#start(task)
  }

  #start(task: CancelTask): CancelRun {
    this.#runs.get(task.id)?.stop()
    this.#deps.switches.putTask(task)
    const run = new CancelRun(this.#runDeps, task)
    this.#runs.set(task.id, run)
    return run
  }

  #end(id: string): void {
    this.#runs.get(id)?.stop()
    this.#runs.delete(id)
    this.#deps.switches.removeTask(id)
  }

  async #accountsOf({ scope, includesForeign }: CancelTask): Promise<readonly AccountRef[] | null> {
    const caller = scope.kind === 'caller' ? scope.caller : null
    const accId = scope.kind === 'account' ? scope.accId : null
    const traded = this.#deps.ledger
      .tradedAccounts(caller, accId)
      .map(({ accId: id, trdEnv, trdMarket }) => ({ accId: BigInt(id), trdEnv, trdMarket }))
    if (!includesForeign) return traded
    const all = await this.#deps.allAccounts()
    if ('code' in all) return null
    const foreign = all
      .filter(({ accID }) => accId === null || accID.toString() === accId)
      .flatMap(({ accID, trdEnv, trdMarketAuthList }) =>
        (trdMarketAuthList ?? []).map((trdMarket) => ({ accId: accID, trdEnv, trdMarket })),
      )
    return [...traded, ...foreign]
  }
}

function haltTaskId(scope: CancelTask['scope']): string {
  return `halt:${scopeName(scope)}`
}

function blank(dueAtMs: number): Pick<CancelTask, 'dueAtMs' | 'attempts' | 'nextAttemptMs' | 'detail'> {
  return { dueAtMs, attempts: 0, nextAttemptMs: dueAtMs, detail: null }
}
