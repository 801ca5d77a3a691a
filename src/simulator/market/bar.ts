import type { BarPeriod } from './bar-period.ts'
import type { DayBar } from './price-series.ts'
import { adjustedPrice } from './rehab.ts'
import type { Security } from './security.ts'
import type { TradingHours } from './trading-hours.ts'
import { localMomentOf } from '../../base/time/time-zone.ts'

/** One K-line bar, in money. */
export interface Bar {
  /** The label: end of its last minute, or midnight of the first day of its span. Unix ms. */
  readonly timeMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Close of the previous bar; the reference price for the first bar. */
  readonly lastClose: number
  readonly volume: number
  readonly turnover: number
}

/** Selects bars of a security. */
export interface BarQuery {
  readonly period: BarPeriod
  /** `Qot_Common.RehabType`. */
  readonly rehabType: number
  /** The bars contain only prints up to this time. */
  readonly nowMs: number
  /** The hours that minute bars of at most an hour include; regular hours by default. */
  readonly hours?: TradingHours
  /** Skips the turnover of past days, which is the expensive part of a bar and is then 0. */
  readonly isPriceOnly?: boolean
}

/** Converts rungs of a day to prices on the requested basis. */
export function pricer(security: Security, query: BarQuery, dayIndex: number): (rung: number) => number {
  const { ladder } = security.listing
  const { actions } = security
  if (actions.length === 0) return (rung) => ladder.priceAt(rung)
  const epochDay = security.clock.calendar.dayAt(dayIndex)
  const today = localMomentOf(security.clock.plan.zone, query.nowMs).epochDay
  return (rung) => adjustedPrice(ladder.priceAt(rung), query.rehabType, actions, epochDay, today)
}

/** The previous day's close on the requested basis, so that a bar's last close equals the previous bar's close. */
export function closeBefore(security: Security, query: BarQuery, day: DayBar): number {
  const { series } = security
  const before = day.dayIndex > series.firstDayOf(day.dayIndex) ? series.dayBar(day.dayIndex - 1) : null
  if (before !== null) return pricer(security, query, before.dayIndex)(before.close)
  return pricer(security, query, day.dayIndex)(day.reference)
}
