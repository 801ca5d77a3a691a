/**
 * Arithmetic of money without rounding drift. Amounts are whole cents and prices are whole millionths, both as
 * JSON-safe integers; products are computed as bigint. All rounding is in one function and is half away from zero.
 */

/** An amount in hundredths of its currency's unit. Always an integer. */
export type Cents = number

/** A price in millionths of its currency's unit. Always an integer. */
export type ScaledPrice = number

/** The finest price step of the listed markets is 0.0001 (US below one dollar); two digits are to spare. */
export const PRICE_SCALE = 1_000_000

/** Contract multipliers keep three decimals (0.001 of an index point is finer than any listed contract). */
const MULTIPLIER_SCALE = 1000

/** A price as a whole number of millionths. */
export function scaledPriceOf(price: number): ScaledPrice {
  return Math.round(price * PRICE_SCALE)
}

/** The price for clients: the double nearest to the decimal price. */
export function priceOf(scaled: ScaledPrice): number {
  return scaled / PRICE_SCALE
}

/** An amount in whole cents. */
export function centsOf(amount: number): Cents {
  return Math.round(amount * 100)
}

/** The amount for clients, in currency units. */
export function amountOf(cents: Cents): number {
  return cents / 100
}

/** The value of `notional` (scaled price x quantity, summed over fills) with that contract multiplier. */
export function valueOf(notional: number, contractMultiplier: number): Cents {
  const multiplier = BigInt(Math.round(contractMultiplier * MULTIPLIER_SCALE))
  return divideRounded(BigInt(Math.round(notional)) * multiplier, BigInt((PRICE_SCALE / 100) * MULTIPLIER_SCALE))
}

/** `amount` x `numerator` / `denominator`, rounded once. All integers, denominator positive. */
export function scaleCents(amount: Cents, numerator: number, denominator: number): Cents {
  return divideRounded(BigInt(amount) * BigInt(numerator), BigInt(denominator))
}

function divideRounded(numerator: bigint, denominator: bigint): number {
  const half = denominator / 2n
  return Number((numerator < 0n ? numerator - half : numerator + half) / denominator)
}
