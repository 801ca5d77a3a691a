import assert from 'node:assert/strict'
import type { KeyLimits } from '../../src/limits/key-limits.ts'
import { LimitState } from '../../src/limits/limit-state.ts'
import type { MarketFacts } from '../../src/limits/market/market-facts.ts'
import { factsOfPlaceOrder, type OrderFacts } from '../../src/limits/order-facts.ts'
import { orderPolicyOf } from '../../src/limits/order-policy.ts'
import type { Refusal, LimitVerdict } from '../../src/limits/verdict.ts'
import { placeOrder, SHARES } from './sample-orders.ts'

/** Tuesday 10:30 in Hong Kong. */
export const NOW_MS = Date.UTC(2026, 4, 5, 2, 30)

/** A key that every gate lets an order of `placeOrder` through, and nothing else. */
export const STRICT: KeyLimits = {
  allowedAccIds: [281_756n],
  allowedMarkets: ['HK'],
  allowedSymbols: ['HK.00700'],
  allowedTrdSides: ['BUY'],
  hoursWindow: '09:30-16:00',
  timeZone: 'Asia/Hong_Kong',
  maxOrderValue: 30_000,
  maxOrdersPerMinute: 1,
  maxDailyValue: 30_000,
  marketPriceBandPercent: null,
}

export function place(change: Parameters<typeof placeOrder>[0] = {}): OrderFacts {
  return factsOfPlaceOrder(placeOrder(change))
}

export function stateOf(limits: KeyLimits): LimitState {
  return new LimitState(orderPolicyOf(limits), [], NOW_MS)
}

export function check(limits: KeyLimits, facts: OrderFacts = place(), market: MarketFacts = SHARES): LimitVerdict {
  return stateOf(limits).check(facts, market, NOW_MS)
}

export function admit(state: LimitState, id: string, nowMs: number): void {
  const verdict = state.check(place(), SHARES, nowMs)
  assert.ok(verdict.isAdmitted && verdict.charge !== null)
  state.spend(state.reserve(id, verdict.charge, nowMs), nowMs)
}

export function refusalOf(verdict: LimitVerdict): Refusal {
  assert.equal(verdict.isAdmitted, false)
  return verdict.refusal
}
