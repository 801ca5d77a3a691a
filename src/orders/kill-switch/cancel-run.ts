import type { CancelTimer, Timers } from '../../base/time/timers.ts'
import type { AccountRef } from '../account-orders.ts'
import { AccountCancels, type AccountCancelsDeps, type CancelResult } from './account-cancels.ts'
import { accountKey } from './account-polls.ts'
import type { CancelTask } from './switch-store.ts'

/** The delay before the account list is read again after a failure, ms. */
const ACCOUNTS_RETRY_MS = 5_000

/** The delay of an early attempt: pushes about open orders come in bursts, and a burst shares one attempt. */
const HURRIED_MS = 250

/** The most characters of a detail that are stored. */
const MOST_DETAIL = 300

/** The dependencies of a cancel run. */
export interface CancelRunDeps extends AccountCancelsDeps {
  readonly timers: Timers
  readonly isLinkUp: () => boolean
  /** The accounts and markets of a task; null when OpenD does not list the accounts. */
  readonly accountsOf: (task: CancelTask) => Promise<readonly AccountRef[] | null>
  /** Stores the task after progress. */
  readonly onProgress: (task: CancelTask) => void
  /** Called when no order in the task's scope is open. */
  readonly onDone: (task: CancelTask) => void
  readonly onError: (what: string, error: unknown) => void
}

interface Account {
  readonly cancels: AccountCancels
  isBusy: boolean
  /** An event arrived during the attempt, so the next attempt starts early. */
  isHurried: boolean
  timer: CancelTimer | null
  /** Whether a push has moved the next attempt forward. */
  isPushed: boolean
}

/** Runs one task: waits until it is due, then retries each of its accounts independently until the account is clear. */
export class CancelRun {
  /** Resolves when each account has been tried once. */
  readonly whenTried: Promise<void>
  readonly #deps: CancelRunDeps
  readonly #accounts = new Map<string, Account>()
  #task: CancelTask
  #timer: CancelTimer | null = null
  #hasBegun: boolean
  #isPassing = false
  /** Whether work was due while the link was down. */
  #isStalled = false
  #isOver = false
  #tried: () => void = () => undefined

  constructor(deps: CancelRunDeps, task: CancelTask) {
    this.#deps = deps
    this.#task = task
    this.#hasBegun = task.attempts > 0
    this.whenTried = new Promise((resolve) => (this.#tried = resolve))
    // Uses elapsed time, since the wall clock may be set back. A task that had begun before a restart continues now.
    this.#passIn(this.#hasBegun ? 0 : task.dueAtMs - deps.timers.nowMs())
  }

  get task(): CancelTask {
    return this.#task
  }

  /** Whether the task is due. A task that has begun stays due. */
  get isDue(): boolean {
    return this.#hasBegun || this.#task.dueAtMs <= this.#deps.timers.nowMs()
  }

  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /**
   * One result for each order found so far. OpenD may list an order under several markets of its account, and each of
   * them is polled; an order that one of these lists shows as ended has ended.
   */
  get results(): readonly CancelResult[] {
    const results = [...this.#accounts.values()].flatMap(({ cancels }) => cancels.results)
    const isKnown = ({ orderId, orderIdEx }: CancelResult): boolean => orderId !== '0' || orderIdEx !== ''
    const byOrder = Map.groupBy(
      results.filter(isKnown),
      ({ accId, orderId, orderIdEx }) => `${accId}/${orderId}/${orderIdEx}`,
    )
    const known = [...byOrder.values()].flatMap((same) => same.find(({ isPending }) => !isPending) ?? same.slice(0, 1))
    return [...known, ...results.filter((result) => !isKnown(result))]
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Called by the alarm: starts the task when it is due, and continues it when a link that was down had stopped it. */
  check(): void {
    if (this.isDue && (!this.#hasBegun || this.#isStalled)) this.#pass()
  }

  /** Called when the link comes up: starts or continues the task when it is due. */
  linkReady(): void {
    if (!this.isDue) return
    for (const account of this.#accounts.values()) {
      account.cancels.linkReady()
      if (account.isBusy) account.isHurried = true
    }
    this.#pass()
  }

  /** Called when OpenD pushes an open order of that account: moves the next attempt of the account forward. */
  orderOpen(accId: bigint): void {
    for (const account of this.#accounts.values()) {
      const { cancels, timer } = account
      if (cancels.account.accId !== accId || cancels.isClear) continue
      if (account.isBusy) account.isHurried = true
      if (account.isBusy || timer === null || account.isPushed) continue
      account.isPushed = true
      timer()
      account.timer = this.#deps.timers.after(HURRIED_MS, () => void this.#attempt(account, false))
    }
  }

  /** An order appeared on an account after its caller was told that it does not exist: clears the account again. */
  orderAppeared(accId: bigint): void {
    for (const account of this.#accounts.values()) {
      const { cancels } = account
      if (this.#isOver || cancels.account.accId !== accId) continue
      cancels.reopen()
      if (account.isBusy) account.isHurried = true
      else {
        account.timer?.()
        account.timer = this.#deps.timers.after(HURRIED_MS, () => void this.#attempt(account, false))
      }
    }
  }

  /** Stops the task. Cancels that have been sent are not withdrawn. */
  stop(): void {
    this.#isOver = true
    this.#timer?.()
    for (const { timer } of this.#accounts.values()) timer?.()
    this.#tried()
  }

  #passIn(delayMs: number): void {
    this.#timer?.()
    this.#timer = this.#deps.timers.after(Math.max(0, delayMs), () => this.#pass())
  }

  /** Starts an attempt on every account that is not clear and has none in flight. */
  #pass(): void {
    if (this.#isOver || this.#isPassing) return
    // Without a link no call can be sent. The task continues when the link comes up.
    this.#isStalled = !this.#deps.isLinkUp()
    if (this.#isStalled) return
    this.#isPassing = true
    if (!this.#hasBegun) this.#begin()
    this.#startAll().then(
      () => (this.#isPassing = false),
      (error: unknown) => {
        this.#isPassing = false
        this.#deps.onError('a cancel task failed', error)
        this.#passIn(ACCOUNTS_RETRY_MS)
      },
    )
  }

  #begin(): void {
    this.#hasBegun = true
    this.#timer?.()
    const beganMs = Math.max(this.#task.dueAtMs, this.#deps.timers.nowMs())
    this.#task = { ...this.#task, dueAtMs: beganMs, nextAttemptMs: beganMs }
    this.#deps.onProgress(this.#task)
  }

  async #startAll(): Promise<void> {
    const accounts = await this.#deps.accountsOf(this.#task)
    if (this.#isOver) return
    if (accounts === null) {
      this.#save('OpenD does not list the accounts')
      this.#passIn(ACCOUNTS_RETRY_MS)
      return
    }
    for (const account of accounts) {
      const key = accountKey(account)
      if (this.#accounts.has(key)) continue
      const cancels = new AccountCancels(this.#deps, account)
      this.#accounts.set(key, { cancels, isBusy: false, isHurried: false, timer: null, isPushed: false })
    }
    const attempts = [...this.#accounts.values()].map((account) => this.#attempt(account, account.timer === null))
    void Promise.all(attempts).then(() => this.#tried())
    if (attempts.length === 0) this.#endIfClear()
  }

  async #attempt(account: Account, isOnTime: boolean): Promise<void> {
    const { cancels } = account
    if (this.#isOver || account.isBusy || cancels.isClear) return
    account.timer?.()
    account.isBusy = true
    account.isHurried = false
    account.isPushed = false
    try {
      await cancels.attempt(this.#task, isOnTime)
    } catch (error) {
      cancels.attempts++
      cancels.detail = 'an internal error of the gateway'
      this.#deps.onError('a cancel task failed', error)
    }
    account.isBusy = false
    if (this.#isOver) return
    if (cancels.isClear) {
      account.timer = null
      this.#recheck()
      return
    }
    const { isHurried } = account
    const delayMs = isHurried ? HURRIED_MS : cancels.delayMs
    account.timer = this.#deps.timers.after(delayMs, () => {
      if (this.#deps.isLinkUp()) void this.#attempt(account, !isHurried)
      else this.#isStalled = true
    })
    this.#save(cancels.detail, delayMs)
  }

  /** When every account is clear, checks once more for orders on other accounts. */
  #recheck(): void {
    if ([...this.#accounts.values()].every(({ cancels }) => cancels.isClear)) this.#endIfClear()
  }

  #endIfClear(): void {
    this.#deps.accountsOf(this.#task).then(
      (accounts) => {
        if (this.#isOver) return
        const isClear = (account: AccountRef): boolean =>
          this.#accounts.get(accountKey(account))?.cancels.isClear === true
        if (accounts === null || !accounts.every(isClear)) {
          this.#passIn(accounts === null ? ACCOUNTS_RETRY_MS : 0)
          return
        }
        this.#isOver = true
        this.#tried()
        this.#deps.onDone(this.#task)
      },
      (error: unknown) => {
        this.#deps.onError('a cancel task failed', error)
        this.#passIn(ACCOUNTS_RETRY_MS)
      },
    )
  }

  #save(detail: string | null, delayMs = ACCOUNTS_RETRY_MS): void {
    const attempts = Math.max(
      this.#task.attempts,
      1,
      ...[...this.#accounts.values()].map(({ cancels }) => cancels.attempts),
    )
    const nextAttemptMs = this.#deps.timers.nowMs() + delayMs
    this.#task = { ...this.#task, attempts, nextAttemptMs, detail: detail?.slice(0, MOST_DETAIL) ?? null }
    this.#deps.onProgress(this.#task)
  }
}
