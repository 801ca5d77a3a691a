import { scaleCents } from './money.ts'
import type { Cents } from './money.ts'

/**
 * Quantities are numbers of shares or contracts with at most four decimals: the finest fraction of a share that brokers
 * with fractional shares book. They are rounded after each addition, so that equal quantities compare as equal.
 */
const QTY_SCALE = 10_000

/** The quantity nearest to a number that an addition or a division may have blurred. */
export function roundQty(qty: number): number {
  return Math.round(qty * QTY_SCALE) / QTY_SCALE
}

/** The largest quantity that is not greater than the number. */
export function floorQty(qty: number): number {
  return Math.floor(qty * QTY_SCALE + 1e-6) / QTY_SCALE
}

/** The part of an order that is not filled. */
export function openQtyOf(order: { readonly qty: number; readonly filledQty: number }): number {
  return roundQty(order.qty - order.filledQty)
}

/** Whether the number is a quantity, that is, has at most four decimals. */
export function isQty(qty: number): boolean {
  return Number.isFinite(qty) && Math.abs(roundQty(qty) - qty) < 1e-9
}

/** The quantity as a whole number of its smallest fractions, for exact arithmetic. */
export function qtyUnits(qty: number): number {
  return Math.round(qty * QTY_SCALE)
}

/** Smallest fractions in one share. */
export const UNITS_PER_SHARE = QTY_SCALE

/** The share `part` / `whole` of an amount, rounded once. `whole` is positive. */
export function scaleByQty(amount: Cents, part: number, whole: number): Cents {
  return scaleCents(amount, qtyUnits(part), qtyUnits(whole))
}
