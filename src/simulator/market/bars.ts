import type { Bar, BarQuery } from './bar.ts'
import { barAt, barCount, hoursOf, sessionViews } from './minute-bars.ts'
import type { Security } from './security.ts'
import { spanAround, spanBar } from './span-bars.ts'
import { localMomentOf } from '../../base/time/time-zone.ts'

/** The latest `count` bars, oldest first. The last one may be unfinished. */
export function latestBars(security: Security, query: BarQuery, count: number): readonly Bar[] {
  const bars: Bar[] = []
  for (const bar of barsBackward(security, query)) {
    bars.push(bar)
    if (bars.length >= count) break
  }
  return bars.toReversed()
}

/** The first `limit` bars with labels from `fromMs` to `toMs`, oldest first. */
export function barsBetween(
  security: Security,
  query: BarQuery,
  fromMs: number,
  toMs: number,
  limit: number,
): readonly Bar[] {
  const bars: Bar[] = []
  for (const bar of barsForward(security, query, fromMs)) {
    if (bar.timeMs > toMs || bars.length >= limit) break
    if (bar.timeMs >= fromMs) bars.push(bar)
  }
  return bars
}

function* barsBackward(security: Security, query: BarQuery): Iterable<Bar> {
  const { period } = query
  const state = security.stateAt(query.nowMs)
  if (state === null) return
  const first = security.series.firstDayOf(state.dayIndex)
  if (period.unit === 'minute') {
    for (let dayIndex = lastMinuteDay(security, query, state.dayIndex); dayIndex >= first; dayIndex--) {
      for (const view of sessionViews(security, query, dayIndex).toReversed()) {
        for (let number = barCount(view, period) - 1; number >= 0; number--) {
          const bar = barAt(view, period, number)
          if (bar !== null) yield bar
        }
      }
    }
    return
  }
  for (let dayIndex = state.dayIndex; dayIndex >= first;) {
    const span = spanAround(security, period, dayIndex, first, state.dayIndex)
    const bar = spanBar(security, query, span, state)
    if (bar !== null) yield bar
    dayIndex = span.firstDay - 1
  }
}

function* barsForward(security: Security, query: BarQuery, fromMs: number): Iterable<Bar> {
  const { period } = query
  const state = security.stateAt(query.nowMs)
  if (state === null) return
  const { calendar, plan } = security.clock
  const first = security.series.firstDayOf(state.dayIndex)
  const from = calendar.indexAtOrBefore(localMomentOf(plan.zone, fromMs).epochDay)
  if (period.unit === 'minute') {
    const last = lastMinuteDay(security, query, state.dayIndex)
    for (let dayIndex = Math.max(first, from); dayIndex <= last; dayIndex++) {
      for (const view of sessionViews(security, query, dayIndex)) {
        // The label of the bar before the one that contains `fromMs` is always earlier than `fromMs`.
        const firstNumber = Math.max(0, Math.floor((view.grid.minuteAt(fromMs) - 1) / period.minutes))
        for (let number = firstNumber; number < barCount(view, period); number++) {
          const bar = barAt(view, period, number)
          if (bar !== null) yield bar
        }
      }
    }
    return
  }
  for (let dayIndex = Math.max(first, from); dayIndex <= state.dayIndex;) {
    const span = spanAround(security, period, dayIndex, first, state.dayIndex)
    const bar = spanBar(security, query, span, state)
    if (bar !== null) yield bar
    dayIndex = span.lastDay + 1
  }
}

/** A day's overnight session and pre-market begin before its regular session. */
function lastMinuteDay(security: Security, query: BarQuery, regularDay: number): number {
  return Math.max(regularDay, security.latestStateAt(query.nowMs, hoursOf(query))?.dayIndex ?? regularDay)
}
