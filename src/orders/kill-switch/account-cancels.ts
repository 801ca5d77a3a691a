import { parseSymbol } from '../../wire/json/security-text.ts'
import type { Ledger } from '../ledger.ts'
import type { AccountRef } from '../account-orders.ts'
import type { AccountPolls, OrderList } from './account-polls.ts'
import type { CancelEnding, OrderCanceller, OrderNames } from './order-canceller.ts'
import { type Survey, surveyOrders } from './survey.ts'
import type { CancelTask } from './switch-store.ts'

/** The result for one order that a task cancels. */
export interface CancelResult extends Pick<CancelEnding, 'outcome' | 'detail'> {
  /** Decimal. */
  readonly accId: string
  /** Decimal; 0 for an order that OpenD does not list yet. */
  readonly orderId: string
  readonly orderIdEx: string
  /** The code as OpenD lists it, without the prefix of the market; empty where it is not known. */
  readonly code: string
  /** Whether the order may still be open, so that cancelling continues. */
  readonly isPending: boolean
}

/**
 * How long an attempt waits for a fresh list before it uses OpenD's cached one. A refresh may wait 5 s for OpenD's
 * limit, which is too long for a kill switch.
 */
const FRESH_LIST_WAIT_MS = 1_000

/**
 * How long an attempt waits for any list. After that, it cancels the orders in the ledger by their ids: an OpenD that
 * does not list orders may still accept cancels.
 */
const ANY_LIST_WAIT_MS = 3_000

/**
 * The most cancels of one attempt: OpenD accepts 20 changes in 30 s for an account, and would refuse each one beyond
 * that.
 */
const MOST_CANCELS = 20

/** Delays between the first attempts; after them, `LAST_DELAY_MS` applies until the account is clear. */
const DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const
const LAST_DELAY_MS = 30_000

/**
 * Consecutive polls on schedule that must agree before an account without orders counts as empty, or a recently
 * accepted order that is not listed counts as gone: four polls span 7 s. Where the list has none of the orders that the
 * ledger expects, ten polls span more than two minutes: OpenD has been observed to list nothing for 100 s after a
 * restart.
 */
const POLLS_IN_DOUBT = 4
const POLLS_OF_EMPTY_LIST = 10

/** The most results in the report of one account. */
const MOST_RESULTS = 200

/** The dependencies of cancelling on an account. */
export interface AccountCancelsDeps {
  readonly ledger: Ledger
  readonly polls: AccountPolls
  readonly canceller: OrderCanceller
  readonly nowMs: () => number
  readonly wait: (ms: number) => Promise<void>
}

interface Target {
  readonly names: OrderNames
  readonly code: string
}

/**
 * The cancels of one task on one account and market, from the first attempt until no order of the task is open there.
 */
export class AccountCancels {
  readonly account: AccountRef
  /** Whether no order of the task is open on this account and market. */
  isClear = false
  /** The number of attempts that left an order open, and the reason for the last one. */
  attempts = 0
  detail: string | null = null
  readonly #deps: AccountCancelsDeps
  /**
   * How often each order was tried; orders with fewer tries go first, so one that cannot be cancelled does not block
   * the others.
   */
  readonly #tries = new Map<string, number>()
  readonly #results = new Map<string, CancelResult>()
  /** Results for orders that may not exist. */
  #undecided: readonly CancelResult[] = []
  /** Consecutive polls with the same doubt. */
  #agreeing = 0
  #retryAfterMs: number | null = null

  constructor(deps: AccountCancelsDeps, account: AccountRef) {
    this.#deps = deps
    this.account = account
  }

  /** One result for each order found so far, with its latest state. */
  get results(): readonly CancelResult[] {
    return [...this.#results.values(), ...this.#undecided]
  }

  /** How long to wait after an attempt that left an order open, ms. */
  get delayMs(): number {
    const delayMs = DELAYS_MS[this.attempts - 1] ?? LAST_DELAY_MS
    return Math.max(delayMs, this.#retryAfterMs ?? 0)
  }

  /** Discards the agreeing polls of an earlier link: they prove nothing about the new one. */
  linkReady(): void {
    this.#agreeing = 0
  }

  /** Starts again on an account that may have been clear. */
  reopen(): void {
    this.#agreeing = 0
    this.isClear = false
  }

  /**
   * Lists the orders, cancels those of the task and checks whether they are gone. `isOnTime` is false for an early
   * attempt.
   */
  async attempt(task: CancelTask, isOnTime: boolean): Promise<void> {
    const { polls } = this.#deps
    const fresh = polls.fresh(this.account, task.caller)
    const first = await this.#firstList(fresh, task.caller)
    const before = this.#survey(task, first)
    const endings = await this.#cancel(task, this.#targets(before))
    const isCancelled = endings.some(({ outcome }) => outcome === 'cancelled')
    const last = isCancelled && first?.isFresh === true ? await polls.fresh(this.account, task.caller) : await fresh
    this.#conclude(this.#survey(task, last), last, isOnTime)
    const isLimited =
      endings.length > 0 && endings.every(({ outcome }) => outcome !== 'refused' && outcome !== 'unknown')
    const times = endings.flatMap(({ retryAfterMs }) => retryAfterMs ?? [])
    this.#retryAfterMs = isLimited && times.length > 0 ? Math.min(...times) : null
  }

  #firstList(fresh: Promise<OrderList | null>, caller: string): Promise<OrderList | null> {
    const { polls, wait } = this.#deps
    let isThere = false
    void fresh.then(() => (isThere = true))
    const cached = wait(FRESH_LIST_WAIT_MS).then(async () =>
      isThere ? fresh : ((await polls.cached(this.account, caller)) ?? fresh),
    )
    return Promise.race([fresh, cached, wait(ANY_LIST_WAIT_MS).then(() => null)])
  }

  #survey(task: CancelTask, list: OrderList | null): Survey {
    const { ledger, nowMs } = this.#deps
    return surveyOrders(task, this.account, list?.orders ?? [], ledger, nowMs())
  }

  /**
   * The orders to cancel now. An unlisted order is cancelled by its id, once: the cancel does no harm if the order is
   * gone.
   */
  #targets({ open, missing }: Survey): readonly Target[] {
    const listed = open.map((order) => ({ names: order, code: order.code }))
    const unlisted = missing
      .map(({ orderId, orderIdEx, call }) => ({
        names: { orderID: BigInt(orderId ?? 0), orderIDEx: orderIdEx ?? '' },
        code: codeIn(call.symbol),
      }))
      .filter(({ names }) => !this.#tries.has(keyOf(names)) && (names.orderID !== 0n || names.orderIDEx !== ''))
    const tries = (target: Target): number => this.#tries.get(keyOf(target.names)) ?? 0
    return [...listed, ...unlisted].sort((a, b) => tries(a) - tries(b))
  }

  async #cancel(task: CancelTask, targets: readonly Target[]): Promise<readonly CancelEnding[]> {
    for (const target of targets.slice(MOST_CANCELS)) this.#record(target, TOO_MANY)
    return Promise.all(
      targets.slice(0, MOST_CANCELS).map(async (target) => {
        const key = keyOf(target.names)
        this.#tries.set(key, (this.#tries.get(key) ?? 0) + 1)
        const ending = await this.#deps.canceller.cancel(task, this.account, target.names)
        // A cancel that was not sent is tried again, also when the order is not listed.
        if (ending.outcome === 'not_attempted') this.#tries.delete(key)
        this.#record(target, ending)
        return ending
      }),
    )
  }

  #record({ names, code }: Target, { outcome, detail }: Pick<CancelEnding, 'outcome' | 'detail'>): void {
    const key = keyOf(names)
    if (this.#results.size >= MOST_RESULTS && !this.#results.has(key)) return
    const { orderID, orderIDEx } = names
    const accId = this.account.accId.toString()
    const result = { accId, orderId: orderID.toString(), orderIdEx: orderIDEx, code, outcome, detail, isPending: true }
    this.#results.set(key, result)
  }

  /** Evaluates the list that was read after the cancels. */
  #conclude(survey: Survey, list: OrderList | null, isOnTime: boolean): void {
    const { open, closing, undecided, doubt } = survey
    for (const order of open)
      if (!this.#results.has(keyOf(order))) this.#record({ names: order, code: order.code }, LATE)
    const isFresh = list?.isFresh === true
    if (isFresh && doubt === 'none') this.#agreeing = 0
    else if (isFresh && isOnTime) this.#agreeing++
    const needed = doubt === 'none' ? 0 : doubt === 'some' ? POLLS_IN_DOUBT : POLLS_OF_EMPTY_LIST
    const isSure = isFresh && this.#agreeing >= needed
    this.isClear = isSure && open.length + closing.length + undecided.length === 0
    this.#undecided = undecided.slice(0, MOST_RESULTS).map(({ call }) => ({
      ...{ accId: call.accId, orderId: '0', orderIdEx: '', code: codeIn(call.symbol), isPending: true },
      ...UNDECIDED,
    }))
    if (isFresh) this.#endResults(survey, list, isSure)
    if (this.isClear) return
    this.attempts++
    this.detail = detailOf(survey, list)
  }

  /** Updates from a fresh list whether each order may still be open. */
  #endResults({ open, closing }: Survey, { orders }: OrderList, isSure: boolean): void {
    const live = new Set([...open, ...closing].map(keyOf))
    const listed = new Set(orders.map(keyOf))
    for (const [key, result] of this.#results) {
      this.#results.set(key, { ...result, isPending: live.has(key) || !(isSure || listed.has(key)) })
    }
  }
}

type Ending = Pick<CancelEnding, 'outcome' | 'detail'>

const TOO_MANY: Ending = {
  outcome: 'not_attempted',
  detail: `the attempt has reached OpenD's limit of ${MOST_CANCELS} cancels; the next one cancels this order`,
}
const UNDECIDED: Ending = {
  outcome: 'unknown',
  detail: 'it is not known yet whether this order exists; it is cancelled when it appears',
}
const LATE: Ending = {
  outcome: 'not_attempted',
  detail: 'the order appeared during the attempt; the next one cancels it',
}

function codeIn(symbol: string | null): string {
  return symbol === null ? '' : (parseSymbol(symbol)?.code ?? symbol)
}

function keyOf({ orderID, orderIDEx }: OrderNames): string {
  return orderID === 0n ? orderIDEx : orderID.toString()
}

/** Why the account is not clear after an attempt. */
function detailOf({ open, closing, undecided, missing, doubt }: Survey, list: OrderList | null): string {
  if (list === null) return 'OpenD does not list the orders of the account'
  if (open.length > 0) return `${open.length} orders are open`
  if (closing.length > 0) return `${closing.length} orders are being cancelled`
  if (undecided.length > 0) return `it is not known yet whether ${undecided.length} orders exist`
  if (!list.isFresh) return 'OpenD does not refresh the orders of the account'
  if (missing.length > 0) return `OpenD does not list ${missing.length} orders that it accepted`
  return doubt === 'none' ? 'the orders of the account are being polled' : 'OpenD lists no orders; polling again'
}
