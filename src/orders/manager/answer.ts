import type { Failure } from '../../base/failure.ts'
import { estimateFee, type FeeEstimate } from '../../fees/estimate-fee.ts'
import type { Decimal } from '../../limits/decimal.ts'
import type { GateReport } from '../../limits/gate.ts'
import type { MarketFacts } from '../../limits/market-facts.ts'
import type { OrderFacts } from '../../limits/order-facts.ts'
import { valueOf } from '../../limits/order-value.ts'
import type { Refusal, LimitVerdict } from '../../limits/verdict.ts'
import type { LedgerEntry } from '../entry.ts'
import { type OrderCall, writeOrderCall } from '../order-call.ts'
import type { DryRun, OrderReply } from '../request.ts'

/** What a caller is told about an entry. */
export function replyOf(entry: LedgerEntry, isReplay: boolean): OrderReply {
  if (entry.reply !== null) return { kind: 'answered', body: entry.reply, intentId: entry.id, isReplay }
  if (entry.state === 'lapsed') return refused({ code: 'order.lapsed', intentId: entry.id }, entry.id)
  if (entry.state === 'absent') return refused({ code: 'order.absent', intentId: entry.id }, entry.id)
  return { kind: 'unknown', intentId: entry.id, isReplay }
}

/** A call that is not sent; `intentId` names the entry that says so, if there is one. */
export function refused(failure: Failure, intentId: string | null): OrderReply {
  return { kind: 'refused', failure, intentId }
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
  failure: Failure | null,
  fee: FeeEstimate | null,
): OrderReply {
  const value = addedBy(gates)
  const report = { wouldPass: failure === null, failure, gates, value, fee, body: writeOrderCall(call, null) }
  return { kind: 'dry_run', report }
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
