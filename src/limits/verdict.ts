import type { Gate, GateReport } from './gate.ts'
import type { Money } from '../base/money.ts'
import type { OrderPolicy } from './order-policy.ts'
import { isBroken } from './order-policy.ts'

/** Whether an order is admitted, with the reports of all gates. */
export type LimitVerdict = PassedLimits | FailedLimits

/** Every gate passed. */
export interface PassedLimits {
  readonly isAdmitted: true
  /** The reports of all gates, in the order of `GATES`. */
  readonly gates: readonly GateReport[]
  /** The budget that the call needs; null for a cancel, which needs no budget. */
  readonly charge: Charge | null
}

/** At least one gate refused. The budgets are unchanged. */
export interface FailedLimits {
  readonly isAdmitted: false
  readonly gates: readonly GateReport[]
  readonly refusal: Refusal
}

/** The budget that an admitted call needs. */
export interface Charge {
  /** Null when it is not known. Such a call is refused if the key has value caps. */
  readonly currency: string | null
  /** 0 when it is not known. */
  readonly value: Money
}

export interface Refusal {
  /** The first gate that refused. */
  readonly gate: Gate
  /** The text after `limit check failed: `: the refusals of all gates, in the order of the gates. */
  readonly text: string
  /** Whether the same call can pass later. */
  readonly isRetryable: boolean
  /** The time to wait before a retry; null when the call is not retryable. */
  readonly retryAfterMs: number | null
}

/**
 * Returns the verdict of the reports. The first refusal gives the code, and the text has all refusals. A call is
 * retryable only when waiting helps against all refusals. The wait then ends when the last refusal is over and the
 * hours are open, and the text names the limit that causes the wait.
 */
export function judge(
  gates: readonly GateReport[],
  charge: Charge | null,
  policy: OrderPolicy,
  nowMs: number,
): LimitVerdict {
  let first: Gate | null = null
  const texts: string[] = []
  let waitMs: number | null = 0
  for (const { gate, refusal } of gates) {
    if (refusal === null) continue
    first ??= gate
    texts.push(refusal.text)
    waitMs = waitMs === null || refusal.retryAfterMs === null ? null : Math.max(waitMs, refusal.retryAfterMs)
  }
  if (first === null) return { isAdmitted: true, gates, charge }
  if (waitMs === null) return refusedBy(gates, first, texts, null)
  const { hours, clock } = policy
  if (hours === null || isBroken(hours)) return refusedBy(gates, first, texts, waitMs)
  const retryAfterMs = hours.nextOpeningMs(nowMs + waitMs) - nowMs
  // The hours are open now, but closed after the wait. The text must have the reason for the longer wait.
  if (retryAfterMs > waitMs) texts.push(`then outside trading hours: ${hours.window} ${clock.name}`)
  return refusedBy(gates, first, texts, retryAfterMs)
}

function refusedBy(
  gates: readonly GateReport[],
  gate: Gate,
  texts: readonly string[],
  retryAfterMs: number | null,
): FailedLimits {
  const refusal = { gate, text: [...new Set(texts)].join('; '), isRetryable: retryAfterMs !== null, retryAfterMs }
  return { isAdmitted: false, gates, refusal }
}
