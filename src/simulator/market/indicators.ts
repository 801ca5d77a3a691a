import type { Bar } from './bar.ts'

/**
 * Technical indicators over bars, oldest first. Each result has one value per bar. The first values are computed from
 * the available bars, so they become stable only after some periods.
 */

/** The closing prices of bars. */
export function closesOf(bars: readonly Bar[]): readonly number[] {
  return bars.map((bar) => bar.close)
}

/** Mean of the last `periods` values. */
export function movingAverage(values: readonly number[], periods: number): readonly number[] {
  let sum = 0
  return values.map((value, at) => {
    sum += value - (at >= periods ? (values[at - periods] ?? 0) : 0)
    return sum / Math.min(at + 1, periods)
  })
}

/** Exponential mean with the weight 2 / (periods + 1) on the newest value. */
export function exponentialAverage(values: readonly number[], periods: number): readonly number[] {
  return smoothed(values, 2 / (periods + 1))
}

/** Relative strength index of J. W. Wilder, 0 to 100, with his smoothing weight of 1 / periods. */
export function relativeStrength(values: readonly number[], periods: number): readonly number[] {
  const changes = values.map((value, at) => value - (values[at - 1] ?? value))
  const gains = smoothed(
    changes.map((change) => Math.max(0, change)),
    1 / periods,
  )
  const moves = smoothed(changes.map(Math.abs), 1 / periods)
  return gains.map((gain, at) => ((moves[at] ?? 0) === 0 ? 50 : (gain / (moves[at] ?? 1)) * 100))
}

/** The three lines of the stochastic oscillator. */
export interface Kdj {
  readonly k: readonly number[]
  readonly d: readonly number[]
  readonly j: readonly number[]
}

/** The stochastic lines K, D and J = 3K - 2D. */
export function kdj(bars: readonly Bar[], periods: number, kPeriods: number, dPeriods: number): Kdj {
  const raw = bars.map((bar, at) => {
    const window = bars.slice(Math.max(0, at - periods + 1), at + 1)
    const high = Math.max(...window.map((one) => one.high))
    const low = Math.min(...window.map((one) => one.low))
    return high === low ? 50 : ((bar.close - low) / (high - low)) * 100
  })
  const k = smoothed(raw, 1 / kPeriods)
  const d = smoothed(k, 1 / dPeriods)
  return { k, d, j: k.map((value, at) => 3 * value - 2 * (d[at] ?? 0)) }
}

export interface Macd {
  /** Fast less slow average (DIF). */
  readonly difference: readonly number[]
  /** Average of the difference (DEA). */
  readonly signal: readonly number[]
  /** Twice the distance between them, as Chinese charts show it. */
  readonly histogram: readonly number[]
}

/** The convergence and divergence of two exponential averages. */
export function macd(values: readonly number[], fast: number, slow: number, signalPeriods: number): Macd {
  const slowLine = exponentialAverage(values, slow)
  const difference = exponentialAverage(values, fast).map((value, at) => value - (slowLine[at] ?? 0))
  const signal = exponentialAverage(difference, signalPeriods)
  return { difference, signal, histogram: difference.map((value, at) => 2 * (value - (signal[at] ?? 0))) }
}

/** The three lines of the Bollinger bands. */
export interface Bollinger {
  readonly upper: readonly number[]
  readonly middle: readonly number[]
  readonly lower: readonly number[]
}

/** Mean and `width` standard deviations around it. */
export function bollinger(values: readonly number[], periods: number, width: number): Bollinger {
  const middle = movingAverage(values, periods)
  const deviation = values.map((_, at) => {
    const window = values.slice(Math.max(0, at - periods + 1), at + 1)
    const mean = middle[at] ?? 0
    return Math.sqrt(window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window.length)
  })
  return {
    upper: middle.map((value, at) => value + width * (deviation[at] ?? 0)),
    middle,
    lower: middle.map((value, at) => value - width * (deviation[at] ?? 0)),
  }
}

/** Exponential mean: each value moves the mean by `weight` times its distance. */
function smoothed(values: readonly number[], weight: number): readonly number[] {
  let mean = values[0] ?? 0
  return values.map((value) => (mean += (value - mean) * weight))
}
