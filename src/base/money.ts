import { decimalOf, powerOfTen, type Decimal } from './decimal.ts'

/**
 * An amount in billionths of its currency's unit, never negative. Nine decimals represent the finest price that OpenD
 * accepts (9 decimals, futures) times a whole quantity exactly. It is a bigint, because billionths exceed 2^53 at nine
 * million units. In a database it is stored as the text of the integer.
 */
export type Money = bigint

const MONEY_DECIMALS = 9

/** The value of an order, rounded up so that a fraction cannot exceed a cap. */
export function moneyAtLeast({ digits, scale }: Decimal): Money {
  if (scale <= MONEY_DECIMALS) return digits * powerOfTen(MONEY_DECIMALS - scale)
  const divisor = powerOfTen(scale - MONEY_DECIMALS)
  return (digits + divisor - 1n) / divisor
}

/** A cap, rounded down for the same reason. Null for NaN, the infinities and negative numbers. */
export function capOf(amount: number): Money | null {
  const decimal = decimalOf(amount)
  if (decimal === null) return null
  const { digits, scale } = decimal
  if (scale <= MONEY_DECIMALS) return digits * powerOfTen(MONEY_DECIMALS - scale)
  return digits / powerOfTen(scale - MONEY_DECIMALS)
}

/** The exact amount with at least two decimals and no further trailing zeros: `27000.00`. */
export function moneyText(money: Money): string {
  const digits = money.toString().padStart(MONEY_DECIMALS + 1, '0')
  const whole = digits.slice(0, -MONEY_DECIMALS)
  const fraction = digits.slice(-MONEY_DECIMALS).replace(/0{1,7}$/, '')
  return `${whole}.${fraction}`
}
