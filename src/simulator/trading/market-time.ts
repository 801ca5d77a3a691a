import { TrdMarket, TrdSecMarket } from '../../../proto/enums.ts'
import { dateText, parseLocalTime } from '../../base/civil-date.ts'
import { localMomentOf, timeText, utcMsOf } from '../../base/time-zone.ts'
import { HONG_KONG, NEW_YORK } from '../market/exchange-zones.ts'
import type { TimeZone } from '../../base/time-zone.ts'

/** The clock on which the orders of a `Trd_Common.TrdSecMarket` are stamped. China's clock is Hong Kong's. */
export function zoneOfSecMarket(secMarket: number): TimeZone {
  return secMarket === TrdSecMarket.US ? NEW_YORK : HONG_KONG
}

/** The clock on which the times in a call for that `Trd_Common.TrdMarket` are written. */
export function zoneOfTrdMarket(trdMarket: number): TimeZone {
  return trdMarket === TrdMarket.US || trdMarket === TrdMarket.Futures_Simulate_US ? NEW_YORK : HONG_KONG
}

/** `YYYY-MM-DD HH:MM:SS.mmm`: the finer of the two forms the schema allows for the times of orders and fills. */
export function marketTimeText(zone: TimeZone, timeMs: number): string {
  return `${timeText(zone, timeMs)}.${String(((timeMs % 1000) + 1000) % 1000).padStart(3, '0')}`
}

/** `YYYY-MM-DD` on the zone's clock. */
export function marketDate(zone: TimeZone, timeMs: number): string {
  return dateText(localMomentOf(zone, timeMs).epochDay)
}

/** The first and the last ms that a time filter's text can mean: a day, a second, or one ms. Null for bad text. */
export interface TimeSpan {
  readonly firstMs: number
  readonly lastMs: number
}

const MS_PER_SECOND = 1000

/** Reads a date, or a time with or without a fraction of a second, on the zone's clock. */
export function parseMarketTime(zone: TimeZone, text: string): TimeSpan | null {
  const local = parseLocalTime(text)
  if (local === null) return null
  const startMs = utcMsOf(zone, local.epochDay, (local.secondOfDay ?? 0) * MS_PER_SECOND)
  if (local.secondOfDay === null) {
    return { firstMs: startMs, lastMs: utcMsOf(zone, local.epochDay + 1, 0) - 1 }
  }
  const fraction = /\.(\d+)\s*$/.exec(text)?.[1]
  if (fraction === undefined) return { firstMs: startMs, lastMs: startMs + MS_PER_SECOND - 1 }
  const timeMs = startMs + Math.floor(Number(`0.${fraction}`) * MS_PER_SECOND)
  return { firstMs: timeMs, lastMs: timeMs }
}
