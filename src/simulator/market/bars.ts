import type { BarPeriod, DayPeriod, MinutePeriod } from './bar-period.ts'
import type { SessionState } from './live-quote.ts'
import type { DayBar, MinuteBars } from './price-series.ts'
import { adjustedPrice } from './rehab.ts'
import type { Security } from './security.ts'
import { localMomentOf, utcMsOf } from './time-zone.ts'

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
}

/** The latest `count` bars, oldest first. The last one may be unfinished. */
export function latestBars(security: Security, query: BarQuery, count: number): readonly Bar[] {
  const bars: Bar[] = []
  for (const bar of barsBackward(security, query)) {
    bars.push(bar)
    if (bars.length >= count) break
  }
  return bars.reverse()
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
  const state = security.stateAt(query.nowMs)
  if (state === null) return
  const first = security.series.firstDayOf(state.dayIndex)
  if (query.period.unit === 'minute') {
    for (let dayIndex = state.dayIndex; dayIndex >= first; dayIndex--) {
      yield* minuteBarsOf(security, query, query.period, dayIndex, state).toReversed()
    }
    return
  }
  for (let dayIndex = state.dayIndex; dayIndex >= first; ) {
    const span = spanAround(security, query.period, dayIndex, first, state.dayIndex)
    const bar = spanBar(security, query, span, state)
    if (bar !== null) yield bar
    dayIndex = span.firstDay - 1
  }
}

function* barsForward(security: Security, query: BarQuery, fromMs: number): Iterable<Bar> {
  const state = security.stateAt(query.nowMs)
  if (state === null) return
  const { calendar, plan } = security.clock
  const first = security.series.firstDayOf(state.dayIndex)
  const from = calendar.indexAtOrBefore(localMomentOf(plan.zone, fromMs).epochDay)
  if (query.period.unit === 'minute') {
    for (let dayIndex = Math.max(first, from); dayIndex <= state.dayIndex; dayIndex++) {
      yield* minuteBarsOf(security, query, query.period, dayIndex, state)
    }
    return
  }
  for (let dayIndex = Math.max(first, from); dayIndex <= state.dayIndex; ) {
    const span = spanAround(security, query.period, dayIndex, first, state.dayIndex)
    const bar = spanBar(security, query, span, state)
    if (bar !== null) yield bar
    dayIndex = span.lastDay + 1
  }
}

/** The bars of one day's minutes, as far as they have begun. */
function minuteBarsOf(
  security: Security,
  query: BarQuery,
  period: MinutePeriod,
  dayIndex: number,
  state: SessionState,
): readonly Bar[] {
  const minutes = security.series.minuteBars(dayIndex, 'regular')
  if (minutes === null) return []
  const grid = security.clock.sessionsOf(dayIndex).regular
  const day = security.series.dayBar(dayIndex)
  if (day === null) return []
  const isToday = dayIndex === state.dayIndex
  const lastMinute = isToday ? state.minute : minutes.length - 1
  const price = pricer(security, query, dayIndex)
  const bars: Bar[] = []
  let lastClose = closeBefore(security, query, day)
  for (let first = 0; first <= lastMinute; first += period.minutes) {
    const last = Math.min(first + period.minutes, minutes.length) - 1
    const sum = sumOf(minutes, first, Math.min(last, lastMinute), isToday ? state : null)
    if (sum.volume === 0) continue
    const close = price(sum.close)
    bars.push({
      timeMs: grid.minuteEndMs(last),
      open: price(sum.open),
      high: price(sum.high),
      low: price(sum.low),
      close,
      lastClose,
      volume: sum.volume,
      turnover: security.moneyOf(sum.turnover),
    })
    lastClose = close
  }
  return bars
}

interface Sum {
  open: number
  high: number
  low: number
  close: number
  volume: number
  turnover: number
}

/** Minutes `first` to `last` together; the running minute counts as far as the state has come. */
function sumOf(minutes: MinuteBars, first: number, last: number, state: SessionState | null): Sum {
  const sum: Sum = { open: 0, high: 0, low: Number.MAX_SAFE_INTEGER, close: 0, volume: 0, turnover: 0 }
  for (let minute = first; minute <= last; minute++) {
    if (state !== null && minute === state.minute) addRunningMinute(sum, minutes, minute, state)
    else addMinute(sum, minutes, minute)
  }
  return sum
}

function addMinute(sum: Sum, minutes: MinuteBars, minute: number): void {
  const volume = minutes.volume[minute] ?? 0
  if (volume === 0) return
  if (sum.volume === 0) sum.open = minutes.open[minute] ?? 0
  sum.high = Math.max(sum.high, minutes.high[minute] ?? 0)
  sum.low = Math.min(sum.low, minutes.low[minute] ?? 0)
  sum.close = minutes.close[minute] ?? 0
  sum.volume += volume
  sum.turnover += minutes.turnover[minute] ?? 0
}

function addRunningMinute(sum: Sum, minutes: MinuteBars, minute: number, state: SessionState): void {
  const before = minute - 1
  if (sum.volume === 0) sum.open = minutes.open[minute] ?? 0
  sum.high = Math.max(sum.high, state.minuteHigh)
  sum.low = Math.min(sum.low, state.minuteLow)
  sum.close = state.last
  sum.volume += state.volume - (before < 0 ? 0 : (minutes.volumeThrough[before] ?? 0))
  sum.turnover += state.turnover - (before < 0 ? 0 : (minutes.turnoverThrough[before] ?? 0))
}

/** The trading days of one calendar span, as far as the security has them. */
interface Span {
  readonly startEpochDay: number
  readonly firstDay: number
  readonly lastDay: number
}

function spanAround(security: Security, period: DayPeriod, dayIndex: number, first: number, last: number): Span {
  const { calendar } = security.clock
  const startEpochDay = period.spanStart(calendar.dayAt(dayIndex))
  let firstDay = dayIndex
  while (firstDay > first && calendar.dayAt(firstDay - 1) >= startEpochDay) firstDay--
  let lastDay = dayIndex
  while (lastDay < last && period.spanStart(calendar.dayAt(lastDay + 1)) === startEpochDay) lastDay++
  return { startEpochDay, firstDay, lastDay }
}

function spanBar(security: Security, query: BarQuery, span: Span, state: SessionState): Bar | null {
  const days: Bar[] = []
  const timeMs = utcMsOf(security.clock.plan.zone, span.startEpochDay, 0)
  for (let dayIndex = span.firstDay; dayIndex <= span.lastDay; dayIndex++) {
    const day = dayBarOf(security, query, dayIndex, state, timeMs)
    if (day !== null) days.push(day)
  }
  const [first, ...rest] = days
  if (first === undefined) return null
  return rest.reduce(joined, first)
}

/** Two neighbouring bars as one. */
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

/** One day's bar; today's as far as it has come. */
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
    turnover: isToday ? security.moneyOf(state.turnover) : security.turnoverOn(dayIndex),
  }
}

/** The close of the day before on the asked basis, so that a bar's last close is the close of the bar before it. */
function closeBefore(security: Security, query: BarQuery, day: DayBar): number {
  const { series } = security
  const before = day.dayIndex > series.firstDayOf(day.dayIndex) ? series.dayBar(day.dayIndex - 1) : null
  if (before !== null) return pricer(security, query, before.dayIndex)(before.close)
  return pricer(security, query, day.dayIndex)(day.reference)
}

/** Rungs of a day as prices on the asked basis. */
function pricer(security: Security, query: BarQuery, dayIndex: number): (rung: number) => number {
  const { ladder } = security.listing
  const { actions } = security
  if (actions.length === 0) return (rung) => ladder.priceAt(rung)
  const epochDay = security.clock.calendar.dayAt(dayIndex)
  const today = localMomentOf(security.clock.plan.zone, query.nowMs).epochDay
  return (rung) => adjustedPrice(ladder.priceAt(rung), query.rehabType, actions, epochDay, today)
}
