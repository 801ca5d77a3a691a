import type { BarPeriod } from './bar-period.ts'
import type { DayBar } from './price-series.ts'
import { adjustedPrice } from './rehab.ts'
import type { Security } from './security.ts'
import { localMomentOf } from '../../base/time-zone.ts'

/** One K-line bar, in money. */
export interface Bar {
  /** The label: end of its last minute, or midnight of the first day of its span. Unix ms. */
  readonly timeMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Close of the bar before; the reference price for the first bar ever. */
  readonly lastClose: number
  readonly volume: number
  readonly turnover: number
}

/** Which bars of a security. */
export interface BarQuery {
  readonly period: BarPeriod
  /** `Qot_Common.RehabType`. */
  readonly rehabType: number
  /** Only what has happened by then is in the bars. */
  readonly nowMs: number
  /** True for minute bars of the US sessions before and after hours too. */
  readonly hasExtended?: boolean
  /** True where nobody looks at the turnover of past days, which is the dear part of a bar; it is 0 then. */
  readonly isPriceOnly?: boolean
}

/** Rungs of a day as prices on the asked basis. */
export function pricer(security: Security, query: BarQuery, dayIndex: number): (rung: number) => number {
  const { ladder } = security.listing
  const { actions } = security
  if (actions.length === 0) return (rung) => ladder.priceAt(rung)
  const epochDay = security.clock.calendar.dayAt(dayIndex)
  const today = localMomentOf(security.clock.plan.zone, query.nowMs).epochDay
  return (rung) => adjustedPrice(ladder.priceAt(rung), query.rehabType, actions, epochDay, today)
}

/** The close of the day before on the asked basis, so that a bar's last close is the close of the bar before it. */
export function closeBefore(security: Security, query: BarQuery, day: DayBar): number {
  const { series } = security
  const before = day.dayIndex > series.firstDayOf(day.dayIndex) ? series.dayBar(day.dayIndex - 1) : null
  if (before !== null) return pricer(security, query, before.dayIndex)(before.close)
  return pricer(security, query, day.dayIndex)(day.reference)
}
