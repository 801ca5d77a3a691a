/**
 * An exact decimal that is not negative: `digits` / 10^`scale`. Prices and quantities arrive as doubles. Adding and
 * multiplying doubles has rounding errors, so all arithmetic on money uses this type.
 */
export interface Decimal {
  readonly digits: bigint
  /** Digits after the point, 0 or more. */
  readonly scale: number
}

/** Zero. */
export const ZERO: Decimal = { digits: 0n, scale: 0 }

const NUMBER_TEXT = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/

/**
 * The decimal of a double: the shortest one that parses to the same double, which is what its author wrote (0.1 is one
 * tenth). Null for NaN, the infinities and negative numbers.
 */
export function decimalOf(value: number): Decimal | null {
  const [, whole, fraction = '', exponent = '0'] = NUMBER_TEXT.exec(String(value)) ?? []
  if (whole === undefined) return null
  const scale = fraction.length - Number(exponent)
  const digits = BigInt(whole + fraction)
  return scale >= 0 ? { digits, scale } : { digits: digits * powerOfTen(-scale), scale: 0 }
}

/** `a` x `b`, exact. */
export function product(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale }
}

/** `a` + `b`, exact. */
export function sum(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return { digits: digitsAt(a, scale) + digitsAt(b, scale), scale }
}

/** `a` - `b`, or 0 where that would be negative. */
export function excess(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  const digits = digitsAt(a, scale) - digitsAt(b, scale)
  return digits > 0n ? { digits, scale } : ZERO
}

/** The larger of two. */
export function larger(a: Decimal, b: Decimal): Decimal {
  return isMore(a, b) ? a : b
}

/** Whether `a` > `b`. */
export function isMore(a: Decimal, b: Decimal): boolean {
  return excess(a, b).digits > 0n
}

/** `a` plus `percent` per cent of it. */
export function plusPercent(a: Decimal, percent: Decimal): Decimal {
  const { digits, scale } = product(a, percent)
  return sum(a, { digits, scale: scale + 2 })
}

/** 10^`exponent`, for a whole exponent of 0 or more. */
export function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

function digitsAt(value: Decimal, scale: number): bigint {
  return scale === value.scale ? value.digits : value.digits * powerOfTen(scale - value.scale)
}
