import { decimalOf, isMore, larger, product, sum, ZERO, type Decimal } from '../base/decimal.ts'

/**
 * One charge of a fee schedule. The charge is the sum of its parts. Then `maxPercent` limits the sum, `min` raises it
 * (a minimum is charged even when it is above the maximum per cent), and `max` limits it again.
 */
export interface FeeRule {
  readonly name: string
  /** Charged once for the order. All amounts are in units of the currency. */
  readonly perOrder?: number
  /** Charged in per cent of the order's value: 0.03 is 0.03 %. */
  readonly percent?: number
  /** Charged for each share or contract. */
  readonly perUnit?: number
  readonly maxPercent?: number
  readonly min?: number
  readonly max?: number
  /** Whether the charge is rounded up to a whole unit. Other charges are rounded to the nearest cent. */
  readonly isRoundedUp?: boolean
  readonly isSellOnly?: boolean
}

/** An amount in hundredths of its currency's unit. */
export type Cents = bigint

/** The charge of a rule for an order of that many shares or contracts and that value. */
export function chargeOf(rule: FeeRule, qty: Decimal, value: Decimal): Cents {
  const parts = [exact(rule.perOrder), percentOf(rule.percent, value), product(exact(rule.perUnit), qty)]
  let charge = parts.reduce(sum)
  if (rule.maxPercent !== undefined) charge = smaller(charge, percentOf(rule.maxPercent, value))
  if (rule.min !== undefined) charge = larger(charge, exact(rule.min))
  if (rule.max !== undefined) charge = smaller(charge, exact(rule.max))
  return rule.isRoundedUp === true ? divided(charge, 0, 'up') * 100n : divided(charge, 2, 'nearest')
}

/** The exact decimal of a number in a fee table. */
function exact(amount: number | undefined): Decimal {
  return decimalOf(amount ?? 0) ?? ZERO
}

function percentOf(percent: number | undefined, value: Decimal): Decimal {
  const { digits, scale } = product(exact(percent), value)
  return { digits, scale: scale + 2 }
}

function smaller(a: Decimal, b: Decimal): Decimal {
  return isMore(a, b) ? b : a
}

/** `value` in steps of 10^-`decimals`; half a step is rounded up. */
function divided({ digits, scale }: Decimal, decimals: number, rounding: 'nearest' | 'up'): bigint {
  if (scale <= decimals) return digits * 10n ** BigInt(decimals - scale)
  const step = 10n ** BigInt(scale - decimals)
  return (digits + (rounding === 'up' ? step - 1n : step / 2n)) / step
}
