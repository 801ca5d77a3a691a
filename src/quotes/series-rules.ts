import { PushDataType, QotMarket } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { SeriesRules } from './item-series.ts'
import { MOST_ITEMS } from './quote-read.ts'

type KLine = MessageTypes['Qot_Common.KLine']
type TimeShare = MessageTypes['Qot_Common.TimeShare']
type Ticker = MessageTypes['Qot_Common.Ticker']

/**
 * Bars are told apart by their time. A new day begins anew: its first bar may come with an adjustment of all bars before
 * it, and exchanges correct a day's figures after its end.
 */
export const BARS: SeriesRules<KLine> = {
  compare: byTime,
  follows: isSameDay,
  asRead: (bar) => bar,
  most: MOST_ITEMS,
}

/** A day around the clock has 1,440 minutes; past it the line of a day is not whole any more, and no answer. */
const MOST_POINTS = 1_500

/** One point a minute: after a hole, a break between sessions included, OpenD is asked. */
export const POINTS: SeriesRules<TimeShare> = {
  compare: byTime,
  follows: (last, next) => isSameDay(last, next) && secondsOf(next) - secondsOf(last) <= 60,
  asRead: (point) => point,
  most: MOST_POINTS,
}

/**
 * Ticks have no number without gaps, so what a getter would leave out is told by the time: it begins anew with a trading
 * day, which night sessions start on the evening before, after a pause. 45 minutes is the shortest pause between two
 * trading days of one exchange (Hong Kong's futures).
 */
const LONGEST_PAUSE_SECONDS = 30 * 60

/** The regular session of US securities. What trades before and after is pushed, and not in every getter's answer. */
const US_REGULAR = { from: '09:30:00', to: '16:00:00' } as const

/** Rules for the ticks of a security in that market (`Qot_Common.QotMarket`). */
export function ticksOf(market: number): SeriesRules<Ticker> {
  return market === QotMarket.US_Security ? US_TICKS : TICKS
}

const TICKS: SeriesRules<Ticker> = {
  compare: (one, other) => (one.sequence < other.sequence ? -1 : one.sequence > other.sequence ? 1 : 0),
  follows: (last, next) => dayOf(last) === dayOf(next) && secondsOf(next) - secondsOf(last) < LONGEST_PAUSE_SECONDS,
  // It is read from what OpenD has, however it came.
  asRead: (tick) => (tick.pushDataType === undefined ? tick : { ...tick, pushDataType: PushDataType.Cache }),
  most: MOST_ITEMS,
}

const US_TICKS: SeriesRules<Ticker> = {
  ...TICKS,
  follows: (last, next) => isInUsHours(last) && isInUsHours(next) && TICKS.follows(last, next),
}

interface Timed {
  /** `yyyy-MM-dd HH:mm:ss`, perhaps with decimals, in the market's time zone. */
  readonly time: string
}

function byTime(one: Timed, other: Timed): number {
  return one.time < other.time ? -1 : one.time > other.time ? 1 : 0
}

/** A minute is named by its end, so the one that ends at midnight is the last of the day before. */
function isSameDay(last: Timed, next: Timed): boolean {
  return dayOf(last) === dayOf(next) && secondsOf(last) > 0
}

function dayOf({ time }: Timed): string {
  return time.slice(0, 10)
}

/** Seconds since midnight; NaN for what is no time, which then follows nothing. */
function secondsOf({ time }: Timed): number {
  const [hours = NaN, minutes = NaN, seconds = NaN] = time.slice(11).split(':').map(Number)
  return (hours * 60 + minutes) * 60 + seconds
}

function isInUsHours({ time }: Timed): boolean {
  const clock = time.slice(11)
  return clock >= US_REGULAR.from && clock <= US_REGULAR.to
}
