import { checkDailyValue, checkHours, checkOrderValue, checkRate, rateWaitMs } from './budget-gates.ts'
import { DailySums } from './daily-sums.ts'
import type { Gate, GateReport } from './gate.ts'
import type { MarketFacts } from './market/market-facts.ts'
import type { Money } from '../base/money.ts'
import { type OrderFacts, UNKNOWN_MARKET } from './order-facts.ts'
import { isBroken, type OrderPolicy } from './order-policy.ts'
import { valueOf } from './order-value.ts'
import { RateWindow } from './rate-window.ts'
import { judge, type Charge, type Refusal, type LimitVerdict } from './verdict.ts'
import { checkAccount, checkMarket, checkSide, checkSymbol } from './allowlist-gates.ts'

/**
 * The age of the rows that are needed to rebuild a state: today, which lasts up to 25 hours, and the day before for a
 * clock that steps back over midnight. Older rows do no harm.
 */
export const RESTORE_SPAN_MS = 50 * 3_600_000

/** Gates that need no data from OpenD, for a new order and for a change of an order that has not been read yet. */
const EARLY_GATES: ReadonlySet<Gate> = new Set(['account', 'market', 'symbol', 'side', 'hours', 'rate'])
const EARLY_GATES_OF_CHANGE: ReadonlySet<Gate> = new Set(['account', 'market', 'hours', 'rate'])

/** The reservation of one admitted call in its key's budgets. Plain data, for the ledger. */
export interface Reservation {
  /** The id of the ledger entry. */
  readonly id: string
  readonly atMs: number
  readonly currency: string | null
  readonly value: Money
  /** `YYYY-MM-DD` in the key's time zone, for people and queries. The sums use `atMs`. */
  readonly day: string
}

/** A reservation as stored in the ledger. */
export interface LedgerRow extends Reservation {
  /** The budgets that it still uses, see `release`. */
  readonly holds: 'rate_and_value' | 'rate' | 'nothing'
  /** Whether the ledger has not recorded its call as sent. */
  readonly isPending: boolean
  /** The latest time at which its call can have been sent; `atMs` when the time is known exactly. */
  readonly sentByMs: number
}

/** The used and remaining budgets of a key. */
export interface Budgets {
  /** Null without a rate limit. `resetMs` is the time until one more order fits: 0 if now, null if never. */
  readonly rate: { readonly cap: number; readonly used: number; readonly resetMs: number | null } | null
  readonly day: string
  readonly dayEndsInMs: number
  /** The value of today's orders, by currency. */
  readonly usedToday: ReadonlyMap<string, Money>
}

/**
 * The budgets of one key. `check` changes nothing. `reserve` takes from the budgets and must directly follow its check,
 * without an await in between. A cap applies to the times at which orders are sent: a reservation is pending until
 * `spend` sets its time. When the key's limits change, build a new state from the ledger.
 */
export class LimitState {
  readonly policy: OrderPolicy
  readonly #window: RateWindow
  readonly #sums: DailySums
  /**
   * Reservations of calls that have not been sent, by id. They count against the rate and the current day, so that a
   * cap holds whenever their frames are sent.
   */
  readonly #pending = new Map<string, Charge>()

  /** `rows` are the key's ledger rows of the last `RESTORE_SPAN_MS`, in any order. */
  constructor(policy: OrderPolicy, rows: readonly LedgerRow[], nowMs: number) {
    this.policy = policy
    // Without a rate limit orders are not counted, so that the window does not grow.
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

  /** Checks an order call against every limit. Does not change the budgets. */
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
   * The refusal of a call that does not depend on data from OpenD; null when that data is needed. A call that is
   * refused here does not use up OpenD's limits, which other callers need. `market` has the known facts of the
   * security: a new order that can be valued with them is checked against the value caps, too.
   */
  earlyRefusal(facts: OrderFacts, market: MarketFacts, nowMs: number): Refusal | null {
    const isPlace = facts.kind === 'place'
    const early = isPlace ? EARLY_GATES : EARLY_GATES_OF_CHANGE
    const isDecided = (report: GateReport): boolean => early.has(report.gate) || (isPlace && isValued(report))
    // A market that is not known yet may be on the list; one that the call names and the list lacks decides.
    const markets = facts.markets.filter((name) => name !== UNKNOWN_MARKET)
    const gates = this.check({ ...facts, markets }, market, nowMs).gates.filter(isDecided)
    const verdict = judge(gates, null, this.policy, nowMs)
    return verdict.isAdmitted ? null : verdict.refusal
  }

  /** Reserves the charge of an admitted call until it is sent or released. `id` is that of its ledger entry. */
  reserve(id: string, { currency, value }: Charge, nowMs: number): Reservation {
    this.#pending.set(id, { currency, value })
    return { id, atMs: nowMs, currency, value, day: this.#sums.dayAt(nowMs) }
  }

  /**
   * Counts a reservation from `atMs`, when the frame of its call was passed to the link. Returns the updated
   * reservation. A reservation that was spent before is unchanged.
   */
  spend(reservation: Reservation, atMs: number, nowMs: number = atMs): Reservation {
    const { id, currency, value } = reservation
    if (!this.#pending.delete(id)) return reservation
    const cap = this.policy.ordersPerMinute
    if (cap !== null && !isBroken(cap)) this.#window.add(id, atMs, nowMs)
    if (currency !== null) this.#sums.add(atMs, currency, value)
    return { ...reservation, atMs, day: this.#sums.dayAt(atMs) }
  }

  /**
   * Returns the unused budget of a call to the day of its reservation. OpenD's definite rejection returns the value but
   * not the place in the rate: the order was sent, and a rate without rejected orders would not limit them. A call that
   * was not sent returns both. An unknown outcome is not released. Call it once for each reservation; the ledger
   * ensures this with the state of its entry.
   */
  release({ id, atMs, currency, value }: Reservation, reason: 'rejected' | 'not_sent'): void {
    if (this.#pending.delete(id)) return
    if (currency !== null) this.#sums.takeBack(atMs, currency, value)
    if (reason === 'not_sent') this.#window.remove(id)
  }

  /** Adds the value of an order again that was reported absent and then appeared. */
  restore({ atMs, currency, value }: Reservation): void {
    if (currency !== null) this.#sums.add(atMs, currency, value)
  }

  /**
   * The refusal of a call at the moment of sending; null when it may be sent. `reserve` has ensured the caps, but the
   * hours or the day may have ended since. An order must be sent on the day of its reservation, so that after a restart
   * the day is known even if the time of sending is not.
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

/** Whether a value gate has the value and currency that it needs. */
function isValued(report: GateReport): boolean {
  if (report.gate === 'order_value') return report.value !== null && report.currency !== null
  return report.gate === 'daily_value' && report.added !== null && report.currency !== null
}
