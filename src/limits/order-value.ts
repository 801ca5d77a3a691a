import { decimalOf, excess, larger, product, ZERO, type Decimal } from '../base/decimal.ts'
import type { MarketFacts } from './market/market-facts.ts'
import { moneyAtLeast, type Money } from '../base/money.ts'
import type { OrderFacts, OrderTerms } from './order-facts.ts'
import { dependsOnLastPrice, positive, worstPriceOf } from './worst-price.ts'

/** The value of a call. Null for unknown values. */
export interface OrderValue {
  /** The value of the whole order after the call, for the cap on one order. */
  readonly total: Money | null
  /** The value that the call adds: all of a new order, the increase of the open part for a modify. */
  readonly added: Money | null
  /** Why the value is not known. */
  readonly problem: string | null
  /** Whether a number of the order is invalid. Such an order is refused even without limits. */
  readonly isInvalid: boolean
}

/** Whether the value of an order depends on the last price, which must then be read before the check. */
export function needsLastPrice({ after, side }: OrderFacts): boolean {
  return after !== null && dependsOnLastPrice(after, side)
}

/**
 * The value of an order call: quantity x price x contract multiplier, exact, rounded up to a billionth. When an order
 * does not bound its price from above, the last price with a band counts. A sale above the expected price exceeds a cap
 * in the same way as a purchase.
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
  // The order has no open quantity, so OpenD refuses the change and the order cannot trade.
  if (open.digits === 0n && qty.digits > 0n) return known(totalMoney, 0n)
  // A smaller quantity at the same price adds no value, even if the price is not known.
  if (excess(open, openBefore).digits === 0n && isPricedAlike(after, before.terms)) return known(totalMoney, 0n)
  const worthAfter = worth(after, open)
  if (typeof worthAfter === 'string') return unknown(worthAfter)
  const worthBefore = openBefore.digits === 0n ? ZERO : worth(before.terms, openBefore)
  const counted = typeof worthBefore === 'string' ? ZERO : worthBefore
  return known(totalMoney, moneyAtLeast(excess(worthAfter, counted)))
}

/** The highest value of `qty` of an order; a text with the reason when it is not known. */
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

/** The name of a number that is not finite or must not be negative; null when all numbers are valid. */
function invalidNumber(terms: OrderTerms): string | null {
  if (decimalOf(terms.qty) === null) return 'qty'
  if (decimalOf(terms.amount ?? 0) === null) return 'amount'
  if (decimalOf(terms.adjustLimit) === null) return 'adjust_side_and_limit'
  // Futures can trade below zero, so a negative price is valid. It only has no value to compare with a cap.
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
