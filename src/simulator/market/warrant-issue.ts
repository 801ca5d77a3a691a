import { WarrantType } from '../../../proto/enums.ts'
import { optionPrice, optionValue, type OptionValue } from './black-scholes.ts'
import { CloseReader } from './close-reader.ts'
import { DerivedSeries, type Derivation } from './derived-series.ts'
import { mix } from './hash.ts'
import type { Listing } from './listing.ts'
import type { PriceSeries } from './price-series.ts'
import type { VolatilitySurface } from './volatility-surface.ts'
import type { WarrantSlot } from './warrant-slots.ts'

/** Trading days of one issue. After that the next issue gets its code, as at HKEX. */
const LIFE_DAYS = 240

/** Yearly interest, as for options in Hong Kong. */
const RATE = 0.03
/** Time to expiry on the last day: half a day. */
const HALF_DAY = 0.5
const DAYS_PER_YEAR = 365

/** Issuers charge a higher volatility than the option market. */
const VOLATILITY_MARKUP = 1.08

/** Yearly financing cost of a bull or bear contract, as a fraction of its strike. */
const FUNDING_RATE = 0.04

const ISSUE_SIZE = 150_000_000
const AVERAGE_VOLUME = 40_000_000

/** Terms of the issue that has a code on a given day. */
export interface WarrantTerms {
  readonly firstDay: number
  readonly lastDay: number
  readonly strike: number
  /** Price of the underlying at which a bull or bear contract is called; 0 for other warrants. */
  readonly recoveryPrice: number
  /** Number of warrants for one share. */
  readonly conversionRatio: number
  readonly issueSize: number
}

/** One warrant code with all its issues. */
export class WarrantIssue {
  readonly slot: WarrantSlot
  readonly owner: PriceSeries
  readonly #surface: VolatilitySurface
  readonly #phase: number
  readonly #ownerClose: CloseReader
  #terms: WarrantTerms | null = null
  /** Days of the current terms that have been checked to be before the call. */
  #safeThrough = -1
  #calledOn: number | null = null

  constructor(slot: WarrantSlot, owner: PriceSeries, surface: VolatilitySurface) {
    this.slot = slot
    this.owner = owner
    this.#surface = surface
    this.#ownerClose = new CloseReader(owner)
    this.#phase = mix(Number(slot.code), slot.type) % LIFE_DAYS
  }

  get isCall(): boolean {
    return this.slot.type === WarrantType.Buy || this.slot.type === WarrantType.Bull
  }

  get isCallable(): boolean {
    return this.slot.type === WarrantType.Bull || this.slot.type === WarrantType.Bear
  }

  termsOn(dayIndex: number): WarrantTerms {
    const known = this.#terms
    if (known !== null && dayIndex >= known.firstDay && dayIndex <= known.lastDay) return known
    const life = Math.floor((dayIndex + this.#phase) / LIFE_DAYS)
    const firstDay = life * LIFE_DAYS - this.#phase
    const spot = this.#ownerClose.on(firstDay - 1)
    const strike = roundToThreeDigits(spot * this.slot.moneyness)
    const recovery = roundToThreeDigits(strike * (this.slot.type === WarrantType.Bull ? 1.03 : 0.97))
    const terms = {
      firstDay,
      lastDay: firstDay + LIFE_DAYS - 1,
      strike,
      recoveryPrice: this.isCallable ? recovery : 0,
      conversionRatio: 10 ** Math.max(0, Math.round(Math.log10(spot))),
      issueSize: ISSUE_SIZE,
    }
    this.#terms = terms
    this.#safeThrough = firstDay - 1
    this.#calledOn = null
    return terms
  }

  /** Day on which the issue of `dayIndex` was called, if on or before `dayIndex`. */
  calledOn(dayIndex: number): number | null {
    if (!this.isCallable) return null
    const terms = this.termsOn(dayIndex)
    while (this.#calledOn === null && this.#safeThrough < dayIndex) {
      this.#safeThrough++
      const bar = this.owner.dayBar(this.#safeThrough)
      if (bar === null) continue
      const { ladder } = this.owner.listing
      const extreme = ladder.priceAt(this.slot.type === WarrantType.Bull ? bar.low : bar.high)
      const isCalled = this.isCall ? extreme <= terms.recoveryPrice : extreme >= terms.recoveryPrice
      if (isCalled) this.#calledOn = this.#safeThrough
    }
    return this.#calledOn !== null && this.#calledOn <= dayIndex ? this.#calledOn : null
  }

  /** Whether the issue of `dayIndex` was called on an earlier day. It trades until the end of the day of its call. */
  wasCalledBefore(dayIndex: number): boolean {
    const called = dayIndex > this.termsOn(dayIndex).firstDay ? this.calledOn(dayIndex) : null
    return called !== null && called < dayIndex
  }

  /** Price of one warrant at that price of the underlying. */
  priceOn(dayIndex: number, spot: number): number {
    const { strike, conversionRatio } = this.termsOn(dayIndex)
    const years = this.yearsLeft(dayIndex)
    if (this.isCallable) {
      const intrinsic = Math.max(0, this.isCall ? spot - strike : strike - spot)
      return (intrinsic + strike * FUNDING_RATE * years) / conversionRatio
    }
    const inputs = { isCall: this.isCall, spot, strike, years, rate: RATE, volatility: this.volatilityOn(dayIndex) }
    return optionPrice(inputs) / conversionRatio
  }

  /** Greeks per share. */
  valueOn(dayIndex: number, spot: number): OptionValue {
    const { strike } = this.termsOn(dayIndex)
    const years = this.yearsLeft(dayIndex)
    return optionValue({
      isCall: this.isCall,
      spot,
      strike,
      years,
      rate: RATE,
      volatility: this.volatilityOn(dayIndex),
    })
  }

  /** Yearly volatility as a fraction. */
  volatilityOn(dayIndex: number): number {
    const { strike } = this.termsOn(dayIndex)
    const reference = this.#ownerClose.on(dayIndex - 1)
    return this.#surface.volatilityOf(dayIndex, reference, strike, this.yearsLeft(dayIndex)) * VOLATILITY_MARKUP
  }

  yearsLeft(dayIndex: number): number {
    const { calendar } = this.owner.clock
    const { lastDay } = this.termsOn(dayIndex)
    return (calendar.dayAt(lastDay) - calendar.dayAt(dayIndex) + HALF_DAY) / DAYS_PER_YEAR
  }

  seriesOf(seed: number, listing: Listing): PriceSeries {
    const derivation: Derivation = {
      priceOn: (dayIndex, spot) => this.priceOn(dayIndex, spot),
      falls: !this.isCall,
      averageVolumeOn: () => AVERAGE_VOLUME,
      tradesOn: (dayIndex) => !this.wasCalledBefore(dayIndex),
      isBaseOn: () => false,
      firstDayOf: (dayIndex) => this.termsOn(dayIndex).firstDay,
    }
    const { firstDay: first, lastDay: last } = this.owner
    return new DerivedSeries(seed, listing, this.owner, derivation, this.owner.clock, { first: first + 1, last })
  }
}

function roundToThreeDigits(price: number): number {
  const unit = 10 ** (Math.floor(Math.log10(price)) - 2)
  return Number((Math.round(price / unit) * unit).toPrecision(6))
}
