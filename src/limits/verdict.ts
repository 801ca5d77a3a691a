import type { Gate, GateReport } from './gate.ts'
import type { Money } from './money.ts'
import type { OrderPolicy } from './order-policy.ts'
import { isBroken } from './order-policy.ts'

/** Whether an order may go, with what every gate found. */
export type LimitVerdict = Admitted | Refused

/** Every gate passed. */
export interface Admitted {
  readonly isAdmitted: true
  /** All gates, in their order. */
  readonly gates: readonly GateReport[]
  /** What the call takes from the budgets; null when it takes nothing (a cancel). */
  readonly charge: Charge | null
}

/** At least one gate refused. Nothing was taken from any budget. */
export interface Refused {
  readonly isAdmitted: false
  readonly gates: readonly GateReport[]
  readonly refusal: Refusal
}

/** What an admitted call takes from the budgets of its key. */
export interface Charge {
  /** Null when it cannot be told, which only a key without value caps gets to see. */
  readonly currency: string | null
  /** 0 when it cannot be told. */
  readonly value: Money
}

export interface Refusal {
  /** The first gate that refused. */
  readonly gate: Gate
  /** What follows `limit check failed: `. */
  readonly text: string
  /** Whether the same call can pass later. */
  readonly isRetryable: boolean
  /** Not before this is over; null when it is not retryable. */
  readonly retryAfterMs: number | null
}

/**
 * Draws the verdict from the reports. The first refusal is the one that is told; waiting is advised only when it helps
 * against all of them, and then until the last is over and the hours are open.
 */
export function judge(
  gates: readonly GateReport[],
  charge: Charge | null,
  policy: OrderPolicy,
  nowMs: number,
): LimitVerdict {
  let first: { readonly gate: Gate; readonly text: string } | null = null
  let waitMs: number | null = 0
  for (const { gate, refusal } of gates) {
    if (refusal === null) continue
    first ??= { gate, text: refusal.text }
    waitMs = waitMs === null || refusal.retryAfterMs === null ? null : Math.max(waitMs, refusal.retryAfterMs)
  }
  if (first === null) return { isAdmitted: true, gates, charge }
  if (waitMs === null)
    return { isAdmitted: false, gates, refusal: { ...first, isRetryable: false, retryAfterMs: null } }
  const { hours } = policy
  const isTimed = hours !== null && !isBroken(hours)
  const retryAfterMs = isTimed ? hours.nextOpeningMs(nowMs + waitMs) - nowMs : waitMs
  return { isAdmitted: false, gates, refusal: { ...first, isRetryable: true, retryAfterMs } }
}
