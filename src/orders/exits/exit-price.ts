/**
 * An exit price: a price, or a distance from the price at which the parent was filled, in per cent or in price steps
 * (ticks).
 */
export type ExitPrice =
  | { readonly kind: 'price'; readonly price: number }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'ticks'; readonly ticks: number }

/** The two exits of an order. Of the two, one cancels the other. */
export const LEG_KINDS = ['stop_loss', 'take_profit'] as const

/** One of the exits. */
export type LegKind = (typeof LEG_KINDS)[number]

/** The exits that a caller wants for an order; at least one is not null. */
export interface Exits {
  readonly takeProfit: ExitPrice | null
  readonly stopLoss: ExitPrice | null
}

/** Doubles of prices are exact to about 15 digits; the rest of a division below this is none. */
const TOLERANCE = 1e-9

/**
 * The price of an exit on the price step, rounded so that it is reached earlier. `fill` is the price of the parent's
 * fill. `step` is OpenD's price step at the present price; null leaves a price unrounded. Null where ticks are wanted
 * and the step is not known, or where the distance is larger than the price.
 */
export function exitPriceOf(
  wanted: ExitPrice,
  kind: LegKind,
  { isLong, fill, step }: { readonly isLong: boolean; readonly fill: number; readonly step: number | null },
): number | null {
  // The take profit of a long position is above the fill, and its stop loss is below.
  const isAbove = isLong === (kind === 'take_profit')
  const exact = exactPrice(wanted, isAbove ? 1 : -1, fill, step)
  if (exact === null) return null
  const price = step === null ? exact : onStep(exact, step, isAbove ? 'down' : 'up')
  return price > 0 ? price : null
}

function exactPrice(wanted: ExitPrice, sign: 1 | -1, fill: number, step: number | null): number | null {
  switch (wanted.kind) {
    case 'price':
      return wanted.price
    case 'percent':
      return fill * (1 + (sign * wanted.percent) / 100)
    case 'ticks':
      return step === null ? null : fill + sign * wanted.ticks * step
  }
}

/** The next price on the step in that direction; the price itself when it is on the step. */
export function onStep(price: number, step: number, direction: 'up' | 'down'): number {
  const exact = price / step
  const tolerance = TOLERANCE * Math.max(1, Math.abs(exact))
  const steps = direction === 'down' ? Math.floor(exact + tolerance) : Math.ceil(exact - tolerance)
  return withoutNoise(steps * step)
}

/** A price or quantity without the rounding error of floating-point arithmetic. */
export function withoutNoise(value: number): number {
  return Number(value.toFixed(9))
}
