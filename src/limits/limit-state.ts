import { checkDailyValue, checkHours, checkOrderValue, checkRate, rateWaitMs } from './budget-gates.ts'
import { DailySums } from './daily-sums.ts'
import type { Gate, GateReport } from './gate.ts'
import type { MarketFacts } from './market-facts.ts'
import type { Money } from './money.ts'
import type { OrderFacts } from './order-facts.ts'
import { isBroken, type OrderPolicy } from './order-policy.ts'
import { valueOf } from './order-value.ts'
import { RateWindow } from './rate-window.ts'
import { judge, type Charge, type Refusal, type LimitVerdict } from './verdict.ts'
import { checkAccount, checkMarket, checkSide, checkSymbol } from './allowlist-gates.ts'

/**
 * How far back rows are needed to rebuild a state: today, which lasts up to 25 hours, and the day before it for a
 * clock that steps back over midnight. More rows do no harm.
 */
export const RESTORE_SPAN_MS = 50 * 3_600_000

/** Gates that need nothing of OpenD, for a new order and for a change of an order that was not looked at yet. */
const EARLY_GATES: ReadonlySet<Gate> = new Set(['account', 'market', 'symbol', 'side', 'hours', 'rate'])
const EARLY_GATES_OF_CHANGE: ReadonlySet<Gate> = new Set(['account', 'hours', 'rate'])

/** What one admitted call holds of its key's budgets. Plain data, for the ledger. */
export interface Reservation {
  /** Of the ledger entry. */
  readonly id: string
  readonly atMs: number
  readonly currency: string | null
  readonly value: Money
  /** `YYYY-MM-DD` on the clocks of the key's zone, for people and queries; `atMs` decides. */
  readonly day: string
}

/** A reservation as the ledger has it. */
export interface LedgerRow extends Reservation {
  /** What it still holds: see `release`. */
  readonly holds: 'rate_and_value' | 'rate' | 'nothing'
  /** Whether its call has not been sent, as far as the ledger knows. */
  readonly isPending: boolean
  /** The latest time at which it can have been sent; `atMs` where that is known exactly. */
  readonly sentByMs: number
}

/** What is left of a key's budgets. */
export interface Budgets {
  /** Null without a rate limit. `resetMs`: until one more order fits, 0 when one fits now, null when none ever will. */
  readonly rate: { readonly cap: number; readonly used: number; readonly resetMs: number | null } | null
  readonly day: string
  readonly dayEndsInMs: number
  /** Worth of today's orders, by currency. */
  readonly usedToday: ReadonlyMap<string, Money>
}

/**
 * The budgets of one key: what its limits look at and its orders take from. `check` only looks; `reserve` takes, and
 * must follow its check with nothing in between. A cap holds over the times at which orders are sent: what is reserved
 * counts as pending until `recordSent` gives it its time. When the key's limits change, build a new state from the ledger.
 */
export class LimitState {
  readonly policy: OrderPolicy
  readonly #window: RateWindow
  readonly #sums: DailySums
  /**
   * Reservations of calls that have not been sent, by id. They count against the rate and against whatever day it is, so
   * that a cap holds at whichever moment their frames leave.
   */
  readonly #pending = new Map<string, Charge>()

  /** `rows` are the key's ledger rows of the last `RESTORE_SPAN_MS`, in any order. */
  constructor(policy: OrderPolicy, rows: readonly LedgerRow[], nowMs: number) {
    this.policy = policy
    // Without a rate limit nothing is counted, so nothing grows.
    const isRated = policy.ordersPerMinute !== null
    const sent = rows.filter(({ isPending, holds }) => !isPending && holds !== 'nothing')
    const times = sent.map(({ id, sentByMs }) => ({ id, atMs: sentByMs }))
    this.#window = RateWindow.from(isRated ? times : [], nowMs)
    this.#sums = new DailySums(policy.clock)
    for (const { holds, atMs, currency, value } of sent) {
      if (holds === 'rate_and_value' && currency !== null) this.#sums.add(atMs, currency, value)
    }
    for (const { id, isPending, currency, value } of rows) if (isPending) this.#pending.set(id, { currency, value })
  }

  /** Holds an order call against every limit. Takes nothing. */
  check(facts: OrderFacts, market: MarketFacts, nowMs: number): LimitVerdict {
    const { policy } = this
    const isCancel = facts.kind === 'cancel'
    const currency = facts.currency ?? market.currency
    const call = isCancel
      ? null
      : { ...valueOf(facts, market, policy.bandPercent), currency, unknownCurrency: market.unknownCurrency }
    const gates = [
      checkAccount(policy, facts),
      checkMarket(policy, facts),
      checkSymbol(policy, facts),
      checkSide(policy, facts),
      checkHours(policy, isCancel, nowMs),
      checkOrderValue(policy, call),
      checkRate(policy, isCancel, this.#window, this.#pending.size, nowMs),
      checkDailyValue(policy, call, this.#sums, this.#pendingIn(currency), nowMs),
    ]
    const charge = call === null ? null : { currency, value: call.added ?? 0n }
    return judge(gates, charge, policy, nowMs)
  }

  /**
   * Why a call is refused whatever OpenD says of its security and of the order that it changes; null when that is needed
   * to decide. A call that is refused here must not use up OpenD's limits, which other callers need. `market` is what is
   * known of the security without asking: a new order that can be valued with it is held against the value caps, too.
   */
  earlyRefusal(facts: OrderFacts, market: MarketFacts, nowMs: number): Refusal | null {
    const isPlace = facts.kind === 'place'
    const early = isPlace ? EARLY_GATES : EARLY_GATES_OF_CHANGE
    const isDecided = (report: GateReport): boolean => early.has(report.gate) || (isPlace && isValued(report))
    const gates = this.check(facts, market, nowMs).gates.filter(isDecided)
    const verdict = judge(gates, null, this.policy, nowMs)
    return verdict.isAdmitted ? null : verdict.refusal
  }

  /** Takes what an admitted call needs, until it is sent or released. `id` is that of its ledger entry. */
  reserve(id: string, { currency, value }: Charge, nowMs: number): Reservation {
    this.#pending.set(id, { currency, value })
    return { id, atMs: nowMs, currency, value, day: this.#sums.dayAt(nowMs) }
  }

  /**
   * The frame of a call was handed to the link at `atMs`: what it holds counts from that moment on. Returns its reservation
   * as it is then. A call that was recorded before stays as it is.
   */
  recordSent(reservation: Reservation, atMs: number, nowMs: number = atMs): Reservation {
    const { id, currency, value } = reservation
    if (!this.#pending.delete(id)) return reservation
    const cap = this.policy.ordersPerMinute
    if (cap !== null && !isBroken(cap)) this.#window.add(id, atMs, nowMs)
    if (currency !== null) this.#sums.add(atMs, currency, value)
    return { ...reservation, atMs, day: this.#sums.dayAt(atMs) }
  }

  /**
   * Gives back what a call did not use, to the day it was taken from. OpenD's definite rejection gives the value back
   * but not the place in the rate: the order was sent, and a rate that forgot rejected orders would limit nothing. A
   * call that never left gives back both. An unknown outcome is not released. Once for each reservation: the ledger,
   * which sees the entry change its state, is what makes sure of it.
   */
  release({ id, atMs, currency, value }: Reservation, reason: 'rejected' | 'not_sent'): void {
    if (this.#pending.delete(id)) return
    if (currency !== null) this.#sums.takeBack(atMs, currency, value)
    if (reason === 'not_sent') this.#window.remove(id)
  }

  /** An order that was told not to be there is there: it takes its value again. */
  restore({ atMs, currency, value }: Reservation): void {
    if (currency !== null) this.#sums.add(atMs, currency, value)
  }

  /**
   * What keeps a call from leaving at this moment. The caps hold by `reserve`; the hours can have ended meanwhile, and the
   * day: an order leaves on the day against which it was reserved, so that a restart knows the day without the moment.
   */
  checkAtSending(isCancel: boolean, reservation: Reservation | null, nowMs: number): Refusal | null {
    const { refusal } = checkHours(this.policy, isCancel, nowMs)
    if (refusal !== null) return { gate: 'hours', ...refusal, isRetryable: refusal.retryAfterMs !== null }
    const isOfToday = reservation === null || reservation.day === this.#sums.dayAt(nowMs)
    if (isOfToday || this.policy.dailyValue === null) return null
    const text = 'daily value not known: the day ended while the order waited to be sent'
    return { gate: 'daily_value', text, isRetryable: true, retryAfterMs: 0 }
  }

  budgets(nowMs: number): Budgets {
    const cap = this.policy.ordersPerMinute
    const rate =
      cap === null || isBroken(cap)
        ? null
        : {
            cap,
            used: this.#window.count(nowMs) + this.#pending.size,
            resetMs: rateWaitMs(cap, this.#window, this.#pending.size, nowMs),
          }
    return {
      rate,
      day: this.#sums.dayAt(nowMs),
      dayEndsInMs: this.#sums.nextDayMs(nowMs) - nowMs,
      usedToday: this.#usedToday(nowMs),
    }
  }

  #usedToday(nowMs: number): ReadonlyMap<string, Money> {
    const used = new Map(this.#sums.sumsAt(nowMs))
    for (const { currency, value } of this.#pending.values()) {
      if (currency !== null) used.set(currency, (used.get(currency) ?? 0n) + value)
    }
    return used
  }

  #pendingIn(currency: string | null): Money {
    let sum = 0n
    for (const charge of this.#pending.values()) if (charge.currency === currency) sum += charge.value
    return sum
  }
}

/** Whether a gate of values knows the value that it is about. */
function isValued(report: GateReport): boolean {
  if (report.gate === 'order_value') return report.value !== null && report.currency !== null
  return report.gate === 'daily_value' && report.added !== null && report.currency !== null
}
