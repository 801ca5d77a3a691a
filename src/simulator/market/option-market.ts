import { Currency, ExchType, QotMarket, SecurityType } from '../../../proto/enums.ts'
import { optionPrice, optionValue, type OptionInputs, type OptionValue } from './black-scholes.ts'
import { civilDateOf } from '../../base/time/civil-date.ts'
import { CloseReader } from './close-reader.ts'
import { DerivedSeries, type Derivation } from './derived-series.ts'
import type { Listing } from './listing.ts'
import { optionCode, type OptionClass, type OptionTerms } from './option-class.ts'
import { expiryOn, listedExpiries, type OptionExpiry } from './option-expiry.ts'
import type { PriceSeries } from './price-series.ts'
import { sessionClock } from './session-clock.ts'
import { US_REGULAR_ONLY } from './session-plan.ts'
import { VolatilitySurface } from './volatility-surface.ts'

/** Yearly interest: about the level of HIBOR and of US Treasury bills in 2026. */
const HK_RATE = 0.03
const US_RATE = 0.04

/** Time to expiry on the last day: half a day, so that the option has some time value until it is settled. */
const HALF_DAY = 0.5
const DAYS_PER_YEAR = 365

/** Distance of strikes as a part of the price, before rounding to a round step. */
const STRIKE_STEP_SHARE = 0.014
const STRIKE_STEPS = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 200, 500, 1000]

/** Contracts per day at the money in the nearest months; other options trade less. */
const TYPICAL_VOLUME = 9000

/** The options on one underlying: expiries, strikes, prices and greeks, from one volatility surface. */
export class OptionMarket {
  readonly optionClass: OptionClass
  readonly owner: PriceSeries
  readonly #seed: number
  readonly #surface: VolatilitySurface
  readonly #rate: number
  readonly #close: CloseReader

  constructor(seed: number, optionClass: OptionClass, owner: PriceSeries) {
    this.optionClass = optionClass
    this.owner = owner
    this.#seed = seed
    this.#close = new CloseReader(owner)
    this.#rate = optionClass.market === QotMarket.US_Security ? US_RATE : HK_RATE
    const daily = owner.listing.process?.dailyVolatility ?? 0.015
    this.#surface = new VolatilitySurface(seed, `${optionClass.market}.${optionClass.ownerCode}`, daily)
  }

  /** The volatility surface of the underlying. */
  get surface(): VolatilitySurface {
    return this.#surface
  }

  /** Expiries listed on a trading day, nearest first. */
  expiriesOn(dayIndex: number): readonly OptionExpiry[] {
    const { calendar } = this.owner.clock
    return listedExpiries(this.optionClass, calendar, calendar.dayAt(dayIndex))
  }

  /** The strikes of an expiry, ascending. They are set on its listing day and do not change. */
  strikesOf(expiry: OptionExpiry): readonly number[] {
    const { calendar } = this.owner.clock
    const center = this.#close.on(calendar.indexAtOrBefore(expiry.listedOn))
    const step = STRIKE_STEPS.find((one) => one >= center * STRIKE_STEP_SHARE) ?? 1000
    const lowest = Math.max(1, Math.ceil((center * (1 - expiry.strikeReach)) / step))
    const highest = Math.floor((center * (1 + expiry.strikeReach)) / step)
    return Array.from({ length: highest - lowest + 1 }, (_, at) => (lowest + at) * step)
  }

  /** All options listed on a trading day, by expiry, then strike, call before put. */
  *termsOn(dayIndex: number): Iterable<OptionTerms> {
    for (const expiry of this.expiriesOn(dayIndex)) {
      for (const strike of this.strikesOf(expiry)) {
        for (const isCall of [true, false]) {
          yield { optionClass: this.optionClass, expiryDay: expiry.expiryDay, isCall, strike }
        }
      }
    }
  }

  /** Whether the exchange ever listed that option. */
  isListed({ expiryDay, strike }: OptionTerms): boolean {
    const expiry = expiryOn(this.optionClass, this.owner.clock.calendar, expiryDay)
    return expiry !== null && this.strikesOf(expiry).includes(strike)
  }

  listingOf(terms: OptionTerms): Listing {
    const { optionClass } = this
    const isUs = optionClass.market === QotMarket.US_Security
    return {
      instrument: {
        market: optionClass.market,
        code: optionCode(terms),
        name: this.#nameOf(terms),
        kind: 'option',
        lotSize: 1,
        currency: isUs ? Currency.USD : Currency.HKD,
        contractMultiplier: optionClass.contractSize,
        underlyingCode: optionClass.ownerCode,
      },
      plan: isUs ? US_REGULAR_ONLY : this.owner.listing.plan,
      ladder: optionClass.ladder,
      securityType: SecurityType.Drvt,
      exchange: isUs ? ExchType.US_Option : ExchType.HK_HKEX,
      listedOn: this.#expiryOf(terms).listedOn,
      dailyLimit: null,
      spreadRungs: 2,
      turnoverMultiplier: optionClass.contractSize,
      process: null,
      follows: null,
      fundamentals: null,
    }
  }

  seriesOf(terms: OptionTerms, listing: Listing): PriceSeries {
    const { calendar } = this.owner.clock
    const first = calendar.indexAtOrAfter(listing.listedOn)
    const derivation: Derivation = {
      priceOn: (dayIndex, spot) => optionPrice(this.#inputs(terms, dayIndex, spot)),
      falls: !terms.isCall,
      averageVolumeOn: (dayIndex) => this.#volumeOn(terms, dayIndex),
      tradesOn: () => true,
      isBaseOn: () => false,
      firstDayOf: () => first,
    }
    return new DerivedSeries(this.#seed, listing, this.owner, derivation, sessionClock(listing.plan), {
      first,
      last: calendar.indexAtOrBefore(terms.expiryDay),
    })
  }

  /** Value and greeks at that price of the underlying. */
  valueOf(terms: OptionTerms, dayIndex: number, spot: number): OptionValue {
    return optionValue(this.#inputs(terms, dayIndex, spot))
  }

  /** Implied volatility as a fraction. */
  volatilityOf(terms: OptionTerms, dayIndex: number): number {
    return this.#inputs(terms, dayIndex, 1).volatility
  }

  #inputs(terms: OptionTerms, dayIndex: number, spot: number): OptionInputs {
    const { isCall, strike, expiryDay } = terms
    const days = Math.max(0, expiryDay - this.owner.clock.calendar.dayAt(dayIndex)) + HALF_DAY
    const years = days / DAYS_PER_YEAR
    const volatility = this.#surface.volatilityOf(dayIndex, this.#close.on(dayIndex - 1), strike, years)
    return { isCall, spot, strike, years, rate: this.#rate, volatility }
  }

  #volumeOn(terms: OptionTerms, dayIndex: number): number {
    const { calendar } = this.owner.clock
    const distance = Math.abs(Math.log(terms.strike / this.#close.on(dayIndex - 1)))
    const months = (terms.expiryDay - calendar.dayAt(dayIndex)) / 30
    return TYPICAL_VOLUME * Math.exp(-12 * distance) * Math.exp(-months / 3)
  }

  #expiryOf(terms: OptionTerms): OptionExpiry {
    const expiry = expiryOn(this.optionClass, this.owner.clock.calendar, terms.expiryDay)
    if (expiry === null) throw new Error(`no expiry on ${terms.expiryDay} in ${this.optionClass.prefix}`)
    return expiry
  }

  #nameOf({ expiryDay, strike, isCall }: OptionTerms): string {
    const { year, month, day } = civilDateOf(expiryDay)
    const date = [year % 100, month, day].map((part) => String(part).padStart(2, '0')).join('')
    const owner =
      this.optionClass.market === QotMarket.US_Security
        ? this.optionClass.ownerCode
        : this.owner.listing.instrument.name
    return `${owner} ${date} ${strike.toFixed(2)} ${isCall ? '购' : '沽'}`
  }
}
