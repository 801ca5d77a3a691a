import type { PriceSeries } from './price-series.ts'

/** Closing prices of a series, as the derivatives on it need them: nearly always of the same day again and again. */
export class CloseReader {
  readonly #series: PriceSeries
  #dayIndex = Number.NaN
  #price = 1

  constructor(series: PriceSeries) {
    this.#series = series
  }

  /** Close of that day, or of the first day for an earlier one; 1 on a day without prints. */
  on(dayIndex: number): number {
    const day = Math.max(this.#series.firstDay, dayIndex)
    if (day !== this.#dayIndex) {
      const bar = this.#series.dayBar(day)
      this.#price = bar === null ? 1 : this.#series.listing.ladder.priceAt(bar.close)
      this.#dayIndex = day
    }
    return this.#price
  }
}
