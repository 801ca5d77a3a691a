import type { Listing } from './listing.ts'
import type { SessionClock } from './session-clock.ts'

/** The sessions of a trading day. Only US stocks and funds have others than the regular one. */
export type SessionName = 'overnight' | 'pre-market' | 'regular' | 'after-market'

/** The complete regular session of a trading day. Prices are rungs of the security's ladder. */
export interface DayBar {
  readonly dayIndex: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Shares or contracts. */
  readonly volume: number
  /** The previous close, adjusted if the day is an ex-date. */
  readonly reference: number
}

/**
 * All minutes of one session as columns. Prices are rungs, volumes shares, turnovers price units times shares (for
 * money, divide by the ladder's `unitsPerPoint` and multiply by the listing's `turnoverMultiplier`). A minute without
 * prints has volume 0 and the price of the previous minute.
 */
export interface MinuteBars {
  readonly dayIndex: number
  readonly session: SessionName
  readonly length: number
  readonly open: Int32Array
  readonly high: Int32Array
  readonly low: Int32Array
  readonly close: Int32Array
  readonly volume: Float64Array
  readonly turnover: Float64Array
  /** Highest and lowest rung, and sums, from the session's start through each minute. */
  readonly highThrough: Int32Array
  readonly lowThrough: Int32Array
  readonly volumeThrough: Float64Array
  readonly turnoverThrough: Float64Array
}

/** The prints of one minute, oldest first, as columns. */
export interface MinuteTicks {
  readonly dayIndex: number
  readonly session: SessionName
  readonly minute: number
  readonly length: number
  readonly timeMs: Float64Array
  /** Rungs. */
  readonly price: Int32Array
  /** Shares or contracts. */
  readonly volume: Float64Array
  /** `Qot_Common.TickerDirection`. */
  readonly direction: Uint8Array
}

/** A print that derivatives of the security follow: its index among the minute's prints, and its price as a rung. */
export interface KeyPrint {
  readonly slot: number
  readonly price: number
}

/**
 * All past and future prices of a security. In every implementation the views are consistent: a day's bar is the sum of
 * its minutes, a minute the sum of its prints.
 */
export interface PriceSeries {
  readonly listing: Listing
  readonly clock: SessionClock
  /** First trading day with prices, and the last. */
  readonly firstDay: number
  readonly lastDay: number
  /** Null on a day without prints. */
  dayBar(dayIndex: number): DayBar | null
  /** Null on a day without prints, and for a session in which the security does not trade. */
  minuteBars(dayIndex: number, session: SessionName): MinuteBars | null
  minuteTicks(dayIndex: number, session: SessionName, minute: number): MinuteTicks
  /** Turnover of a whole day's regular session, as `MinuteBars` count it; 0 on a day without prints. */
  turnoverOn(dayIndex: number): number
  /** The first, highest, lowest and last print of a minute, in time order; fewer if one print is several of them. */
  keyPrints(dayIndex: number, session: SessionName, minute: number): readonly KeyPrint[]
  /** First day of the listing that contains `dayIndex`: earlier the code may have been another security. */
  firstDayOf(dayIndex: number): number
}

/** Columns for `length` minutes. Fill them, then call `sumMinutes`. */
export function emptyMinutes(dayIndex: number, session: SessionName, length: number): MinuteBars {
  return {
    dayIndex,
    session,
    length,
    open: new Int32Array(length),
    high: new Int32Array(length),
    low: new Int32Array(length),
    close: new Int32Array(length),
    volume: new Float64Array(length),
    turnover: new Float64Array(length),
    highThrough: new Int32Array(length),
    lowThrough: new Int32Array(length),
    volumeThrough: new Float64Array(length),
    turnoverThrough: new Float64Array(length),
  }
}

/** Fills the cumulative columns from the minutes. */
export function sumMinutes(bars: MinuteBars): MinuteBars {
  let high = 0
  let low = Number.POSITIVE_INFINITY
  let volume = 0
  let turnover = 0
  for (let minute = 0; minute < bars.length; minute++) {
    const minuteVolume = bars.volume[minute] ?? 0
    if (minuteVolume > 0) {
      high = Math.max(high, bars.high[minute] ?? 0)
      low = Math.min(low, bars.low[minute] ?? 0)
      volume += minuteVolume
      turnover += bars.turnover[minute] ?? 0
    }
    bars.highThrough[minute] = high
    bars.lowThrough[minute] = low === Number.POSITIVE_INFINITY ? 0 : low
    bars.volumeThrough[minute] = volume
    bars.turnoverThrough[minute] = turnover
  }
  return bars
}

/** Columns for `length` prints. */
export function emptyTicks(dayIndex: number, session: SessionName, minute: number, length: number): MinuteTicks {
  return {
    dayIndex,
    session,
    minute,
    length,
    timeMs: new Float64Array(length),
    price: new Int32Array(length),
    volume: new Float64Array(length),
    direction: new Uint8Array(length),
  }
}
