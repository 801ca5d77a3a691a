import type { MinutePeriod } from './bar-period.ts'
import { closeBefore, pricer, type Bar, type BarQuery } from './bar.ts'
import type { SessionState } from './live-quote.ts'
import type { MinuteBars } from './price-series.ts'
import type { Security } from './security.ts'
import { gridOf } from './session-clock.ts'
import type { SessionGrid } from './session-grid.ts'
import { sessionsIn, type TradingHours } from './trading-hours.ts'

/** Longer bars are of the regular session only, as the schema has it for `extendedTime` and `session`. */
const MAX_EXTENDED_MINUTES = 60

/** The hours of the bars of a query. */
export function hoursOf({ hours, period }: BarQuery): TradingHours {
  const isShort = period.unit === 'minute' && period.minutes <= MAX_EXTENDED_MINUTES
  return isShort && hours !== undefined ? hours : 'RTH'
}

/** One session of one day, up to a given time. Its bars can be read one by one, in any order. */
export interface SessionView {
  readonly security: Security
  readonly grid: SessionGrid
  readonly minutes: MinuteBars
  /** Null if the session is over. */
  readonly running: SessionState | null
  readonly lastMinute: number
  readonly price: (rung: number) => number
  /** The last close before the session. */
  readonly closeBefore: number
}

/** The sessions of a day that have begun, in order. A bar belongs to one session. */
export function sessionViews(security: Security, query: BarQuery, dayIndex: number): readonly SessionView[] {
  const day = security.series.dayBar(dayIndex)
  if (day === null) return []
  const views: SessionView[] = []
  const price = pricer(security, query, dayIndex)
  let close = closeBefore(security, query, day)
  for (const session of sessionsIn(hoursOf(query))) {
    const grid = gridOf(security.clock.sessionsOf(dayIndex), session)
    const minutes = grid === null ? null : security.series.minuteBars(dayIndex, session)
    const state = minutes === null ? null : security.stateAt(query.nowMs, session)
    if (grid === null || minutes === null || state === null || state.dayIndex < dayIndex) continue
    const running = state.dayIndex === dayIndex ? state : null
    const lastMinute = running?.minute ?? minutes.length - 1
    views.push({ security, grid, minutes, running, lastMinute, price, closeBefore: close })
    close = price(running?.last ?? minutes.close[lastMinute] ?? 0)
  }
  return views
}

/** Number of bars of that period in the session so far, including the unfinished one. */
export function barCount(view: SessionView, { minutes }: MinutePeriod): number {
  return Math.floor(view.lastMinute / minutes) + 1
}

/** The bar with that index from the session's start; null if it has no prints. */
export function barAt(view: SessionView, period: MinutePeriod, number: number): Bar | null {
  const { security, minutes, price } = view
  const first = number * period.minutes
  const last = Math.min(first + period.minutes, minutes.length) - 1
  const sum = sumOf(minutes, first, Math.min(last, view.lastMinute), view.running)
  if (sum.volume === 0) return null
  return {
    timeMs: view.grid.minuteEndMs(last),
    open: price(sum.open),
    high: price(sum.high),
    low: price(sum.low),
    close: price(sum.close),
    // A minute without prints has the close of the previous minute.
    lastClose: first === 0 ? view.closeBefore : price(minutes.close[first - 1] ?? 0),
    volume: sum.volume,
    turnover: security.moneyOf(sum.turnover),
  }
}

interface Sum {
  open: number
  high: number
  low: number
  close: number
  volume: number
  turnover: number
}

/** Minutes `first` to `last` as one bar; the unfinished minute counts up to the state. */
function sumOf(minutes: MinuteBars, first: number, last: number, running: SessionState | null): Sum {
  const sum: Sum = { open: 0, high: 0, low: Number.MAX_SAFE_INTEGER, close: 0, volume: 0, turnover: 0 }
  for (let minute = first; minute <= last; minute++) {
    if (running !== null && minute === running.minute) addRunningMinute(sum, minutes, minute, running)
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

function addRunningMinute(sum: Sum, minutes: MinuteBars, minute: number, running: SessionState): void {
  if (sum.volume === 0) sum.open = minutes.open[minute] ?? 0
  sum.high = Math.max(sum.high, running.minuteHigh)
  sum.low = Math.min(sum.low, running.minuteLow)
  sum.close = running.last
  sum.volume += running.volume - (minute === 0 ? 0 : (minutes.volumeThrough[minute - 1] ?? 0))
  sum.turnover += running.turnover - (minute === 0 ? 0 : (minutes.turnoverThrough[minute - 1] ?? 0))
}
