import { TrdMarket, TrdSecMarket } from '../../../proto/enums.ts'
import { dateText, parseLocalTime } from '../../base/time/civil-date.ts'
import { localMomentOf, timeText, utcMsOf } from '../../base/time/time-zone.ts'
import { HONG_KONG, NEW_YORK } from '../market/exchange-zones.ts'
import type { TimeZone } from '../../base/time/time-zone.ts'

/** The zone of order times in a `Trd_Common.TrdSecMarket`. China has the same time as Hong Kong. */
export function zoneOfSecMarket(secMarket: number): TimeZone {
  return secMarket === TrdSecMarket.US ? NEW_YORK : HONG_KONG
}

/** The zone of the times in a call for that `Trd_Common.TrdMarket`. */
export function zoneOfTrdMarket(trdMarket: number): TimeZone {
  return trdMarket === TrdMarket.US || trdMarket === TrdMarket.Futures_Simulate_US ? NEW_YORK : HONG_KONG
}

/** `YYYY-MM-DD HH:MM:SS.mmm`: the more precise of the two forms in the schema for times of orders and fills. */
export function marketTimeText(zone: TimeZone, timeMs: number): string {
  return `${timeText(zone, timeMs)}.${String(((timeMs % 1000) + 1000) % 1000).padStart(3, '0')}`
}

/** `YYYY-MM-DD` in the zone. */
export function marketDate(zone: TimeZone, timeMs: number): string {
  return dateText(localMomentOf(zone, timeMs).epochDay)
}

/** The first and the last ms of a time filter's text, which is a day, a second or one ms. Null for invalid text. */
export interface TimeSpan {
  readonly firstMs: number
  readonly lastMs: number
}

const MS_PER_SECOND = 1000

/** Parses a date, or a time with or without a fraction of a second, in the zone. */
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
