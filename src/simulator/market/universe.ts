import { QotMarket } from '../../../proto/enums.ts'
import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { DerivedSeries, type Derivation } from './derived-series.ts'
import { futureClasses, futureClassOf } from './future-class.ts'
import { futureCode, mainContract, monthOn, parseFutureCode, rollingCodes, type FutureTerms } from './future-code.ts'
import { listedMonths } from './future-months.ts'
import { futureListing, futureSeries } from './future-series.ts'
import { listedSecurities } from './listed.ts'
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

/**
 * Most other securities cached: more than all stocks of one market, which a filter reads one after the other. One has
 * about 50 kB for its quotes and three times as much for all its history, so about 40 MB at worst.
 */
const MAX_CACHED_SECURITIES = 256

/** All securities of the simulated exchanges, created on first request. */
export class Universe {
  readonly #options: UniverseOptions
  readonly #listings = new Map<string, Listing>()
  readonly #warrantSlots = new Map(warrantSlots().map((slot) => [slot.code, slot]))
  readonly #recorded: ReadonlyMap<string, readonly RecordedTick[]>
  readonly #permanent = new BoundedMap<string, Security>(MAX_CACHED_SECURITIES)
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
        const security = this.#findFuture({ futureClass, month, rolling: null })
        if (security !== null) yield security
      }
    }
  }

  /**
   * The contract that trades under a rolling futures code at that time: the month behind it on the current trading day,
   * or the next one after its last session. Any other security is itself.
   */
  contractBehind(security: Security, nowMs: number): Security {
    const { derivative, clock } = security
    if (derivative.kind !== 'future' || derivative.terms.rolling === null) return security
    const { futureClass } = derivative.terms
    const epochDay = clock.calendar.dayAt(clock.tradingDayAt(nowMs))
    const first = monthOn(derivative.terms, epochDay)
    for (const month of listedMonths(futureClass, epochDay)) {
      const contract = month < first ? null : this.#findFuture({ futureClass, month, rolling: null })
      if (contract !== null && !contract.isExpiredAt(nowMs)) return contract
    }
    return security
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
    return this.find(terms.futureClass.market, futureCode(terms))
  }

  *#allListings(): Iterable<Listing> {
    const listed = listedSecurities()
    yield* listed
    for (const futureClass of futureClasses()) yield* rollingCodes(futureClass).map(futureListing)
    for (const slot of this.#warrantSlots.values()) {
      const owner = listed.find(
        ({ instrument: { market, code } }) => market === QotMarket.HK_Security && code === slot.ownerCode,
      )
      if (owner !== undefined) yield warrantListing(slot, owner)
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
      this.#rollingSeries(listing, terms)
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

  /** A rolling code with the price of the large main contract: of a small future, or of the current or next month. */
  #rollingSeries(listing: Listing, terms: FutureTerms | null): PriceSeries {
    const large = terms === null ? null : this.#largeMain(terms)
    if (terms === null || large === null) throw new Error(`${listing.instrument.code} has no price`)
    return futureSeries(this.#options.seed, terms, listing, large.series)
  }

  #largeMain({ futureClass }: FutureTerms): Security | null {
    const large = futureClass.sameAs === null ? futureClass : futureClassOf(futureClass.market, futureClass.sameAs)
    return large === null ? null : this.#findFuture(mainContract(large))
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
