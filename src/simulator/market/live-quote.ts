import type { MinuteBars, MinuteTicks, PriceSeries, SessionName } from './price-series.ts'
import { gridOf } from './session-clock.ts'
import type { SessionGrid } from './session-grid.ts'

/** The state of a session after its latest print. Prices are rungs, turnover is price units times shares. */
export interface SessionState {
  readonly dayIndex: number
  readonly minute: number
  /** Index of the latest print among the prints of its minute. */
  readonly slot: number
  readonly timeMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly last: number
  /** Highest and lowest print of the current minute so far. */
  readonly minuteHigh: number
  readonly minuteLow: number
  /** Shares or contracts since the session's start. */
  readonly volume: number
  readonly turnover: number
  /** `Qot_Common.TickerDirection` of the latest print. */
  readonly direction: number
  /** Increases with every print of the security, across days; below 2 ** 53. */
  readonly sequence: number
}

const MS_PER_DAY = 86_400_000

/** How many days to search back for prints: a recording may have gaps, and a called warrant pauses for months. */
const MAX_DAYS_BACK = 260

/**
 * Follows one session of a security through time. Moving forward costs a few comparisons per print; any other time is
 * computed from scratch. An unchanged state is the same object, so `===` detects whether the security traded.
 */
export class LiveQuote {
  readonly #series: PriceSeries
  readonly #session: SessionName
  #state: SessionState | null = null
  /** The state is valid from its print until this time. */
  #untilMs = Number.NEGATIVE_INFINITY

  constructor(series: PriceSeries, session: SessionName) {
    this.#series = series
    this.#session = session
  }

  /** State after the latest print at or before `nowMs`; null before the first print. */
  at(nowMs: number): SessionState | null {
    const known = this.#state
    if (known !== null && nowMs >= known.timeMs && nowMs < this.#untilMs) return known
    const found = this.#find(nowMs)
    if (found === null) return null
    const isSame = known !== null && known.sequence === found.sequence
    this.#state = isSame ? known : found
    this.#untilMs = Math.max(nowMs + 1, this.#nextPrintMs(found, nowMs))
    return this.#state
  }

  /** Time of the next print after `nowMs`, or an earlier time at which to ask again. */
  nextChangeMs(nowMs: number): number {
    return this.at(nowMs) === null ? this.#firstPrintMs(nowMs) : this.#untilMs
  }

  /** Time of the first print of all, or an earlier time at which to ask again. */
  #firstPrintMs(nowMs: number): number {
    const askAgainMs = nowMs + 60_000
    const { firstDay, lastDay } = this.#series
    for (let dayIndex = firstDay; dayIndex <= Math.min(lastDay, firstDay + MAX_DAYS_BACK); dayIndex++) {
      const grid = this.#grid(dayIndex)
      if (grid !== null && grid.startMs > askAgainMs) break
      const bars = grid === null ? null : this.#series.minuteBars(dayIndex, this.#session)
      const firstMs = bars === null ? null : this.#firstPrintOf(bars)
      if (firstMs === null) continue
      // A warrant that has paused for long has earlier prints that do not count any more.
      return firstMs > nowMs ? Math.min(firstMs, askAgainMs) : askAgainMs
    }
    return askAgainMs
  }

  /** Time of the first print of a session; null when it has none. */
  #firstPrintOf({ dayIndex, volume }: MinuteBars): number | null {
    const minute = volume.findIndex((shares) => shares > 0)
    return minute < 0 ? null : (this.#series.minuteTicks(dayIndex, this.#session, minute).timeMs[0] ?? null)
  }

  #find(nowMs: number): SessionState | null {
    let dayIndex = Math.min(this.#dayAt(nowMs), this.#series.lastDay)
    for (let back = 0; back <= MAX_DAYS_BACK && dayIndex >= this.#series.firstDay; back++, dayIndex--) {
      const state = this.#findOn(dayIndex, nowMs)
      if (state !== null) return state
    }
    return null
  }

  #findOn(dayIndex: number, nowMs: number): SessionState | null {
    const grid = this.#grid(dayIndex)
    const bars = grid === null ? null : this.#series.minuteBars(dayIndex, this.#session)
    if (grid === null || bars === null) return null
    for (let minute = grid.minuteAt(nowMs); minute >= 0; minute--) {
      if ((bars.volume[minute] ?? 0) === 0) continue
      const ticks = this.#series.minuteTicks(dayIndex, this.#session, minute)
      const slot = lastSlotAt(ticks, nowMs)
      if (slot < 0) continue
      const before = minute - 1
      const hasBefore = before >= 0 && (bars.volumeThrough[before] ?? 0) > 0
      let minuteHigh = 0
      let minuteLow = Number.MAX_SAFE_INTEGER
      let volume = hasBefore ? (bars.volumeThrough[before] ?? 0) : 0
      let turnover = hasBefore ? (bars.turnoverThrough[before] ?? 0) : 0
      const { ladder } = this.#series.listing
      for (let at = 0; at <= slot; at++) {
        const price = ticks.price[at] ?? 0
        const printVolume = ticks.volume[at] ?? 0
        if (price > minuteHigh) minuteHigh = price
        if (price < minuteLow) minuteLow = price
        volume += printVolume
        turnover += ladder.unitsAt(price) * printVolume
      }
      return {
        dayIndex,
        minute,
        slot,
        timeMs: ticks.timeMs[slot] ?? 0,
        open: openOf(bars, minute, ticks),
        high: hasBefore ? Math.max(minuteHigh, bars.highThrough[before] ?? 0) : minuteHigh,
        low: hasBefore ? Math.min(minuteLow, bars.lowThrough[before] ?? 0) : minuteLow,
        minuteHigh,
        minuteLow,
        last: ticks.price[slot] ?? 0,
        volume,
        turnover,
        direction: ticks.direction[slot] ?? 0,
        sequence: sequenceOf(dayIndex, this.#session, minute, slot),
      }
    }
    return null
  }

  #nextPrintMs(state: SessionState, nowMs: number): number {
    const { dayIndex, minute, slot } = state
    const nextInMinute = this.#series.minuteTicks(dayIndex, this.#session, minute).timeMs[slot + 1]
    if (nextInMinute !== undefined) return nextInMinute
    const bars = this.#series.minuteBars(dayIndex, this.#session)
    for (let later = minute + 1; later < (bars?.length ?? 0); later++) {
      if ((bars?.volume[later] ?? 0) === 0) continue
      const first = this.#series.minuteTicks(dayIndex, this.#session, later).timeMs[0]
      if (first !== undefined) return first
    }
    return this.#firstPrintTodayMs(dayIndex, nowMs) ?? this.#series.clock.nextOpenMs(nowMs) ?? nowMs + MS_PER_DAY
  }

  /** The first print of today's session that is still to come, when the latest print is of an earlier day. */
  #firstPrintTodayMs(lastPrintDay: number, nowMs: number): number | null {
    const today = this.#dayAt(nowMs)
    const bars = today > lastPrintDay ? this.#series.minuteBars(today, this.#session) : null
    const firstMs = bars === null ? null : this.#firstPrintOf(bars)
    return firstMs !== null && firstMs > nowMs ? firstMs : null
  }

  #dayAt(nowMs: number): number {
    const { clock } = this.#series
    const comesFirst = this.#session === 'overnight' || this.#session === 'pre-market'
    return comesFirst ? clock.tradingDayAt(nowMs) : clock.dayIndexAt(nowMs)
  }

  #grid(dayIndex: number): SessionGrid | null {
    return gridOf(this.#series.clock.sessionsOf(dayIndex), this.#session)
  }
}

const SESSION_ORDER = { overnight: 0, 'pre-market': 1, regular: 2, 'after-market': 3 } as const

/** Day, session, minute and slot in one number: 14, 2, 11 and 14 bits, so it stays an exact double. */
export function sequenceOf(dayIndex: number, session: SessionName, minute: number, slot: number): number {
  return ((dayIndex * 4 + SESSION_ORDER[session]) * 2048 + minute) * 16_384 + slot
}

/** The first print of the session, which is in its first minute, except in a recording that starts later. */
function openOf(bars: MinuteBars, minute: number, ticks: MinuteTicks): number {
  for (let first = 0; first < minute; first++) if ((bars.volume[first] ?? 0) > 0) return bars.open[first] ?? 0
  return ticks.price[0] ?? 0
}

function lastSlotAt(ticks: MinuteTicks, nowMs: number): number {
  let low = 0
  let high = ticks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ticks.timeMs[middle] ?? 0) <= nowMs) low = middle + 1
    else high = middle
  }
  return low - 1
}
