import { adjustedPrice } from './rehab.ts'
import { RehabType } from '../../../proto/enums.ts'
import type { Security } from './security.ts'

/** Highest and lowest prices of finished days, on today's share basis. */
export interface PriceExtremes {
  readonly highest52Weeks: number
  readonly lowest52Weeks: number
  readonly highestEver: number
  readonly lowestEver: number
}

const DAYS_IN_52_WEEKS = 364

interface Known {
  readonly dayIndex: number
  readonly extremes: PriceExtremes
}

/** Cached by security, so that twenty years of days are read once per day. */
const known = new WeakMap<Security, Known>()

/** Extremes of the days before `dayIndex`, forward adjusted to it. All 0 on the first day. */
export function extremesBefore(security: Security, dayIndex: number): PriceExtremes {
  const remembered = known.get(security)
  if (remembered?.dayIndex === dayIndex) return remembered.extremes
  const extremes = walk(security, dayIndex)
  known.set(security, { dayIndex, extremes })
  return extremes
}

function walk(security: Security, dayIndex: number): PriceExtremes {
  const { series, actions, listing } = security
  const { calendar } = security.clock
  const today = calendar.dayAt(dayIndex)
  const yearAgo = calendar.indexAtOrAfter(today - DAYS_IN_52_WEEKS)
  let highest52Weeks = 0
  let lowest52Weeks = Number.POSITIVE_INFINITY
  let highestEver = 0
  let lowestEver = Number.POSITIVE_INFINITY
  for (let day = series.firstDayOf(dayIndex); day < dayIndex; day++) {
    const bar = series.dayBar(day)
    if (bar === null) continue
    const epochDay = calendar.dayAt(day)
    const high = adjustedPrice(listing.ladder.priceAt(bar.high), RehabType.Forward, actions, epochDay, today)
    const low = adjustedPrice(listing.ladder.priceAt(bar.low), RehabType.Forward, actions, epochDay, today)
    if (high > highestEver) highestEver = high
    if (low < lowestEver) lowestEver = low
    if (day < yearAgo) continue
    if (high > highest52Weeks) highest52Weeks = high
    if (low < lowest52Weeks) lowest52Weeks = low
  }
  return {
    highest52Weeks,
    lowest52Weeks: lowest52Weeks === Number.POSITIVE_INFINITY ? 0 : lowest52Weeks,
    highestEver,
    lowestEver: lowestEver === Number.POSITIVE_INFINITY ? 0 : lowestEver,
  }
}
