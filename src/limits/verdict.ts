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
  /** What follows `limit check failed: `: what every gate that refused found, in the order of the gates. */
  readonly text: string
  /** Whether the same call can pass later. */
  readonly isRetryable: boolean
  /** Not before this is over; null when it is not retryable. */
  readonly retryAfterMs: number | null
}

/**
 * Draws the verdict from the reports. The first refusal gives the code, and the text has all of them. Waiting is advised
 * only when it helps against all of them, and then until the last is over and the hours are open; so the text names the
 * limit that the wait is for.
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
  // The hours are open now and will be over: what the longer wait is for must be in the text.
  if (retryAfterMs > waitMs) texts.push(`then outside trading hours: ${hours.window} ${clock.name}`)
  return refusedBy(gates, first, texts, retryAfterMs)
}

function refusedBy(
  gates: readonly GateReport[],
  gate: Gate,
  texts: readonly string[],
  retryAfterMs: number | null,
): Refused {
  const refusal = { gate, text: [...new Set(texts)].join('; '), isRetryable: retryAfterMs !== null, retryAfterMs }
  return { isAdmitted: false, gates, refusal }
}
