import { TickerDirection } from '../../../proto/enums.ts'
import { hashText, mix, Noise, triangleOf } from './hash.ts'
import type { Listing } from './listing.ts'
import { emptyMinutes, emptyTicks, sumMinutes } from './price-series.ts'
import type { DayBar, KeyPrint, MinuteBars, MinuteTicks, PriceSeries, SessionName } from './price-series.ts'
import type { SessionClock } from './session-clock.ts'

/** How a security's price derives from another security's price. */
export interface Derivation {
  /** Price of the derived security for a base price; within one day monotonic in the base price. */
  priceOn(dayIndex: number, basePrice: number): number
  /** Whether the price falls when the base rises. */
  readonly falls: boolean
  /** Average volume, in contracts or shares, of a day like this one. */
  averageVolumeOn(dayIndex: number): number
  /** False on days without trading, such as for a warrant after its call. */
  tradesOn(dayIndex: number): boolean
  /** Whether the derived security equals the base on that day (a futures contract while it is the main contract). */
  isBaseOn(dayIndex: number): boolean
  /** First day of the listing that contains `dayIndex`. */
  firstDayOf(dayIndex: number): number
}

/** The first, highest, lowest and last print of a minute. */
const MAX_KEY_PRINTS = 4

/** A day has a rung table only if its base moves at most this many rungs (16 kB). Indexes move further. */
const MAX_TABLE_RUNGS = 4096

/**
 * The prices of an option, a warrant or a futures contract, derived from its underlying's prices. It prints at the
 * first, highest, lowest and last print of each minute of its underlying. So all derivatives of one underlying print
 * together, and their prices are always consistent, up to the rounding of their ladders.
 */
export class DerivedSeries implements PriceSeries {
  readonly listing: Listing
  readonly clock: SessionClock
  readonly firstDay: number
  readonly lastDay: number
  readonly #base: PriceSeries
  readonly #derivation: Derivation
  readonly #hash: number
  #cachedBars: MinuteBars | null = null
  #cachedTicks: MinuteTicks | null = null

  constructor(
    seed: number,
    listing: Listing,
    base: PriceSeries,
    derivation: Derivation,
    clock: SessionClock,
    days: { readonly first: number; readonly last: number },
  ) {
    const { market, code } = listing.instrument
    this.listing = listing
    this.clock = clock
    this.firstDay = Math.max(days.first, base.firstDay)
    this.lastDay = Math.min(days.last, base.lastDay)
    this.#base = base
    this.#derivation = derivation
    this.#hash = hashText(seed, `${market}.${code}`)
  }

  firstDayOf(dayIndex: number): number {
    return Math.max(this.firstDay, this.#derivation.firstDayOf(dayIndex))
  }

  dayBar(dayIndex: number): DayBar | null {
    if (!this.#tradesOn(dayIndex)) return null
    const base = this.#base.dayBar(dayIndex)
    if (base === null || this.#derivation.isBaseOn(dayIndex)) return base
    const [top, bottom] = this.#derivation.falls ? [base.low, base.high] : [base.high, base.low]
    return {
      dayIndex,
      open: this.#rungOn(dayIndex, base.open),
      high: this.#rungOn(dayIndex, top),
      low: this.#rungOn(dayIndex, bottom),
      close: this.#rungOn(dayIndex, base.close),
      volume: this.#lotsOn(dayIndex) * this.listing.instrument.lotSize,
      reference: this.#rungOn(
        Math.max(this.firstDay, dayIndex - 1),
        this.#base.dayBar(dayIndex - 1)?.close ?? base.open,
      ),
    }
  }

  minuteBars(dayIndex: number, session: SessionName): MinuteBars | null {
    if (session !== 'regular' || !this.#tradesOn(dayIndex)) return null
    if (this.#derivation.isBaseOn(dayIndex)) return this.#base.minuteBars(dayIndex, session)
    if (this.#cachedBars?.dayIndex === dayIndex) return this.#cachedBars
    const base = this.#base.minuteBars(dayIndex, session)
    if (base === null) return null
    this.#cachedBars = this.#map(base)
    return this.#cachedBars
  }

  turnoverOn(dayIndex: number): number {
    const bars = this.minuteBars(dayIndex, 'regular')
    return bars?.turnoverThrough[bars.length - 1] ?? 0
  }

  keyPrints(dayIndex: number, session: SessionName, minute: number): readonly KeyPrint[] {
    return this.#base
      .keyPrints(dayIndex, session, minute)
      .map(({ slot, price }) => ({ slot, price: this.#rungOn(dayIndex, price) }))
  }

  minuteTicks(dayIndex: number, session: SessionName, minute: number): MinuteTicks {
    if (this.#derivation.isBaseOn(dayIndex)) return this.#base.minuteTicks(dayIndex, session, minute)
    const cached = this.#cachedTicks
    if (cached !== null && cached.minute === minute && cached.dayIndex === dayIndex) return cached
    const bars = this.minuteBars(dayIndex, session)
    const base = this.#base.minuteTicks(dayIndex, session, minute)
    const prints = this.#base.keyPrints(dayIndex, session, minute)
    const ticks = emptyTicks(dayIndex, session, minute, prints.length)
    const { lotSize } = this.listing.instrument
    const lots = shareOfPrints((bars?.volume[minute] ?? 0) / lotSize, prints.length, this.#minuteHash(dayIndex, minute))
    prints.forEach(({ slot, price }, at) => {
      ticks.timeMs[at] = base.timeMs[slot] ?? 0
      ticks.direction[at] = this.#directionOf(base.direction[slot] ?? 0)
      ticks.price[at] = this.#rungOn(dayIndex, price)
      ticks.volume[at] = (lots[at] ?? 0) * lotSize
    })
    this.#cachedTicks = ticks
    return ticks
  }

  /** A print that buys the underlying buys its calls and sells its puts. */
  #directionOf(baseDirection: number): number {
    const isSided = baseDirection === TickerDirection.Bid || baseDirection === TickerDirection.Ask
    return this.#derivation.falls && isSided ? TickerDirection.Bid + TickerDirection.Ask - baseDirection : baseDirection
  }

  #map(base: MinuteBars): MinuteBars {
    const { dayIndex } = base
    const { lotSize } = this.listing.instrument
    const { ladder } = this.listing
    const bars = emptyMinutes(dayIndex, 'regular', base.length)
    const rungOf = this.#table(dayIndex, base)
    const [top, bottom] = this.#derivation.falls ? [base.low, base.high] : [base.high, base.low]
    const minuteLots = this.#shareDay(dayIndex, base)
    for (let minute = 0; minute < base.length; minute++) {
      bars.open[minute] = rungOf(base.open[minute] ?? 0)
      bars.high[minute] = rungOf(top[minute] ?? 0)
      bars.low[minute] = rungOf(bottom[minute] ?? 0)
      bars.close[minute] = rungOf(base.close[minute] ?? 0)
      const lots = minuteLots[minute] ?? 0
      if (lots === 0) continue
      const prints = this.#base.keyPrints(dayIndex, 'regular', minute)
      const shares = shareOfPrints(lots, prints.length, this.#minuteHash(dayIndex, minute))
      let turnover = 0
      prints.forEach(({ price }, at) => (turnover += ladder.unitsAt(rungOf(price)) * (shares[at] ?? 0)))
      bars.volume[minute] = lots * lotSize
      bars.turnover[minute] = turnover * lotSize
    }
    return sumMinutes(bars)
  }

  #tradesOn(dayIndex: number): boolean {
    return dayIndex >= this.firstDay && dayIndex <= this.lastDay && this.#derivation.tradesOn(dayIndex)
  }

  #rungOn(dayIndex: number, baseRung: number): number {
    const price = this.#derivation.priceOn(dayIndex, this.#base.listing.ladder.priceAt(baseRung))
    return this.listing.ladder.nearestRung(price)
  }

  #minuteHash(dayIndex: number, minute: number): number {
    return mix(mix(this.#hash, dayIndex), minute)
  }

  /** Lots of a whole day, at least enough for every print of every minute. */
  #lotsOn(dayIndex: number): number {
    const factor = Math.exp(0.8 * triangleOf(mix(this.#hash, dayIndex)))
    const lots = Math.round((this.#derivation.averageVolumeOn(dayIndex) * factor) / this.listing.instrument.lotSize)
    // On an exchange that never closes, the longest day has sixty more minutes.
    return Math.max(lots, (this.clock.regularMinutes(dayIndex) + 60) * MAX_KEY_PRINTS)
  }

  /** Lots of each minute, in proportion to the underlying's volume; 0 while it does not trade. */
  #shareDay(dayIndex: number, base: MinuteBars): Float64Array {
    const lots = new Float64Array(base.length)
    const noise = new Noise(mix(this.#hash, ~dayIndex))
    let weights = 0
    let trading = 0
    for (let minute = 0; minute < base.length; minute++) {
      const volume = base.volume[minute] ?? 0
      if (volume > 0) trading++
      const weight = volume * (0.5 + noise.unit())
      lots[minute] = weight
      weights += weight
    }
    const free = this.#lotsOn(dayIndex) - trading * MAX_KEY_PRINTS
    let weightsSoFar = 0
    let given = 0
    for (let minute = 0; minute < base.length; minute++) {
      const weight = lots[minute] ?? 0
      if (weight === 0) continue
      weightsSoFar += weight
      trading--
      const due = trading === 0 ? free : Math.floor((free * weightsSoFar) / weights)
      lots[minute] = MAX_KEY_PRINTS + due - given
      given = due
    }
    return lots
  }

  /** `#rungOn` for the rungs of one day, each computed once. */
  #table(dayIndex: number, base: MinuteBars): (baseRung: number) => number {
    const low = base.lowThrough[base.length - 1] ?? 0
    const high = base.highThrough[base.length - 1] ?? 0
    if (high - low > MAX_TABLE_RUNGS) return (rung) => this.#rungOn(dayIndex, rung)
    const table = new Int32Array(high - low + 1)
    return (rung) => {
      let image = table[rung - low] ?? 0
      if (image === 0) {
        image = this.#rungOn(dayIndex, rung)
        table[rung - low] = image
      }
      return image
    }
  }
}

/** Splits a minute's lots over its prints, at least one lot each. `lots` is at least `prints`. */
function shareOfPrints(lots: number, prints: number, hash: number): readonly number[] {
  const shares: number[] = []
  let left = lots - prints
  for (let print = 0; print < prints - 1; print++) {
    const share = Math.floor((left * ((hash >>> (8 * print)) & 0xff)) / 512)
    shares.push(1 + share)
    left -= share
  }
  shares.push(1 + left)
  return shares
}
