import { decimalOf, excess, larger, product, ZERO, type Decimal } from './decimal.ts'
import type { MarketFacts } from './market-facts.ts'
import { moneyAtLeast, type Money } from './money.ts'
import type { OrderFacts, OrderTerms } from './order-facts.ts'
import { dependsOnLastPrice, positive, worstPriceOf } from './worst-price.ts'

/** What a call is worth. Null where that cannot be told. */
export interface OrderValue {
  /** The whole order after the call: what a cap on one order is about. */
  readonly total: Money | null
  /** What the call adds: everything for a new order, the increase of what is still open for a modified one. */
  readonly added: Money | null
  /** Why it cannot be told. */
  readonly problem: string | null
  /** True when a number of the order is none, which is refused whatever the limits are. */
  readonly isInvalid: boolean
}

/** Whether the value of an order hangs on the last price, so that one should be looked up before the check. */
export function needsLastPrice({ after, side }: OrderFacts): boolean {
  return after !== null && dependsOnLastPrice(after, side)
}

/**
 * The value of an order call: quantity x price x contract multiplier, exact, rounded up to a billionth. Where an order
 * does not bound its price from above, the last price with a band counts: a sale that brings more than expected is as
 * much over a cap as a purchase that costs more.
 */
export function valueOf(facts: OrderFacts, market: MarketFacts, bandPercent: Decimal): OrderValue {
  const { after, before } = facts
  if (after === null) return unknown('the order to modify is not known')
  const invalid = invalidNumber(after)
  if (invalid !== null) return { ...unknown(`${invalid} must be a finite number, 0 or more`), isInvalid: true }
  const worth = (terms: OrderTerms, qty: Decimal): Decimal | string =>
    worthOf(terms, qty, facts.side, market, bandPercent)

  const qty = decimalOf(after.qty) ?? ZERO
  const total = worth(after, qty)
  if (before === null) {
    return typeof total === 'string' ? unknown(total) : known(moneyAtLeast(total), moneyAtLeast(total))
  }
  const totalMoney = typeof total === 'string' ? null : moneyAtLeast(total)
  const filled = decimalOf(before.filledQty) ?? ZERO
  const open = excess(qty, filled)
  const openBefore = before.isLive ? excess(decimalOf(before.terms.qty) ?? ZERO, filled) : ZERO
  // Nothing of the order is open, so OpenD will refuse the change, and nothing can change hands.
  if (open.digits === 0n && qty.digits > 0n) return known(totalMoney, 0n)
  // Less of the same adds nothing, whether or not there is a price.
  if (excess(open, openBefore).digits === 0n && isPricedAlike(after, before.terms)) return known(totalMoney, 0n)
  const worthAfter = worth(after, open)
  if (typeof worthAfter === 'string') return unknown(worthAfter)
  const worthBefore = openBefore.digits === 0n ? ZERO : worth(before.terms, openBefore)
  const counted = typeof worthBefore === 'string' ? ZERO : worthBefore
  return known(totalMoney, moneyAtLeast(excess(worthAfter, counted)))
}

/** What `qty` of an order can be worth at most; a reason when that cannot be told. */
function worthOf(
  terms: OrderTerms,
  qty: Decimal,
  side: string | null,
  market: MarketFacts,
  bandPercent: Decimal,
): Decimal | string {
  const amount = decimalOf(terms.amount ?? 0) ?? ZERO
  if (qty.digits === 0n) return amount.digits > 0n ? amount : 'qty is 0'
  const multiplier = positive(market.contractMultiplier)
  if (multiplier === null) return 'there is no contract multiplier of the security'
  const price = worstPriceOf(terms, side, positive(market.lastPrice), bandPercent)
  if (typeof price === 'string') return price
  return larger(amount, product(product(qty, price), multiplier))
}

function isPricedAlike(a: OrderTerms, b: OrderTerms): boolean {
  return (
    a.adjustLimit === 0 &&
    a.price === b.price &&
    a.auxPrice === b.auxPrice &&
    a.trailType === b.trailType &&
    a.trailValue === b.trailValue &&
    a.trailSpread === b.trailSpread &&
    a.amount === b.amount
  )
}

/** Name of a number that is not finite, or below 0 where no market knows such; null when all are sound. */
function invalidNumber(terms: OrderTerms): string | null {
  if (decimalOf(terms.qty) === null) return 'qty'
  if (decimalOf(terms.amount ?? 0) === null) return 'amount'
  if (decimalOf(terms.adjustLimit) === null) return 'adjust_side_and_limit'
  // Futures trade below zero, so a negative price is a price; it only has no value that a cap could be held against.
  if (!Number.isFinite(terms.price ?? 0)) return 'price'
  if (!Number.isFinite(terms.auxPrice ?? 0)) return 'aux_price'
  if (!Number.isFinite(terms.trailValue ?? 0)) return 'trail_value'
  return Number.isFinite(terms.trailSpread ?? 0) ? null : 'trail_spread'
}

function known(total: Money | null, added: Money): OrderValue {
  return { total, added, problem: null, isInvalid: false }
}

function unknown(problem: string): OrderValue {
  return { total: null, added: null, problem, isInvalid: false }
}
