import { PatternField } from '../../../proto/enums.ts'
import type { Bar } from '../market/bar.ts'
import {
  bollinger,
  closesOf,
  exponentialAverage,
  kdj,
  macd,
  movingAverage,
  relativeStrength,
} from '../market/indicators.ts'

/** Periods of the averages that an alignment compares, fastest first. */
const ALIGNED_PERIODS = [5, 10, 20, 30, 60] as const

/** Thresholds below and above which a cross is low or high. */
const LOW_ZONE = 30
const HIGH_ZONE = 70

/** Number of previous bars with whose extreme a divergence compares. */
const DIVERGENCE_BARS = 30

/** Tests the pattern at the bar with index `at`. */
type Test = (at: number) => boolean

/** Whether each of the last `consecutive` bars has the pattern of a `Qot_StockFilter.PatternField`. */
export function patternHolds(field: number, bars: readonly Bar[], consecutive: number): boolean {
  const test = testOf(field, bars)
  if (test === null || bars.length <= Math.max(consecutive, DIVERGENCE_BARS)) return false
  for (let at = bars.length - Math.max(1, consecutive); at < bars.length; at++) if (!test(at)) return false
  return true
}

function testOf(field: number, bars: readonly Bar[]): Test | null {
  const closes = closesOf(bars)
  switch (field) {
    case PatternField.MAAlignmentLong:
      return aligned(closes, movingAverage, 1)
    case PatternField.MAAlignmentShort:
      return aligned(closes, movingAverage, -1)
    case PatternField.EMAAlignmentLong:
      return aligned(closes, exponentialAverage, 1)
    case PatternField.EMAAlignmentShort:
      return aligned(closes, exponentialAverage, -1)
    case PatternField.RSIGoldCrossLow:
      return crosses(relativeStrength(closes, 6), relativeStrength(closes, 12), 1, (value) => value < LOW_ZONE)
    case PatternField.RSIDeathCrossHigh:
      return crosses(relativeStrength(closes, 6), relativeStrength(closes, 12), -1, (value) => value > HIGH_ZONE)
    case PatternField.RSITopDivergence:
      return diverges(closes, relativeStrength(closes, 12), 1)
    case PatternField.RSIBottomDivergence:
      return diverges(closes, relativeStrength(closes, 12), -1)
    default:
      return laterTestOf(field, bars, closes)
  }
}

function laterTestOf(field: number, bars: readonly Bar[], closes: readonly number[]): Test | null {
  const { k, d } = kdj(bars, 9, 3, 3)
  const { difference, signal } = macd(closes, 12, 26, 9)
  const { upper, middle, lower } = bollinger(closes, 20, 2)
  switch (field) {
    case PatternField.KDJGoldCrossLow:
      return crosses(k, d, 1, (value) => value < LOW_ZONE)
    case PatternField.KDJDeathCrossHigh:
      return crosses(k, d, -1, (value) => value > HIGH_ZONE)
    case PatternField.KDJTopDivergence:
      return diverges(closes, k, 1)
    case PatternField.KDJBottomDivergence:
      return diverges(closes, k, -1)
    case PatternField.MACDGoldCrossLow:
      return crosses(difference, signal, 1, (value) => value < 0)
    case PatternField.MACDDeathCrossHigh:
      return crosses(difference, signal, -1, (value) => value > 0)
    case PatternField.MACDTopDivergence:
      return diverges(closes, difference, 1)
    case PatternField.MACDBottomDivergence:
      return diverges(closes, difference, -1)
    case PatternField.BOLLBreakUpper:
      return crosses(closes, upper, 1, () => true)
    case PatternField.BOLLLower:
      return crosses(closes, lower, -1, () => true)
    case PatternField.BOLLCrossMiddleUp:
      return crosses(closes, middle, 1, () => true)
    case PatternField.BOLLCrossMiddleDown:
      return crosses(closes, middle, -1, () => true)
    default:
      return null
  }
}

/** Whether every faster average is above (`sign` 1) or below (-1) the next slower one. */
function aligned(
  closes: readonly number[],
  average: (values: readonly number[], periods: number) => readonly number[],
  sign: number,
): Test {
  const lines = ALIGNED_PERIODS.map((periods) => average(closes, periods))
  return (at) =>
    lines.every((line, order) => order === 0 || sign * ((lines[order - 1]?.[at] ?? 0) - (line[at] ?? 0)) > 0)
}

/** Whether the first line crosses the second upwards (`sign` 1) or downwards (-1), in the zone. */
function crosses(
  first: readonly number[],
  second: readonly number[],
  sign: number,
  isInZone: (value: number) => boolean,
): Test {
  return (at) => {
    const now = sign * ((first[at] ?? 0) - (second[at] ?? 0))
    const before = sign * ((first[at - 1] ?? 0) - (second[at - 1] ?? 0))
    return now > 0 && before <= 0 && isInZone(first[at] ?? 0)
  }
}

/** Whether the price exceeds its extreme of the previous bars and the indicator does not. */
function diverges(closes: readonly number[], indicator: readonly number[], sign: number): Test {
  return (at) => {
    let extreme = at - 1
    for (let before = at - DIVERGENCE_BARS; before < at; before++) {
      if (sign * ((closes[before] ?? 0) - (closes[extreme] ?? 0)) > 0) extreme = before
    }
    const isBeyond = sign * ((closes[at] ?? 0) - (closes[extreme] ?? 0)) > 0
    return isBeyond && sign * ((indicator[at] ?? 0) - (indicator[extreme] ?? 0)) < 0
  }
}
