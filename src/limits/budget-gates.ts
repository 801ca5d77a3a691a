import { timeText } from '../base/time/time-zone.ts'
import type { DailySums } from './daily-sums.ts'
import { refuse, type DailyValueReport, type HoursReport, type OrderValueReport, type RateReport } from './gate.ts'
import { moneyText, type Money } from '../base/money.ts'
import { capIn, isBroken, type BrokenLimit, type OrderPolicy, type ValueCap } from './order-policy.ts'
import type { OrderValue } from './order-value.ts'
import { RATE_WINDOW_MS, type RateWindow } from './rate-window.ts'

/** The value of a call and its currency; null when the currency is not known. */
export interface ValuedCall extends OrderValue {
  readonly currency: string | null
  /** As in `MarketFacts`. */
  readonly unknownCurrency: string | null
}

/** The key's trading hours at `nowMs`. A cancel passes at any time. */
export function checkHours(policy: OrderPolicy, isCancel: boolean, nowMs: number): HoursReport {
  const { hours, clock } = policy
  const localTime = timeText(clock, nowMs).slice('YYYY-MM-DD '.length, 'YYYY-MM-DD HH:MM'.length)
  const report = { gate: 'hours', window: null, timeZone: clock.name, localTime, refusal: null } as const
  if (hours === null || isCancel) return report
  if (isBroken(hours)) return { ...report, refusal: refuse(hours.broken) }
  const waitMs = hours.nextOpeningMs(nowMs) - nowMs
  const text = `outside trading hours: ${localTime} is not in ${hours.window} ${clock.name}`
  return { ...report, window: hours.window, refusal: waitMs === 0 ? null : refuse(text, waitMs) }
}

/** The cap on the whole order. A modify that adds no value passes, because it does not increase the exposure. */
export function checkOrderValue(policy: OrderPolicy, call: ValuedCall | null): OrderValueReport {
  const value = call?.total ?? null
  const currency = call?.currency ?? null
  const report = { gate: 'order_value', currency, value: textOf(value), cap: null, refusal: null } as const
  if (call === null) return report
  if (call.isInvalid) return { ...report, refusal: refuse(`order value not valid: ${call.problem}`) }
  const cap = capFor(policy.orderValue, call, 'order value')
  if (typeof cap === 'string') return { ...report, refusal: refuse(cap) }
  if (cap === null) return report
  const isOver = value !== null && value > cap && call.added !== 0n
  const text = `order value exceeded: ${textOf(value)} ${currency} (cap ${moneyText(cap)})`
  return { ...report, cap: moneyText(cap), refusal: isOver ? refuse(text) : null }
}

/** The cap on the orders of the last 60 s and the pending ones. A cancel is not counted. */
export function checkRate(
  policy: OrderPolicy,
  isCancel: boolean,
  window: RateWindow,
  pending: number,
  nowMs: number,
): RateReport {
  const cap = policy.ordersPerMinute
  if (cap === null || isCancel) return { gate: 'rate', recent: null, cap: null, refusal: null }
  if (isBroken(cap)) return { gate: 'rate', recent: null, cap: null, refusal: refuse(cap.broken) }
  const recent = window.count(nowMs) + pending
  const waitMs = rateWaitMs(cap, window, pending, nowMs)
  // The wording of futu-opend-rs, which clients match.
  const text = `rate limit exceeded: ${recent} orders in the last 60s (cap ${cap})`
  return { gate: 'rate', recent, cap, refusal: recent < cap ? null : refuse(text, waitMs) }
}

/** Time until one more order fits: 0 when it fits now, null when it never will. Pending orders will be sent soon. */
export function rateWaitMs(cap: number, window: RateWindow, pending: number, nowMs: number): number | null {
  if (cap <= 0) return null
  return pending >= cap ? RATE_WINDOW_MS : window.waitMs(cap - pending, nowMs)
}

/** The cap on the value of the day's orders, including pending ones and this one. A call that adds no value passes. */
export function checkDailyValue(
  policy: OrderPolicy,
  call: ValuedCall | null,
  sums: DailySums,
  pending: Money,
  nowMs: number,
): DailyValueReport {
  const currency = call?.currency ?? null
  const used = currency === null ? null : sums.sumAt(nowMs, currency) + pending
  const added = call?.added ?? null
  const numbers = { day: sums.dayAt(nowMs), currency, used: textOf(used), added: textOf(added) }
  const report = { gate: 'daily_value', ...numbers, cap: null, refusal: null } as const
  const cap = call === null ? null : capFor(policy.dailyValue, call, 'daily value')
  if (typeof cap === 'string') return { ...report, refusal: refuse(cap) }
  if (cap === null || added === null || used === null) return report
  const next = used + added
  if (added === 0n || next <= cap) return { ...report, cap: moneyText(cap) }
  const sumText = `${textOf(used)} + ${textOf(added)} = ${textOf(next)} ${currency}`
  // Waiting for the next day helps only if the order fits into the cap of a whole day.
  const waitMs = added > cap ? null : sums.nextDayMs(nowMs) - nowMs
  const refusal = refuse(`daily value exceeded: ${sumText} (cap ${moneyText(cap)})`, waitMs)
  return { ...report, cap: moneyText(cap), refusal }
}

/** The cap for a call; null without one; a refusal text when the call cannot be compared with the cap. */
function capFor(cap: ValueCap | BrokenLimit | null, call: ValuedCall, what: string): Money | string | null {
  if (cap === null) return null
  if (isBroken(cap)) return cap.broken
  if (call.problem !== null) return `${what} not known: ${call.problem}`
  if (call.currency === null) return `${what} not known: ${currencyProblem(call)}`
  return capIn(cap, call.currency) ?? `${what} exceeded: this key has no cap in ${call.currency}, so no orders`
}

function currencyProblem({ unknownCurrency }: ValuedCall): string {
  const problem =
    unknownCurrency === null
      ? 'the currency of the security is not known from its code or its contract'
      : `OpenD gives its price in "${unknownCurrency}", which is not a known currency`
  return `${problem}, so a key with value caps cannot trade it`
}

function textOf(money: Money | null): string | null {
  return money === null ? null : moneyText(money)
}
