import { Currency, ExchType, Issuer, QotMarket, SecurityType, WarrantType } from '../../../proto/enums.ts'
import { optionPrice, optionValue, type OptionValue } from './black-scholes.ts'
import { CloseReader } from './close-reader.ts'
import { DerivedSeries, type Derivation } from './derived-series.ts'
import { mix } from './hash.ts'
import type { Listing } from './listing.ts'
import type { PriceSeries } from './price-series.ts'
import { HK_EQUITY_LADDER } from './tick-tables.ts'
import type { VolatilitySurface } from './volatility-surface.ts'

/** Trading days that one issue lives; then its code is given to the next, as HKEX does. */
const LIFE_DAYS = 240

const RATE = 0.03
const HALF_DAY = 0.5
const DAYS_PER_YEAR = 365

/** Issuers sell volatility dearer than the option market. */
const VOLATILITY_MARKUP = 1.08

/** A bull or bear contract costs this much a year of its strike for the issuer's money. */
const FUNDING_RATE = 0.04

/** Codes of derivative warrants, and of callable bull and bear contracts. */
const FIRST_WARRANT_CODE = 13_001
const FIRST_CALLABLE_CODE = 53_001

const LOT_SIZE = 10_000
const ISSUE_SIZE = 150_000_000
const AVERAGE_VOLUME = 40_000_000

const OWNERS = [
  { code: '00700', shortName: '腾讯' },
  { code: '09988', shortName: '阿里' },
  { code: '03690', shortName: '美团' },
  { code: '00388', shortName: '港交' },
  { code: '01810', shortName: '小米' },
  { code: '800000', shortName: '恒指' },
] as const

const ISSUERS = [
  { id: Issuer.SG, name: '法兴' },
  { id: Issuer.BP, name: '法巴' },
  { id: Issuer.CT, name: '花旗' },
  { id: Issuer.GS, name: '高盛' },
  { id: Issuer.HS, name: '汇丰' },
  { id: Issuer.JP, name: '摩通' },
  { id: Issuer.UB, name: '瑞银' },
  { id: Issuer.BI, name: '中银' },
] as const

/** What every owner has: type, strike as a multiple of the price at issue, and its letter in the name. */
const SHAPES = [
  { type: WarrantType.Buy, moneyness: 0.95, word: '购A' },
  { type: WarrantType.Buy, moneyness: 1.05, word: '购B' },
  { type: WarrantType.Buy, moneyness: 1.15, word: '购C' },
  { type: WarrantType.Buy, moneyness: 1.3, word: '购D' },
  { type: WarrantType.Sell, moneyness: 1.05, word: '沽A' },
  { type: WarrantType.Sell, moneyness: 0.95, word: '沽B' },
  { type: WarrantType.Sell, moneyness: 0.85, word: '沽C' },
  { type: WarrantType.Bull, moneyness: 0.78, word: '牛A' },
  { type: WarrantType.Bull, moneyness: 0.62, word: '牛B' },
  { type: WarrantType.Bear, moneyness: 1.22, word: '熊A' },
  { type: WarrantType.Bear, moneyness: 1.4, word: '熊B' },
] as const

/** What stays with a code: owner, kind, issuer. */
export interface WarrantSlot {
  readonly code: string
  readonly name: string
  readonly ownerCode: string
  /** `Qot_Common.WarrantType`: 1 call, 2 put, 3 bull, 4 bear. */
  readonly type: number
  /** `Qot_Common.Issuer`. */
  readonly issuer: number
  readonly moneyness: number
}

/** Terms of the issue that a code stands for on some day. */
export interface WarrantTerms {
  readonly firstDay: number
  readonly lastDay: number
  readonly strike: number
  /** Price of the owner at which a bull or bear contract is called; 0 for other warrants. */
  readonly recoveryPrice: number
  /** Warrants that buy one share. */
  readonly conversionRatio: number
  readonly issueSize: number
}

/** All warrants of the market by slot, in code order. */
export function warrantSlots(): readonly WarrantSlot[] {
  let nextWarrant = FIRST_WARRANT_CODE
  let nextCallable = FIRST_CALLABLE_CODE
  return OWNERS.flatMap((owner, ownerAt) =>
    SHAPES.map(({ type, moneyness, word }, shapeAt) => {
      const isCallable = type === WarrantType.Bull || type === WarrantType.Bear
      const issuer = ISSUERS[(ownerAt * 3 + shapeAt) % ISSUERS.length] ?? ISSUERS[0]
      return {
        code: String(isCallable ? nextCallable++ : nextWarrant++),
        name: `${owner.shortName}${issuer.name}${word}`,
        ownerCode: owner.code,
        type,
        issuer: issuer.id,
        moneyness,
      }
    }),
  ).toSorted((one, other) => Number(one.code) - Number(other.code))
}

export function warrantListing(slot: WarrantSlot, owner: Listing): Listing {
  return {
    instrument: {
      market: QotMarket.HK_Security,
      code: slot.code,
      name: slot.name,
      kind: 'warrant',
      lotSize: LOT_SIZE,
      currency: Currency.HKD,
      contractMultiplier: 1,
      underlyingCode: slot.ownerCode,
    },
    plan: owner.plan,
    ladder: HK_EQUITY_LADDER,
    securityType: SecurityType.Warrant,
    exchange: ExchType.HK_MainBoard,
    listedOn: owner.listedOn,
    dailyLimit: null,
    spreadRungs: 1,
    turnoverMultiplier: 1,
    process: null,
    follows: null,
    fundamentals: null,
  }
}

/** One warrant code through all its issues. */
export class WarrantIssue {
  readonly slot: WarrantSlot
  readonly owner: PriceSeries
  readonly #surface: VolatilitySurface
  readonly #phase: number
  readonly #ownerClose: CloseReader
  #terms: WarrantTerms | null = null
  /** Days of the current terms that are known to be before the call. */
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

  /** Day on which the issue running on `dayIndex` was called, if that was on or before `dayIndex`. */
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

  /** Price of one warrant at that price of the owner. */
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

  /** Greeks of the right to one share. */
  valueOn(dayIndex: number, spot: number): OptionValue {
    const { strike } = this.termsOn(dayIndex)
    const years = this.yearsLeft(dayIndex)
    return optionValue({ isCall: this.isCall, spot, strike, years, rate: RATE, volatility: this.volatilityOn(dayIndex) })
  }

  /** A year's volatility as a fraction. */
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
      // The day of the call still trades until the end; the next one does not.
      tradesOn: (dayIndex) => {
        const called = this.calledOn(dayIndex)
        return called === null || called === dayIndex
      },
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
