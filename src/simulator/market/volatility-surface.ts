import { ClosePath } from './close-path.ts'

/** Trading days per year, to convert a daily volatility to a yearly one. */
const TRADING_DAYS_PER_YEAR = 250

/** Increase of the volatility per standard deviation that the strike is below the spot, as in equity markets. */
const SKEW = 0.06
const SMILE = 0.03
/** Beyond this many standard deviations the surface is flat. */
const WING_DEVIATIONS = 2.5

/**
 * The implied volatilities of all options on one underlying: one level per day, with a skew, a smile and a mild term
 * structure. They are fixed within a day, so an option's price is a monotonic function of its underlying's price.
 */
export class VolatilitySurface {
  readonly #yearly: number
  readonly #path: ClosePath

  constructor(seed: number, underlying: string, dailyVolatility: number) {
    this.#yearly = dailyVolatility * Math.sqrt(TRADING_DAYS_PER_YEAR)
    this.#path = new ClosePath(seed, `volatility ${underlying}`)
  }

  /** Yearly volatility at the money, as a fraction. */
  levelOn(dayIndex: number): number {
    return this.#yearly * Math.exp(0.025 * this.#path.movesAt(dayIndex))
  }

  /** Yearly volatility as a fraction. `spot` is the day's reference price, `years` the time to expiry. */
  volatilityOf(dayIndex: number, spot: number, strike: number, years: number): number {
    const level = this.levelOn(dayIndex)
    const deviations = Math.log(strike / spot) / (level * Math.sqrt(years + 0.05))
    const x = Math.max(-WING_DEVIATIONS, Math.min(WING_DEVIATIONS, deviations))
    // Long-dated volatility is closer to the long-run mean.
    const pull = 1 / (1 + years)
    const termLevel = this.#yearly + (level - this.#yearly) * pull
    return termLevel * (1 - SKEW * x + SMILE * x * x)
  }
}
