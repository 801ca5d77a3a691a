/** The checks of an order, in the order in which they decide. */
export const GATES = ['account', 'market', 'symbol', 'side', 'hours', 'order_value', 'rate', 'daily_value'] as const

/** Name of a check; the tail of its public failure code. */
export type Gate = (typeof GATES)[number]

/** What one gate found, with its numbers. It passes when `refusal` is null. Amounts are decimal texts. */
export type GateReport = ListReport | HoursReport | OrderValueReport | RateReport | DailyValueReport

interface Report {
  readonly refusal: GateRefusal | null
}

export interface GateRefusal {
  /** Without the words that begin every refusal of a limit. */
  readonly text: string
  /** After how long this gate may pass; null when waiting cannot help. */
  readonly retryAfterMs: number | null
}

/** A whitelist. */
export interface ListReport extends Report {
  readonly gate: 'account' | 'market' | 'symbol' | 'side'
  /** What the call asks for; empty where that cannot be told or does not matter. */
  readonly requested: readonly string[]
  /** Length of the list; null without one. */
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
  /** The whole order; null when it cannot be told. */
  readonly value: string | null
  readonly cap: string | null
}

/** The cap on orders in any 60 s. */
export interface RateReport extends Report {
  readonly gate: 'rate'
  /** Orders of the last 60 s, without this one; null where they are not counted because nothing limits them. */
  readonly recent: number | null
  readonly cap: number | null
}

/** The cap on the orders of one day. */
export interface DailyValueReport extends Report {
  readonly gate: 'daily_value'
  /** `YYYY-MM-DD` on the clocks of the key's zone. */
  readonly day: string
  readonly currency: string | null
  /** Worth of the day's orders, without this one. */
  readonly used: string | null
  /** What this call adds; null when it cannot be told. */
  readonly added: string | null
  readonly cap: string | null
}

/** A refusal; without `retryAfterMs` one that waiting does not lift. */
export function refuse(text: string, retryAfterMs: number | null = null): GateRefusal {
  return { text, retryAfterMs }
}
