import type { DayPeriod } from './bar-period.ts'
import { closeBefore, pricer, type Bar, type BarQuery } from './bar.ts'
import type { SessionState } from './live-quote.ts'
import type { Security } from './security.ts'
import { utcMsOf } from '../../base/time/time-zone.ts'

/** The trading days of one calendar span on which the security is listed. */
export interface Span {
  readonly startEpochDay: number
  readonly firstDay: number
  readonly lastDay: number
}

/** The span that contains a day, limited to the days from `first` to `last`. */
export function spanAround(security: Security, period: DayPeriod, dayIndex: number, first: number, last: number): Span {
  const { calendar } = security.clock
  const startEpochDay = period.spanStart(calendar.dayAt(dayIndex))
  let firstDay = dayIndex
  while (firstDay > first && calendar.dayAt(firstDay - 1) >= startEpochDay) firstDay--
  let lastDay = dayIndex
  while (lastDay < last && period.spanStart(calendar.dayAt(lastDay + 1)) === startEpochDay) lastDay++
  return { startEpochDay, firstDay, lastDay }
}

/** The bar of all days of a span. Null if the security did not trade on any of them. */
export function spanBar(security: Security, query: BarQuery, span: Span, state: SessionState): Bar | null {
  const timeMs = utcMsOf(security.clock.plan.zone, span.startEpochDay, 0)
  let bar: Bar | null = null
  for (let dayIndex = span.firstDay; dayIndex <= span.lastDay; dayIndex++) {
    const day = dayBarOf(security, query, dayIndex, state, timeMs)
    if (day !== null) bar = bar === null ? day : joined(bar, day)
  }
  return bar
}

/** Merges two neighbouring bars. */
function joined(earlier: Bar, later: Bar): Bar {
  return {
    timeMs: earlier.timeMs,
    open: earlier.open,
    high: Math.max(earlier.high, later.high),
    low: Math.min(earlier.low, later.low),
    close: later.close,
    lastClose: earlier.lastClose,
    volume: earlier.volume + later.volume,
    turnover: earlier.turnover + later.turnover,
  }
}

/** The bar of one day; today's bar up to the current time. */
function dayBarOf(
  security: Security,
  query: BarQuery,
  dayIndex: number,
  state: SessionState,
  timeMs: number,
): Bar | null {
  const day = security.series.dayBar(dayIndex)
  if (day === null) return null
  const price = pricer(security, query, dayIndex)
  const isToday = dayIndex === state.dayIndex
  return {
    timeMs,
    open: price(day.open),
    high: price(isToday ? state.high : day.high),
    low: price(isToday ? state.low : day.low),
    close: price(isToday ? state.last : day.close),
    lastClose: closeBefore(security, query, day),
    volume: isToday ? state.volume : day.volume,
    turnover: turnoverOf(security, query, dayIndex, state),
  }
}

function turnoverOf(security: Security, query: BarQuery, dayIndex: number, state: SessionState): number {
  if (dayIndex === state.dayIndex) return security.moneyOf(state.turnover)
  return query.isPriceOnly === true ? 0 : security.turnoverOn(dayIndex)
}
