import type { Noise } from './hash.ts'
import type { MinuteBars, SessionName } from './price-series.ts'

/** The totals of the minutes of a session. Prices are rungs, volume is in lots. */
export interface SessionTotals {
  readonly dayIndex: number
  readonly session: SessionName
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly lots: number
}

/** Least lots of a minute: one for each of its opening, highest, lowest and closing print. */
export const MIN_LOTS_PER_MINUTE = 4

/**
 * Splits a session into minutes that match its totals exactly: the open of the first minute, the close of the last, the
 * high, the low and the sum of the lots. Between these points the closes are a random bridge. Fills the prices and, in
 * lots, the volumes of `bars`.
 */
export function walkMinutes(totals: SessionTotals, bars: MinuteBars, noise: Noise): void {
  walkPrices(bars, totals, noise)
  shareLots(bars, totals.lots, noise)
}

function walkPrices(bars: MinuteBars, totals: SessionTotals, noise: Noise): void {
  const { open, high, low, close } = totals
  const { length } = bars
  const range = high - low
  const highMinute = noise.below(length)
  const lowMinute = noise.below(length)
  // A free walk of n steps of size 1 spans about 1.6 times the root of n. The noise below has the size 0.41, which a
  // factor of 2.4 would compensate. The bridge is also pulled to its milestones, so the factor is lower.
  const step = (range / (1.6 * Math.sqrt(length))) * 1.7
  const wick = Math.max(1, Math.round(step))

  let level = open
  let target = close
  let targetMinute = -1
  let previousClose = open
  for (let minute = 0; minute < length; minute++) {
    if (minute > targetMinute) {
      targetMinute = nextMilestone(minute, highMinute, lowMinute, length - 1)
      target = close
      if (targetMinute < length - 1) {
        const inset = noise.below(1 + (range >> 4))
        target = targetMinute === highMinute ? high - inset : low + inset
      }
    }
    const left = targetMinute - minute + 1
    level += (target - level) / left + noise.triangle() * step * Math.sqrt((left - 1) / left)
    level = level > high ? 2 * high - level : level < low ? 2 * low - level : level
    const minuteClose = minute === length - 1 ? close : clamp(Math.round(level), low, high)
    const minuteOpen = minute === 0 ? open : clamp(previousClose + noise.below(3) - 1, low, high)
    const top = Math.max(minuteOpen, minuteClose)
    const bottom = Math.min(minuteOpen, minuteClose)
    bars.open[minute] = minuteOpen
    bars.close[minute] = minuteClose
    bars.high[minute] = minute === highMinute ? high : Math.min(high, top + noise.below(wick + 1))
    bars.low[minute] = minute === lowMinute ? low : Math.max(low, bottom - noise.below(wick + 1))
    previousClose = minuteClose
  }
}

/** The first of the three milestones that is not past. */
function nextMilestone(minute: number, first: number, second: number, last: number): number {
  let next = last
  if (first >= minute && first < next) next = first
  if (second >= minute && second < next) next = second
  return next
}

/** Puts more volume at both ends of the session than in its middle; every minute gets at least the minimum. */
function shareLots(bars: MinuteBars, lots: number, noise: Noise): void {
  const { length, volume } = bars
  let weights = 0
  for (let minute = 0; minute < length; minute++) {
    const fromMiddle = (2 * minute) / length - 1
    const weight = (0.5 + fromMiddle * fromMiddle) * (0.3 + noise.unit() * noise.unit() * 2.8)
    volume[minute] = weight
    weights += weight
  }
  const free = lots - MIN_LOTS_PER_MINUTE * length
  let weightsSoFar = 0
  let given = 0
  for (let minute = 0; minute < length; minute++) {
    weightsSoFar += volume[minute] ?? 0
    const due = minute === length - 1 ? free : Math.floor((free * weightsSoFar) / weights)
    volume[minute] = MIN_LOTS_PER_MINUTE + due - given
    given = due
  }
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value
}
