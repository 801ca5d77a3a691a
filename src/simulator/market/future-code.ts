import { futureClassOf, type FutureClass } from './future-class.ts'
import { frontMonth, hasMonth, listedMonths } from './future-months.ts'

/** A code that stands for one month after the other: the main contract, the current and the next month. */
export type RollingCode = 'main' | 'current' | 'next'

/** A parsed futures code: one month, or a rolling code. */
export type FutureTerms =
  | { readonly futureClass: FutureClass; readonly month: number; readonly rolling: null }
  | { readonly futureClass: FutureClass; readonly month: null; readonly rolling: RollingCode }

/** The terms of the main contract. */
export function mainContract(futureClass: FutureClass): FutureTerms {
  return { futureClass, month: null, rolling: 'main' }
}

/** Parses `HSImain`, `HSIcurrent`, `HSInext` or `HSI2612`; null if it is not a futures code of that market. */
export function parseFutureCode(market: number, code: string): FutureTerms | null {
  const match = /^([A-Z][A-Z0-9]{1,3})(main|current|next|\d{4})$/.exec(code)
  const [, prefix = '', end = ''] = match ?? []
  const futureClass = match === null ? null : futureClassOf(market, prefix)
  if (futureClass === null) return null
  if (end === 'main') return mainContract(futureClass)
  if (end === 'current' || end === 'next') {
    return futureClass.hasSpotCodes ? { futureClass, month: null, rolling: end } : null
  }
  const monthOfYear = Number(end.slice(2))
  const month = (2000 + Number(end.slice(0, 2))) * 12 + monthOfYear - 1
  if (monthOfYear < 1 || monthOfYear > 12 || !hasMonth(futureClass, month)) return null
  return { futureClass, month, rolling: null }
}

/** `HSImain` or `HSI2612`. */
export function futureCode({ futureClass, month, rolling }: FutureTerms): string {
  if (rolling !== null) return `${futureClass.prefix}${rolling}`
  const year = Math.floor(month / 12) % 100
  return `${futureClass.prefix}${String(year).padStart(2, '0')}${String((month % 12) + 1).padStart(2, '0')}`
}

/** The month of which a code has the price on that day. */
export function monthOn({ futureClass, month, rolling }: FutureTerms, epochDay: number): number {
  if (rolling === null) return month
  const front = frontMonth(futureClass, epochDay)
  return rolling === 'next' ? (listedMonths(futureClass, epochDay)[1] ?? front) : front
}

/** The codes of a class that do not expire. */
export function rollingCodes(futureClass: FutureClass): readonly FutureTerms[] {
  const codes: readonly RollingCode[] = futureClass.hasSpotCodes ? ['main', 'current', 'next'] : ['main']
  return codes.map((rolling) => ({ futureClass, month: null, rolling }))
}
