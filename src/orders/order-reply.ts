import type { Failure } from '../base/failure.ts'
import { estimateFee, type FeeEstimate } from '../fees/estimate-fee.ts'
import type { Decimal } from '../base/decimal.ts'
import type { GateReport } from '../limits/gate.ts'
import type { MarketFacts } from '../limits/market/market-facts.ts'
import type { OrderFacts } from '../limits/order-facts.ts'
import { valueOf } from '../limits/order-value.ts'
import type { Refusal, LimitVerdict } from '../limits/verdict.ts'
import type { EntryState, LedgerEntry } from './entry.ts'
import { type OrderCall, writeOrderCall } from './order-call.ts'
import type { DryRun, KeyUse, OrderReply } from './request.ts'

/** The reply for an entry. */
export function replyOf(entry: LedgerEntry, isReplay: boolean): OrderReply {
  const { id: intentId, state, reply } = entry
  if (reply !== null) return { kind: 'answered', body: reply, intentId, state, isReplay }
  if (state === 'lapsed') return refused({ code: 'order.lapsed', intentId }, entry, isReplay)
  if (state === 'absent') return refused({ code: 'order.absent', intentId }, entry, isReplay)
  return { kind: 'unknown', intentId, isReplay }
}

/**
 * The reply for a call that is not carried out. `entry` is the refused entry or the one that conflicts with the call.
 * Its id is null when no entry is written; `state` then has the state that the entry would have.
 */
export function refused(
  failure: Failure,
  { id, state }: { readonly id: string | null; readonly state: EntryState },
  isReplay = false,
): OrderReply {
  return { kind: 'refused', failure, intentId: id, state, isReplay }
}

/** The reply for a call that was refused before an entry was written. */
export function refusedUnwritten(failure: Failure): OrderReply {
  return refused(failure, { id: null, state: 'refused' })
}

/** The effect of an earlier entry with the same idempotency key on a call. `bodyHash` is that of the call. */
export function keyUseOf({ id, state, bodyHash: earlier }: LedgerEntry, bodyHash: string): KeyUse {
  if (earlier !== bodyHash) return { state: 'conflict', intentId: id }
  // These orders do not exist at OpenD, so the caller may retry with the same key.
  if (state === 'not_sent' || state === 'absent' || state === 'refused') return { state: 'free', intentId: id }
  return { state: state === 'reserved' ? 'in_flight' : 'replay', intentId: id }
}

/** The failure of a call whose idempotency key is in use; null when the key does not prevent it. */
export function keyFailureOf({ state, intentId }: KeyUse): Failure | null {
  if (state === 'conflict') return { code: 'order.idempotency_conflict', intentId }
  return state === 'in_flight' ? { code: 'order.in_flight', intentId } : null
}

/** The failure for a verdict that refuses the call; null when it admits the call. */
export function failureOf(verdict: LimitVerdict): Failure | null {
  return verdict.isAdmitted ? null : limitFailure(verdict.refusal)
}

/** The failure for a limit that refuses the call. */
export function limitFailure({ gate, text, retryAfterMs }: Omit<Refusal, 'isRetryable'>): Failure {
  return { code: `limits.${gate}`, text, retryAfterMs }
}

/** Builds the reply of a dry run. */
export function dryRun(
  call: OrderCall,
  { gates }: LimitVerdict,
  obstacle: Failure | null,
  fee: FeeEstimate | null,
  idempotency: KeyUse | null,
): OrderReply {
  // The key is checked first, as in the real call.
  const failure = (idempotency === null ? null : keyFailureOf(idempotency)) ?? obstacle
  const details = { gates, value: addedBy(gates), fee, idempotency }
  return {
    kind: 'dry_run',
    report: { wouldPass: failure === null, failure, ...details, body: writeOrderCall(call, null) },
  }
}

/** The estimated fees of the order, at the price that the limits use; null when they cannot be estimated. */
export function feeOf(facts: OrderFacts, market: MarketFacts, bandPercent: Decimal, atMs: number): FeeEstimate | null {
  if (facts.after === null) return null
  return estimateFee({
    symbol: facts.symbol,
    side: facts.side,
    securityType: market.securityType,
    qty: facts.after.qty,
    value: valueOf(facts, market, bandPercent).total,
    currency: facts.currency ?? market.currency,
    atMs,
  })
}

/** The value that a call adds to the daily value; null when it cannot be determined. */
export function addedBy(gates: readonly GateReport[]): DryRun['value'] {
  const daily = gates.find((gate) => gate.gate === 'daily_value')
  const amount = daily?.added ?? null
  return amount === null ? null : { amount, currency: daily?.currency ?? null }
}
