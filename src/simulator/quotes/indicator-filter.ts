import { CustomIndicatorField, RehabType, RelativePosition } from '../../../proto/enums.ts'
import { refuse, type C2S, type Refusal } from '../handler.ts'
import { barPeriodOf } from '../market/bar-period.ts'
import type { Bar } from '../market/bar.ts'
import { latestBars } from '../market/bars.ts'
import {
  bollinger,
  closesOf,
  exponentialAverage,
  kdj,
  macd,
  movingAverage,
  relativeStrength,
} from '../market/indicators.ts'
import type { Security } from '../market/security.ts'
import { patternHolds } from './indicator-patterns.ts'

/** Number of bars for indicators: enough for the slowest average, of 250 bars, to become stable. */
export const INDICATOR_BARS = 500

/** OpenD's limit of consecutive periods in a condition. */
const MAX_CONSECUTIVE = 12

type CustomFilter = NonNullable<C2S<'Qot_StockFilter'>['customIndicatorFilterList']>[number]

/** The technical conditions of a stock filter, each as a predicate on a security. */
export function indicatorConditions(
  { customIndicatorFilterList = [], patternFilterList = [] }: C2S<'Qot_StockFilter'>,
  nowMs: number,
): readonly ((security: Security) => boolean)[] | Refusal {
  const conditions: ((security: Security) => boolean)[] = []
  for (const filter of customIndicatorFilterList) {
    const readBars = barReader(filter.klType, nowMs)
    if (readBars === null) return refuse(`unknown kl_type ${filter.klType}`)
    if ((filter.consecutivePeriod ?? 1) > MAX_CONSECUTIVE) return refuse(TOO_LONG)
    if (filter.isNoFilter === false) conditions.push((security) => customHolds(filter, readBars(security)))
  }
  for (const filter of patternFilterList) {
    const readBars = barReader(filter.klType, nowMs)
    if (readBars === null) return refuse(`unknown kl_type ${filter.klType}`)
    const consecutive = filter.consecutivePeriod ?? 1
    if (consecutive > MAX_CONSECUTIVE) return refuse(TOO_LONG)
    if (filter.isNoFilter === false) {
      conditions.push((security) => patternHolds(filter.fieldName, readBars(security), consecutive))
    }
  }
  return conditions
}

/** The latest value of a filter's first indicator, as in the reply. */
export function customIndicatorValue(security: Security, filter: CustomFilter, nowMs: number): number {
  const bars = barReader(filter.klType, nowMs)?.(security) ?? []
  return valuesOf(filter.firstFieldName, filter.firstFieldParaList ?? [], bars, filter.fieldValue ?? 0).at(-1) ?? 0
}

const TOO_LONG = `consecutive_period must be from 1 to ${MAX_CONSECUTIVE}`

/** Reads forward adjusted bars, as in charts. */
function barReader(klType: number, nowMs: number): ((security: Security) => readonly Bar[]) | null {
  const period = barPeriodOf(klType)
  if (period === null) return null
  return (security) =>
    latestBars(security, { period, rehabType: RehabType.Forward, nowMs, isPriceOnly: true }, INDICATOR_BARS)
}

function customHolds(filter: CustomFilter, bars: readonly Bar[]): boolean {
  const fixed = filter.fieldValue ?? 0
  const first = valuesOf(filter.firstFieldName, filter.firstFieldParaList ?? [], bars, fixed)
  const second = valuesOf(filter.secondFieldName, filter.secondFieldParaList ?? [], bars, fixed)
  const consecutive = Math.max(1, filter.consecutivePeriod ?? 1)
  if (bars.length <= consecutive) return false
  for (let at = bars.length - consecutive; at < bars.length; at++) {
    if (!isPlaced(filter.relativePosition, first, second, at)) return false
  }
  return true
}

function isPlaced(position: number, first: readonly number[], second: readonly number[], at: number): boolean {
  const now = (first[at] ?? 0) - (second[at] ?? 0)
  const before = (first[at - 1] ?? 0) - (second[at - 1] ?? 0)
  switch (position) {
    case RelativePosition.More:
      return now > 0
    case RelativePosition.Less:
      return now < 0
    case RelativePosition.CrossUp:
      return now > 0 && before <= 0
    case RelativePosition.CrossDown:
      return now < 0 && before >= 0
    default:
      return false
  }
}

/** Periods of the averages that have their own field. */
const AVERAGES: ReadonlyMap<number, readonly [kind: 'simple' | 'exponential', periods: number]> = new Map([
  [CustomIndicatorField.MA5, ['simple', 5]],
  [CustomIndicatorField.MA10, ['simple', 10]],
  [CustomIndicatorField.MA20, ['simple', 20]],
  [CustomIndicatorField.MA30, ['simple', 30]],
  [CustomIndicatorField.MA60, ['simple', 60]],
  [CustomIndicatorField.MA120, ['simple', 120]],
  [CustomIndicatorField.MA250, ['simple', 250]],
  [CustomIndicatorField.EMA5, ['exponential', 5]],
  [CustomIndicatorField.EMA10, ['exponential', 10]],
  [CustomIndicatorField.EMA20, ['exponential', 20]],
  [CustomIndicatorField.EMA30, ['exponential', 30]],
  [CustomIndicatorField.EMA60, ['exponential', 60]],
  [CustomIndicatorField.EMA120, ['exponential', 120]],
  [CustomIndicatorField.EMA250, ['exponential', 250]],
])

/** The values of an indicator, one per bar, with its usual parameters by default. */
function valuesOf(field: number, given: readonly number[], bars: readonly Bar[], fixed: number): readonly number[] {
  const closes = closesOf(bars)
  const average = AVERAGES.get(field)
  if (average !== undefined) {
    const [kind, periods] = average
    return kind === 'simple' ? movingAverage(closes, periods) : exponentialAverage(closes, periods)
  }
  const para = (at: number, usual: number): number => Math.max(1, given[at] ?? usual)
  switch (field) {
    case CustomIndicatorField.Value:
      return closes.map(() => fixed)
    case CustomIndicatorField.MA:
      return movingAverage(closes, para(0, 5))
    case CustomIndicatorField.EMA:
      return exponentialAverage(closes, para(0, 5))
    case CustomIndicatorField.RSI:
      return relativeStrength(closes, para(0, 12))
    case CustomIndicatorField.KDJ_K:
      return kdj(bars, para(0, 9), para(1, 3), para(2, 3)).k
    case CustomIndicatorField.KDJ_D:
      return kdj(bars, para(0, 9), para(1, 3), para(2, 3)).d
    case CustomIndicatorField.KDJ_J:
      return kdj(bars, para(0, 9), para(1, 3), para(2, 3)).j
    case CustomIndicatorField.MACD_DIFF:
      return macd(closes, para(0, 12), para(1, 26), para(2, 9)).difference
    case CustomIndicatorField.MACD_DEA:
      return macd(closes, para(0, 12), para(1, 26), para(2, 9)).signal
    case CustomIndicatorField.MACD:
      return macd(closes, para(0, 12), para(1, 26), para(2, 9)).histogram
    case CustomIndicatorField.BOLL_UPPER:
      return bollinger(closes, para(0, 20), para(1, 2)).upper
    case CustomIndicatorField.BOLL_MIDDLER:
      return bollinger(closes, para(0, 20), para(1, 2)).middle
    case CustomIndicatorField.BOLL_LOWER:
      return bollinger(closes, para(0, 20), para(1, 2)).lower
    default:
      return closes
  }
}
