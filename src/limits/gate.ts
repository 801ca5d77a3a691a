/** The checks of an order. The first that refuses decides the failure code. */
export const GATES = ['account', 'market', 'symbol', 'side', 'hours', 'order_value', 'rate', 'daily_value'] as const

/** The name of a check. Its failure code is `limits.` and this name. */
export type Gate = (typeof GATES)[number]

/** The result of one gate, with its numbers. It passes when `refusal` is null. Amounts are decimal texts. */
export type GateReport = ListReport | HoursReport | OrderValueReport | RateReport | DailyValueReport

interface Report {
  readonly refusal: GateRefusal | null
}

export interface GateRefusal {
  /** Without the prefix that all refusals of limits have. */
  readonly text: string
  /** The time after which this gate may pass; null when waiting does not help. */
  readonly retryAfterMs: number | null
}

/** An allowlist. */
export interface ListReport extends Report {
  readonly gate: 'account' | 'market' | 'symbol' | 'side'
  /** The names that the call needs; empty when they are not known or not needed. */
  readonly requested: readonly string[]
  /** The length of the list; null without a list. */
  readonly allowedCount: number | null
}

/** The trading hours. */
export interface HoursReport extends Report {
  readonly gate: 'hours'
  /** `HH:MM-HH:MM`; null without such a limit. */
  readonly window: string | null
  readonly timeZone: string
  /** `HH:MM` on the zone's clocks. */
  readonly localTime: string
}

/** The cap on one order. */
export interface OrderValueReport extends Report {
  readonly gate: 'order_value'
  readonly currency: string | null
  /** The value of the whole order; null when it is not known. */
  readonly value: string | null
  readonly cap: string | null
}

/** The cap on orders in any 60 s. */
export interface RateReport extends Report {
  readonly gate: 'rate'
  /** Orders of the last 60 s, without this one; null without a rate limit, because they are not counted. */
  readonly recent: number | null
  readonly cap: number | null
}

/** The cap on the orders of one day. */
export interface DailyValueReport extends Report {
  readonly gate: 'daily_value'
  /** `YYYY-MM-DD` on the clocks of the key's zone. */
  readonly day: string
  readonly currency: string | null
  /** The value of the day's orders, without this one. */
  readonly used: string | null
  /** The value that this call adds; null when it is not known. */
  readonly added: string | null
  readonly cap: string | null
}

/** A refusal. Without `retryAfterMs` waiting does not help. */
export function refuse(text: string, retryAfterMs: number | null = null): GateRefusal {
  return { text, retryAfterMs }
}
