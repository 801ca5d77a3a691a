import { QotMarket } from '../../../proto/enums.ts'
import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { DerivedSeries, type Derivation } from './derived-series.ts'
import { listedMonths, futureClasses, parseFutureCode, type FutureTerms } from './future-class.ts'
import { futureListing, futureSeries } from './future-series.ts'
import { SH_ROWS, SZ_ROWS } from './listed-cn.ts'
import { HK_ROWS } from './listed-hk.ts'
import { US_ROWS } from './listed-us.ts'
import { HK_RULES, listingOf, SH_RULES, SZ_RULES, US_RULES } from './listing-rows.ts'
import type { Listing } from './listing.ts'
import { optionClasses, optionClassOf, parseOptionCode, type OptionClass } from './option-class.ts'
import { OptionMarket } from './option-market.ts'
import type { PriceSeries } from './price-series.ts'
import { ProcessSeries } from './process-series.ts'
import { ReplaySeries } from './replay-series.ts'
import type { RecordedTick } from './replay-tape.ts'
import { Security } from './security.ts'
import { sessionClock } from './session-clock.ts'
import { alwaysOpen, type SessionPlan } from './session-plan.ts'
import { syntheticListings, type SyntheticOptions } from './synthetic.ts'
import { VolatilitySurface } from './volatility-surface.ts'
import { WarrantIssue } from './warrant-issue.ts'
import { warrantListing, warrantSlots } from './warrant-slots.ts'

/** The options that determine the securities and their prices. */
export interface UniverseOptions {
  readonly seed: number
  readonly synthetic: SyntheticOptions | null
  /** Whether every market trades around the clock on every day. */
  readonly isAlwaysOpen: boolean
  /** Recorded prints, which replace the price process of their securities. */
  readonly replay: readonly RecordedTick[]
}

/** Most options and futures months cached: a long chain, about 10 MB. Evicted ones are created again on request. */
const MAX_CACHED_DERIVATIVES = 512

/** All securities of the simulated exchanges, created on first request. */
export class Universe {
  readonly #options: UniverseOptions
  readonly #listings = new Map<string, Listing>()
  readonly #warrantSlots = new Map(warrantSlots().map((slot) => [slot.code, slot]))
  readonly #recorded: ReadonlyMap<string, readonly RecordedTick[]>
  readonly #permanent = new Map<string, Security>()
  readonly #derivatives = new BoundedMap<string, Security>(MAX_CACHED_DERIVATIVES)
  readonly #optionMarkets = new Map<OptionClass, OptionMarket>()
  readonly #plans = new Map<SessionPlan, SessionPlan>()

  constructor(options: UniverseOptions) {
    this.#options = options
    this.#recorded = Map.groupBy(options.replay, (tick) => `${tick.market}.${tick.code}`)
    for (const listing of this.#allListings()) {
      const { market, code } = listing.instrument
      this.#listings.set(`${market}.${code}`, this.#withHours(listing))
    }
  }

  /** The listings that do not expire, in the order of the lists: cash securities, main futures, warrants. */
  listings(): Iterable<Listing> {
    return this.#listings.values()
  }

  /** The security with that code; null if no exchange lists it at any time until 2045. */
  find(market: number, code: string): Security | null {
    // Futures may also have the market number that Futu first used for them.
    const quoteMarket = market === QotMarket.HK_Future ? QotMarket.HK_Security : market
    const key = `${quoteMarket}.${code}`
    const known = this.#permanent.get(key) ?? this.#derivatives.get(key)
    if (known !== undefined) return known
    const listing = this.#listings.get(key)
    if (listing !== undefined) {
      const security = this.#makePermanent(listing)
      this.#permanent.set(key, security)
      return security
    }
    const made = this.#makeOption(quoteMarket, code) ?? this.#makeFuture(quoteMarket, code)
    if (made !== null) this.#derivatives.set(key, made)
    return made
  }

  /** The options on an underlying; null without options. */
  optionMarket(market: number, ownerCode: string): OptionMarket | null {
    const optionClass = optionClassOf(market, ownerCode)
    if (optionClass === null) return null
    let optionMarket = this.#optionMarkets.get(optionClass)
    if (optionMarket === undefined) {
      const owner = this.find(market, ownerCode)
      if (owner === null) return null
      optionMarket = new OptionMarket(this.#options.seed, optionClass, owner.series)
      this.#optionMarkets.set(optionClass, optionMarket)
    }
    return optionMarket
  }

  /** Futures months listed on that day. */
  *futuresOn(nowMs: number): Iterable<Security> {
    for (const futureClass of futureClasses()) {
      const clock = sessionClock(this.#hoursOf(futureClass.plan))
      const epochDay = clock.calendar.dayAt(clock.dayIndexAt(nowMs))
      for (const month of listedMonths(futureClass, epochDay)) {
        const security = this.#findFuture({ futureClass, month })
        if (security !== null) yield security
      }
    }
  }

  /** Options listed on that day. */
  *optionsOn(nowMs: number): Iterable<Security> {
    for (const { market, ownerCode } of optionClasses()) {
      const optionMarket = this.optionMarket(market, ownerCode)
      if (optionMarket === null) continue
      const dayIndex = optionMarket.owner.clock.dayIndexAt(nowMs)
      for (const terms of optionMarket.termsOn(dayIndex)) {
        const security = this.find(market, optionMarket.listingOf(terms).instrument.code)
        if (security !== null) yield security
      }
    }
  }

  #findFuture(terms: FutureTerms): Security | null {
    return this.find(terms.futureClass.market, futureListing(terms).instrument.code)
  }

  *#allListings(): Iterable<Listing> {
    for (const row of HK_ROWS) yield listingOf(HK_RULES, row)
    for (const row of US_ROWS) yield listingOf(US_RULES, row)
    for (const row of SH_ROWS) yield listingOf(SH_RULES, row)
    for (const row of SZ_ROWS) yield listingOf(SZ_RULES, row)
    for (const futureClass of futureClasses()) yield futureListing({ futureClass, month: null })
    for (const slot of this.#warrantSlots.values()) {
      const ownerRow = HK_ROWS.find((row) => row.code === slot.ownerCode)
      if (ownerRow !== undefined) yield warrantListing(slot, listingOf(HK_RULES, ownerRow))
    }
    const { synthetic, seed } = this.#options
    if (synthetic !== null) yield* syntheticListings(seed, synthetic)
  }

  #makePermanent(listing: Listing): Security {
    const { market, code } = listing.instrument
    const { seed } = this.#options
    const slot = market === QotMarket.HK_Security ? this.#warrantSlots.get(code) : undefined
    if (slot !== undefined) {
      const owner = this.find(market, slot.ownerCode)
      if (owner === null) throw new Error(`warrant ${code} has no owner`)
      const daily = owner.listing.process?.dailyVolatility ?? 0
      const issue = new WarrantIssue(
        slot,
        owner.series,
        new VolatilitySurface(seed, `${market}.${slot.ownerCode}`, daily),
      )
      const series = this.#recordedSeries(listing) ?? issue.seriesOf(seed, listing)
      return new Security(seed, listing, series, { kind: 'warrant', issue })
    }
    const terms = parseFutureCode(market, code)
    const series =
      this.#recordedSeries(listing) ??
      this.#processSeries(listing) ??
      this.#followingSeries(listing) ??
      this.#smallMain(listing, terms)
    return new Security(seed, listing, series, terms === null ? { kind: 'none' } : { kind: 'future', terms })
  }

  #processSeries(listing: Listing): PriceSeries | null {
    if (listing.process === null) return null
    return new ProcessSeries(this.#options.seed, listing, listing.process, sessionClock(listing.plan))
  }

  #followingSeries(listing: Listing): PriceSeries | null {
    if (listing.follows === null) return null
    const { code, ratio, averageVolume } = listing.follows
    const base = this.find(listing.instrument.market, code)?.series
    if (base === undefined) throw new Error(`${listing.instrument.code} follows ${code}, which is not listed`)
    const clock = sessionClock(listing.plan)
    const first = Math.max(base.firstDay, clock.calendar.indexAtOrAfter(listing.listedOn))
    const derivation: Derivation = {
      priceOn: (_dayIndex, basePrice) => basePrice * ratio,
      falls: false,
      averageVolumeOn: () => averageVolume,
      tradesOn: () => true,
      isBaseOn: () => false,
      firstDayOf: () => first,
    }
    return new DerivedSeries(this.#options.seed, listing, base, derivation, clock, { first, last: base.lastDay })
  }

  /** The main contract of a small future, with the price of the large one. */
  #smallMain(listing: Listing, terms: FutureTerms | null): PriceSeries {
    const large = terms === null ? null : this.#largeMain(terms)
    if (terms === null || large === null) throw new Error(`${listing.instrument.code} has no price`)
    return futureSeries(this.#options.seed, terms, listing, large.series)
  }

  #largeMain({ futureClass }: FutureTerms): Security | null {
    return this.find(futureClass.market, `${futureClass.sameAs ?? futureClass.prefix}main`)
  }

  #makeOption(market: number, code: string): Security | null {
    const terms = parseOptionCode(market, code)
    if (terms === null) return null
    const optionMarket = this.optionMarket(market, terms.optionClass.ownerCode)
    if (optionMarket === null || !optionMarket.isListed(terms)) return null
    const listing = this.#withHours(optionMarket.listingOf(terms))
    const series = this.#recordedSeries(listing) ?? optionMarket.seriesOf(terms, listing)
    return new Security(this.#options.seed, listing, series, { kind: 'option', terms, optionMarket })
  }

  #makeFuture(market: number, code: string): Security | null {
    const terms = parseFutureCode(market, code)
    const large = terms === null ? null : this.#largeMain(terms)
    if (terms === null || large === null) return null
    const listing = this.#withHours(futureListing(terms))
    const series = this.#recordedSeries(listing) ?? futureSeries(this.#options.seed, terms, listing, large.series)
    return new Security(this.#options.seed, listing, series, { kind: 'future', terms })
  }

  #recordedSeries(listing: Listing): PriceSeries | null {
    const ticks = this.#recorded.get(`${listing.instrument.market}.${listing.instrument.code}`)
    return ticks === undefined ? null : new ReplaySeries(listing, sessionClock(listing.plan), ticks)
  }

  #withHours(listing: Listing): Listing {
    return this.#options.isAlwaysOpen ? { ...listing, plan: this.#hoursOf(listing.plan) } : listing
  }

  /** One around-the-clock plan per exchange plan, so that its days are computed once. */
  #hoursOf(plan: SessionPlan): SessionPlan {
    if (!this.#options.isAlwaysOpen) return plan
    let open = this.#plans.get(plan)
    if (open === undefined) {
      open = plan.calendar === 'every day' ? plan : alwaysOpen(plan)
      this.#plans.set(plan, open)
    }
    return open
  }
}
