import { Currency } from '../../../proto/enums.ts'
import { scaleCents } from './money.ts'
import type { Cents } from './money.ts'

/** Hong Kong dollars per unit, in ten-thousandths. Fixed: the simulator has no currency market. */
const HKD_PER_UNIT: Readonly<Record<number, number>> = {
  [Currency.HKD]: 10_000,
  [Currency.USD]: 78_000,
  [Currency.CNH]: 10_800,
}

/** The currencies an account can hold or be valued in. */
export const HELD_CURRENCIES: readonly number[] = [Currency.HKD, Currency.USD, Currency.CNH]

/** Exchanges an amount, rounded to the cent. Both currencies must be among `HELD_CURRENCIES`. */
export function exchange(amount: Cents, from: number, to: number): Cents {
  if (from === to) return amount
  return scaleCents(amount, rateOf(from), rateOf(to))
}

function rateOf(currency: number): number {
  const rate = HKD_PER_UNIT[currency]
  if (rate === undefined) throw new Error(`no exchange rate for currency ${currency}`)
  return rate
}
