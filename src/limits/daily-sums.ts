import type { Money } from '../base/money.ts'
import { dateText } from '../base/time/civil-date.ts'
import { firstAtLocal, localMomentOf, type TimeZone } from '../base/time/time-zone.ts'

/**
 * Most days with sums: today, and days that a late release or a clock set back may still need. A day has one sum for
 * each currency of the schema.
 */
const MOST_DAYS = 3

/** The total value of each day's orders, by currency. A day starts at 00:00 on the zone's clocks. */
export class DailySums {
  readonly clock: TimeZone
  readonly #days = new Map<number, Map<string, Money>>()
  /** The span of the last requested day, Unix ms. Nearly all calls need today. */
  #today = { number: 0, fromMs: 0, toMs: 0 }

  constructor(clock: TimeZone) {
    this.clock = clock
  }

  /** `YYYY-MM-DD` of a moment. */
  dayAt(utcMs: number): string {
    return dateText(this.#dayNumberAt(utcMs))
  }

  /** When the next day starts. */
  nextDayMs(utcMs: number): number {
    this.#dayNumberAt(utcMs)
    return this.#today.toMs
  }

  /** The sum of the day of `utcMs`. */
  sumAt(utcMs: number, currency: string): Money {
    return this.#days.get(this.#dayNumberAt(utcMs))?.get(currency) ?? 0n
  }

  /** The sums of the day of `utcMs`, by currency. */
  sumsAt(utcMs: number): ReadonlyMap<string, Money> {
    return this.#days.get(this.#dayNumberAt(utcMs)) ?? new Map()
  }

  /** Adds a value to the day of `utcMs`. */
  add(utcMs: number, currency: string, value: Money): void {
    const number = this.#dayNumberAt(utcMs)
    const sums = this.#days.get(number) ?? this.#startDay(number)
    sums.set(currency, (sums.get(currency) ?? 0n) + value)
  }

  /** Subtracts a value from the day of `utcMs`, to which it was added. */
  takeBack(utcMs: number, currency: string, value: Money): void {
    const sums = this.#days.get(this.#dayNumberAt(utcMs))
    const left = (sums?.get(currency) ?? 0n) - value
    // A past day may have been restored only in part. Its sum is not used, but must not become negative.
    sums?.set(currency, left > 0n ? left : 0n)
  }

  #startDay(number: number): Map<string, Money> {
    const sums = new Map<string, Money>()
    this.#days.set(number, sums)
    if (this.#days.size > MOST_DAYS) this.#days.delete(farthest(this.#days.keys(), number))
    return sums
  }

  #dayNumberAt(utcMs: number): number {
    if (utcMs < this.#today.fromMs || utcMs >= this.#today.toMs) {
      const number = localMomentOf(this.clock, utcMs).epochDay
      this.#today = { number, fromMs: utcMs, toMs: firstAtLocal(this.clock, utcMs, number + 1, 0) }
    }
    return this.#today.number
  }
}

function farthest(days: Iterable<number>, from: number): number {
  let result = from
  for (const day of days) if (Math.abs(day - from) > Math.abs(result - from)) result = day
  return result
}
