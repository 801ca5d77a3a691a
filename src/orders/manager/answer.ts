import type { Failure } from '../../base/failure.ts'
import { estimateFee, type FeeEstimate } from '../../fees/estimate-fee.ts'
import type { Decimal } from '../../limits/decimal.ts'
import type { GateReport } from '../../limits/gate.ts'
import type { MarketFacts } from '../../limits/market-facts.ts'
import type { OrderFacts } from '../../limits/order-facts.ts'
import { valueOf } from '../../limits/order-value.ts'
import type { Refusal, LimitVerdict } from '../../limits/verdict.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import { type OrderCall, writeOrderCall } from '../order-call.ts'
import type { DryRun, KeyUse, OrderReply } from '../request.ts'

/** What a caller is told about an entry. */
export function replyOf(entry: LedgerEntry, isReplay: boolean): OrderReply {
  const { id: intentId, state, reply } = entry
  if (reply !== null) return { kind: 'answered', body: reply, intentId, state, isReplay }
  if (state === 'lapsed') return refused({ code: 'order.lapsed', intentId }, entry, isReplay)
  if (state === 'absent') return refused({ code: 'order.absent', intentId }, entry, isReplay)
  return { kind: 'unknown', intentId, isReplay }
}

/**
 * A call that is not carried out. `entry` is the one that says so, or that is in the way. Its id is null where nothing is
 * written down; the state then says what an entry would.
 */
export function refused(
  failure: Failure,
  { id, state }: { readonly id: string | null; readonly state: EntryState },
  isReplay = false,
): OrderReply {
  return { kind: 'refused', failure, intentId: id, state, isReplay }
}

/** A call that was refused before anything was written down or sent. */
export function refusedUnwritten(failure: Failure): OrderReply {
  return refused(failure, { id: null, state: 'refused' })
}

/** What a call meets under the key of an earlier entry. `bodyHash` is that of the call. */
export function keyUseOf({ id, state, bodyHash: earlier }: LedgerEntry, bodyHash: string): KeyUse {
  if (earlier !== bodyHash) return { state: 'conflict', intentId: id }
  // Nothing of these exists upstream, so the caller may try again under the same key.
  if (state === 'not_sent' || state === 'absent' || state === 'refused') return { state: 'free', intentId: id }
  return { state: state === 'reserved' ? 'in_flight' : 'replay', intentId: id }
}

/** The refusal that a key in use causes; null when it causes none. */
export function keyFailureOf({ state, intentId }: KeyUse): Failure | null {
  if (state === 'conflict') return { code: 'order.idempotency_conflict', intentId }
  return state === 'in_flight' ? { code: 'order.in_flight', intentId } : null
}

/** Why a verdict keeps a call from being sent; null when it does not. */
export function failureOf(verdict: LimitVerdict): Failure | null {
  return verdict.isAdmitted ? null : limitFailure(verdict.refusal)
}

/** What a caller is told about a limit that refuses. */
export function limitFailure({ gate, text, retryAfterMs }: Omit<Refusal, 'isRetryable'>): Failure {
  return { code: `limits.${gate}`, text, retryAfterMs }
}

/** What a dry run found. */
export function dryRun(
  call: OrderCall,
  { gates }: LimitVerdict,
  obstacle: Failure | null,
  fee: FeeEstimate | null,
  idempotency: KeyUse | null,
): OrderReply {
  // The key is looked at before everything else, as in the call itself.
  const failure = (idempotency === null ? null : keyFailureOf(idempotency)) ?? obstacle
  const found = { gates, value: addedBy(gates), fee, idempotency }
  return {
    kind: 'dry_run',
    report: { wouldPass: failure === null, failure, ...found, body: writeOrderCall(call, null) },
  }
}

/** What the order would cost to trade, with the same price that the limits use; null without an honest estimate. */
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

/** What a call adds to its day; null when that cannot be told. */
export function addedBy(gates: readonly GateReport[]): DryRun['value'] {
  const daily = gates.find((gate) => gate.gate === 'daily_value')
  const amount = daily?.added ?? null
  return amount === null ? null : { amount, currency: daily?.currency ?? null }
}
