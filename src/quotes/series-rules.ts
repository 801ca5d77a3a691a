import { PushDataType, QotMarket } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { SeriesRules } from './item-series.ts'
import { MOST_ITEMS } from './quote-read.ts'

type KLine = MessageTypes['Qot_Common.KLine']
type TimeShare = MessageTypes['Qot_Common.TimeShare']
type Ticker = MessageTypes['Qot_Common.Ticker']

/**
 * Bars are identified by their time. A series does not continue into a new day: the first bar of a day may come with
 * an adjustment of all earlier bars, and exchanges correct a day's figures after its end.
 */
export const BARS: SeriesRules<KLine> = {
  compare: byTime,
  follows: isSameDay,
  asRead: (bar) => bar,
  most: MOST_ITEMS,
}

/** 20:00. */
const US_NIGHT_SECONDS = 20 * 3600

/** A 24-hour day has 1,440 minutes. A longer series loses its start and is not used for answers. */
const MOST_POINTS = 1_500

/**
 * One point a minute. After a gap, a break between sessions included, the series is read from OpenD. So it is at 20:00,
 * when the US night begins the next trading day without a break.
 */
export const POINTS: SeriesRules<TimeShare> = {
  compare: byTime,
  follows: (last, next) =>
    isSameDay(last, next) && secondsOf(next) - secondsOf(last) <= 60 && secondsOf(last) !== US_NIGHT_SECONDS,
  asRead: (point) => point,
  most: MOST_POINTS,
}

/**
 * Tick sequence numbers have gaps, so a new trading day is detected by the time: a getter's reply starts with the
 * trading day, which may start on the evening before, after a pause. The shortest pause between two trading days of
 * one exchange is 45 minutes (Hong Kong futures).
 */
const LONGEST_PAUSE_SECONDS = 30 * 60

/** The regular session of US securities. Trades outside it are pushed, but not part of every getter's reply. */
const US_REGULAR = { from: '09:30:00', to: '16:00:00' } as const

/** Rules for the ticks of a security in that market (`Qot_Common.QotMarket`). */
export function ticksOf(market: number): SeriesRules<Ticker> {
  return market === QotMarket.US_Security ? US_TICKS : TICKS
}

const TICKS: SeriesRules<Ticker> = {
  compare: (one, other) => (one.sequence < other.sequence ? -1 : one.sequence > other.sequence ? 1 : 0),
  follows: (last, next) => dayOf(last) === dayOf(next) && secondsOf(next) - secondsOf(last) < LONGEST_PAUSE_SECONDS,
  // A getter reads from OpenD's cache, so its reply has this type.
  asRead: (tick) => (tick.pushDataType === undefined ? tick : { ...tick, pushDataType: PushDataType.Cache }),
  most: MOST_ITEMS,
}

const US_TICKS: SeriesRules<Ticker> = {
  ...TICKS,
  follows: (last, next) => isInUsHours(last) && isInUsHours(next) && TICKS.follows(last, next),
}

interface Timed {
  /** `yyyy-MM-dd HH:mm:ss`, optionally with decimals, in the market's time zone. */
  readonly time: string
}

function byTime(one: Timed, other: Timed): number {
  return one.time < other.time ? -1 : one.time > other.time ? 1 : 0
}

/** A minute has the time of its end, so the minute that ends at midnight is the last of the day before. */
function isSameDay(last: Timed, next: Timed): boolean {
  return dayOf(last) === dayOf(next) && secondsOf(last) > 0
}

function dayOf({ time }: Timed): string {
  return time.slice(0, 10)
}

/** Seconds since midnight; NaN for an invalid time, so that no item follows it. */
function secondsOf({ time }: Timed): number {
  const [hours = NaN, minutes = NaN, seconds = NaN] = time.slice(11).split(':').map(Number)
  return (hours * 60 + minutes) * 60 + seconds
}

function isInUsHours({ time }: Timed): boolean {
  const clock = time.slice(11)
  return clock >= US_REGULAR.from && clock <= US_REGULAR.to
}
