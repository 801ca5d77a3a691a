import { objectOf, type FieldRule } from '../wire/json/json-fields.ts'
import { isJsonObject } from '../wire/json/json-text.ts'
import type { ExitPrice } from '../orders/exits/exit-price.ts'
import { numberOf, PERCENT, POSITIVE } from './alert-fields.ts'

const TICKS_TEXT = /^(\d{1,6}) ?ticks?$/i
const PERCENT_TEXT = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/

const DISTANCE = objectOf({ price: POSITIVE, percent: PERCENT, ticks: POSITIVE })

/**
 * An exit price of an order: 310 or "310" is a price, "2%" and "20 ticks" are distances from the price at which the order
 * was filled, and so are `{"percent": 2}` and `{"ticks": 20}`.
 */
export const EXIT_PRICE: FieldRule<ExitPrice> = {
  expected: 'a price such as 310, or a distance from the fill such as "2%", "20 ticks" or {"percent": 2}',
  read: (value, problems) => {
    if (isJsonObject(value)) {
      const distance = DISTANCE.read(value, problems)
      return distance === null ? null : oneOfThem(distance)
    }
    const text = typeof value === 'string' ? value.trim() : ''
    const [, ticks] = TICKS_TEXT.exec(text) ?? []
    if (ticks !== undefined) return Number(ticks) > 0 ? { kind: 'ticks', ticks: Number(ticks) } : null
    const [, percent] = PERCENT_TEXT.exec(text) ?? []
    if (percent !== undefined) return percentOf(Number(percent))
    const price = numberOf(value)
    return price !== null && price > 0 ? { kind: 'price', price } : null
  },
}

function oneOfThem(distance: {
  readonly price: number | null
  readonly percent: number | null
  readonly ticks: number | null
}): ExitPrice | null {
  const { price, percent, ticks } = distance
  if ([price, percent, ticks].filter((value) => value !== null).length !== 1) return null
  if (price !== null) return { kind: 'price', price }
  if (percent !== null) return percentOf(percent)
  return ticks !== null && Number.isInteger(ticks) ? { kind: 'ticks', ticks } : null
}

function percentOf(percent: number): ExitPrice | null {
  return percent > 0 && percent < 100 ? { kind: 'percent', percent } : null
}
