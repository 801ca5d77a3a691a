import type { Ledger } from '../ledger.ts'
import type { AccountRef } from '../reconciliation/account-orders.ts'
import type { AccountPolls, OrderList } from './account-polls.ts'
import type { CancelEnding, OrderCanceller, OrderNames } from './order-canceller.ts'
import { type Survey, surveyOrders } from './survey.ts'
import type { CancelTask } from './switch-store.ts'

/** What became of one order that was to be cancelled. */
export interface CancelResult extends Pick<CancelEnding, 'outcome' | 'detail'> {
  /** Decimal. */
  readonly accId: string
  /** Decimal; 0 for an order that OpenD does not list yet. */
  readonly orderId: string
  readonly orderIdEx: string
  readonly code: string
  /** Whether the order may be open still, so that the cancelling goes on. */
  readonly isPending: boolean
}

/**
 * How long a fresh list is waited for before the one that OpenD has is used to cancel from. A refresh may wait 5 s for
 * OpenD's limit, and a switch must not.
 */
const PATIENCE_MS = 1_000

/**
 * How long any list is waited for. After that the orders that the ledger has are cancelled by their ids: an OpenD that
 * does not list orders may still take cancels.
 */
const SILENCE_MS = 3_000

/** Cancels of one attempt: OpenD takes 20 changes in 30 s for an account, and each one beyond would be a refused entry. */
const MOST_CANCELS = 20

/** Time between attempts; the last one again and again, for as long as it takes. */
const DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const
const LAST_DELAY_MS = 30_000

/**
 * Polls in a row, each at its time, that must agree before an account without orders counts as empty, or an order that
 * was accepted a short time ago and is not listed counts as gone: they span 7 s. Where the list holds none of the orders
 * that the ledger expects, they span more than two minutes: after a restart OpenD was seen to list nothing for 100 s.
 */
const POLLS_IN_DOUBT = 4
const POLLS_OF_EMPTY_LIST = 10

/** Lines of a report about one account. */
const MOST_RESULTS = 200

/** What cancelling on an account needs from outside. */
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

/** The cancels of one task on one account and market, from the first attempt until no order of the task is open there. */
export class AccountCancels {
  readonly account: AccountRef
  /** Whether not one order of the task is open here any more. */
  isClear = false
  /** Attempts that left something open, and why the last one did. */
  attempts = 0
  detail: string | null = null
  readonly #deps: AccountCancelsDeps
  /** How often each order was tried, so that one that cannot be cancelled does not hold up the others. */
  readonly #tries = new Map<string, number>()
  readonly #results = new Map<string, CancelResult>()
  /** Lines for orders that may not exist. */
  #undecided: readonly CancelResult[] = []
  /** Polls in a row that left the same doubt. */
  #agreeing = 0
  #retryAfterMs: number | null = null

  constructor(deps: AccountCancelsDeps, account: AccountRef) {
    this.#deps = deps
    this.account = account
  }

  /** One line for each order that was found, newest state of each. */
  get results(): readonly CancelResult[] {
    return [...this.#results.values(), ...this.#undecided]
  }

  /** How long to wait after an attempt that left something open, ms. */
  get delayMs(): number {
    const delayMs = DELAYS_MS[this.attempts - 1] ?? LAST_DELAY_MS
    return Math.max(delayMs, this.#retryAfterMs ?? 0)
  }

  /** What was listed over an earlier link says nothing about this one. */
  linkReady(): void {
    this.#agreeing = 0
  }

  /** Lists the orders, cancels those of the task, and looks whether they are gone. `isOnTime`: not hurried. */
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
    const cached = wait(PATIENCE_MS).then(async () =>
      isThere ? fresh : ((await polls.cached(this.account, caller)) ?? fresh),
    )
    return Promise.race([fresh, cached, wait(SILENCE_MS).then(() => null)])
  }

  #survey(task: CancelTask, list: OrderList | null): Survey {
    const { ledger, nowMs } = this.#deps
    return surveyOrders(task, this.account, list?.orders ?? [], ledger, nowMs())
  }

  /** What is to be cancelled now. An order that the list lacks is cancelled by its id, once: it does no harm. */
  #targets({ open, missing }: Survey): readonly Target[] {
    const listed = open.map((order) => ({ names: order, code: order.code }))
    const unlisted = missing
      .map(({ orderId, orderIdEx, call }) => ({
        names: { orderID: BigInt(orderId ?? 0), orderIDEx: orderIdEx ?? '' },
        code: call.symbol ?? '',
      }))
      .filter(({ names }) => !this.#tries.has(keyOf(names)) && (names.orderID !== 0n || names.orderIDEx !== ''))
    const tries = (target: Target): number => this.#tries.get(keyOf(target.names)) ?? 0
    return [...listed, ...unlisted].sort((a, b) => tries(a) - tries(b))
  }

  async #cancel(task: CancelTask, targets: readonly Target[]): Promise<readonly CancelEnding[]> {
    for (const target of targets.slice(MOST_CANCELS)) this.#note(target, TOO_MANY)
    return Promise.all(
      targets.slice(0, MOST_CANCELS).map(async (target) => {
        const key = keyOf(target.names)
        this.#tries.set(key, (this.#tries.get(key) ?? 0) + 1)
        const ending = await this.#deps.canceller.cancel(task, this.account, target.names)
        // One that did not leave is worth another try, whether the order is listed or not.
        if (ending.outcome === 'not_attempted') this.#tries.delete(key)
        this.#note(target, ending)
        return ending
      }),
    )
  }

  #note({ names, code }: Target, { outcome, detail }: Pick<CancelEnding, 'outcome' | 'detail'>): void {
    const key = keyOf(names)
    if (this.#results.size >= MOST_RESULTS && !this.#results.has(key)) return
    const { orderID, orderIDEx } = names
    const accId = this.account.accId.toString()
    const line = { accId, orderId: orderID.toString(), orderIdEx: orderIDEx, code, outcome, detail, isPending: true }
    this.#results.set(key, line)
  }

  /** Draws the conclusion from the list after the cancels. */
  #conclude(survey: Survey, list: OrderList | null, isOnTime: boolean): void {
    const { open, closing, undecided, doubt } = survey
    for (const order of open) if (!this.#results.has(keyOf(order))) this.#note({ names: order, code: order.code }, LATE)
    const isFresh = list?.isFresh === true
    if (isFresh && doubt === 'none') this.#agreeing = 0
    else if (isFresh && isOnTime) this.#agreeing++
    const needed = doubt === 'none' ? 0 : doubt === 'some' ? POLLS_IN_DOUBT : POLLS_OF_EMPTY_LIST
    const isSure = isFresh && this.#agreeing >= needed
    this.isClear = isSure && open.length + closing.length + undecided.length === 0
    this.#undecided = undecided.slice(0, MOST_RESULTS).map(({ call }) => ({
      ...{ accId: call.accId, orderId: '0', orderIdEx: '', code: call.symbol ?? '', isPending: true },
      ...UNDECIDED,
    }))
    if (isFresh) this.#endResults(survey, list, isSure)
    if (this.isClear) return
    this.attempts++
    this.detail = detailOf(survey, list)
  }

  /** Says of each order whether it may be open still, from a fresh list. */
  #endResults({ open, closing }: Survey, { orders }: OrderList, isSure: boolean): void {
    const live = new Set([...open, ...closing].map(keyOf))
    const listed = new Set(orders.map(keyOf))
    for (const [key, line] of this.#results) {
      this.#results.set(key, { ...line, isPending: live.has(key) || !(isSure || listed.has(key)) })
    }
  }
}

type Ending = Pick<CancelEnding, 'outcome' | 'detail'>

const TOO_MANY: Ending = {
  outcome: 'not_attempted',
  detail: `more open orders than OpenD takes cancels at once (${MOST_CANCELS}); they follow`,
}
const UNDECIDED: Ending = {
  outcome: 'unknown',
  detail: 'whether this order exists is not known yet; it is cancelled when it appears',
}
const LATE: Ending = { outcome: 'not_attempted', detail: 'listed a moment ago; it is cancelled next' }

function keyOf({ orderID, orderIDEx }: OrderNames): string {
  return orderID === 0n ? orderIDEx : orderID.toString()
}

/** Why an attempt was not the last one. */
function detailOf({ open, closing, undecided, missing, doubt }: Survey, list: OrderList | null): string {
  if (list === null) return 'OpenD does not list the orders of the account'
  if (open.length > 0) return `${open.length} orders are open`
  if (closing.length > 0) return `${closing.length} orders are being cancelled`
  if (undecided.length > 0) return `whether ${undecided.length} orders exist is not known yet`
  if (!list.isFresh) return 'OpenD does not refresh the orders of the account'
  if (missing.length > 0) return `OpenD does not list ${missing.length} orders that it accepted`
  return doubt === 'none' ? 'the orders of the account are being looked at' : 'OpenD lists no orders; asked again'
}
