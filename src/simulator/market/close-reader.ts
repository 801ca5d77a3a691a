import type { PriceSeries } from './price-series.ts'

/** A recording may have gaps. Older prices than this are not used. */
const MAX_DAYS_BACK = 60

/** Reads closing prices of a series for its derivatives, which nearly always need the same day. */
export class CloseReader {
  readonly #series: PriceSeries
  #dayIndex = Number.NaN
  #price = 1

  constructor(series: PriceSeries) {
    this.#series = series
  }

  /** Close of that day, else of the last earlier day with prints, else of the first day with prints, else 1. */
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
