import { type FieldRule, readFields } from '../../wire/json/json-fields.ts'
import { isJsonObject } from '../../wire/json/json-text.ts'
import type { ExitPrice } from './exit-price.ts'

const TICKS_TEXT = /^(\d{1,6}) ?ticks?$/i
const PERCENT_TEXT = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/

const MOST_TICKS = 1_000_000

const POSITIVE: FieldRule<number> = {
  expected: 'a finite number above 0',
  read: (value) => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null),
}

const DISTANCE = { price: POSITIVE, percent: POSITIVE, ticks: POSITIVE }

/** An exit price: a number, a text with a unit, or an object with exactly one of price, percent and ticks. */
export const EXIT_PRICE: FieldRule<ExitPrice> = {
  expected:
    'a price above 0, or a distance from the fill: {"percent": 2}, {"ticks": 20}, "2%" or "20 ticks"; a percentage below 100',
  read: (value, problems) => {
    if (typeof value === 'number') return exitOf({ price: value })
    if (typeof value === 'string') {
      const [, ticks] = TICKS_TEXT.exec(value.trim()) ?? []
      if (ticks !== undefined) return exitOf({ ticks: Number(ticks) })
      const [, percent] = PERCENT_TEXT.exec(value.trim()) ?? []
      return percent === undefined ? null : exitOf({ percent: Number(percent) })
    }
    if (!isJsonObject(value)) return null
    const given = readFields(value, DISTANCE, problems)
    if (given === null) return null
    const some = Object.entries(given).filter(([, amount]) => amount !== null)
    return some.length === 1 ? exitOf(Object.fromEntries(some)) : null
  },
}

function exitOf({ price, percent, ticks }: { price?: number | null; percent?: number | null; ticks?: number | null }) {
  if (price !== undefined && price !== null)
    return price > 0 && Number.isFinite(price) ? ({ kind: 'price', price } as const) : null
  if (percent !== undefined && percent !== null)
    return percent > 0 && percent < 100 ? ({ kind: 'percent', percent } as const) : null
  if (ticks === undefined || ticks === null || !Number.isInteger(ticks) || ticks < 1 || ticks > MOST_TICKS) return null
  return { kind: 'ticks', ticks } as const
}
