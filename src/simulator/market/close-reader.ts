import type { PriceSeries } from './price-series.ts'

/** A recording may have holes; further back than this its prices say nothing any more. */
const MAX_DAYS_BACK = 60

/** Closing prices of a series, as the derivatives on it need them: nearly always of the same day again and again. */
export class CloseReader {
  readonly #series: PriceSeries
  #dayIndex = Number.NaN
  #price = 1

  constructor(series: PriceSeries) {
    this.#series = series
  }

  /** Close of that day, or of the last day before it with prints, or else of the first one; 1 without any. */
  on(dayIndex: number): number {
    const day = Math.max(this.#series.firstDay, dayIndex)
    if (day !== this.#dayIndex) {
      this.#price = this.#closeAtOrBefore(day) ?? this.#closeAtOrBefore(this.#series.firstDay) ?? 1
      this.#dayIndex = day
    }
    return this.#price
  }

  #closeAtOrBefore(dayIndex: number): number | null {
    for (let day = dayIndex; day >= Math.max(this.#series.firstDay, dayIndex - MAX_DAYS_BACK); day--) {
      const bar = this.#series.dayBar(day)
      if (bar !== null) return this.#series.listing.ladder.priceAt(bar.close)
    }
    return null
  }
}
