import { dateText } from '../../base/time/civil-date.ts'
import { JP_FUTURES, SG_FUTURES } from './asian-futures.ts'
import type { Book, Instrument, Tick } from './instrument.ts'
import type { Listing } from './listing.ts'
import type { OptionMarket } from './option-market.ts'
import { PlateDirectory } from './plates.ts'
import type { RecordedTick, TapeProblem } from './replay-tape.ts'
import type { Security } from './security.ts'
import { sessionClock } from './session-clock.ts'
import {
  alwaysOpen,
  CN_SECURITIES,
  HK_FUTURES,
  HK_SECURITIES,
  US_FUTURES,
  US_SECURITIES,
  type SessionPlan,
} from './session-plan.ts'
import type { SyntheticOptions } from './synthetic.ts'
import { ticksBetween } from './tick-reader.ts'
import { localMomentOf } from '../../base/time/time-zone.ts'
import { Universe } from './universe.ts'
import { Watchlists } from './watchlists.ts'

/** The options that determine a market. Its data is a function of these and the time. */
export interface MarketOptions {
  /** Any integer. Markets with the same seed have the same data. */
  readonly seed: number
  /** Additional securities for load tests. */
  readonly synthetic?: SyntheticOptions
  /** `exchange` (the default): real hours and holidays. `always`: every market trades day and night, every day. */
  readonly hours?: 'exchange' | 'always'
  /** Recorded prints, from `readTape`. They replace the generated prints of their securities. */
  readonly replay?: readonly RecordedTick[]
}

/** Lowest and highest price an order may have. */
export interface PriceBand {
  readonly low: number
  readonly high: number
}

export interface TradingState {
  /** Whether the regular session trades: false in a break, in an auction, before and after hours, and after expiry. */
  readonly isOpen: boolean
  /** `Qot_Common.QotMarketState`. */
  readonly marketState: number
  /**
   * `YYYY-MM-DD` of the latest trading day that has begun. A futures night session, an overnight session and a pre-market
   * belong to the day that follows.
   */
  readonly tradingDate: string
}

/** `Qot_Common.QotMarketState` of each market in GetGlobalState. */
export interface MarketStates {
  readonly hk: number
  readonly us: number
  readonly sh: number
  readonly sz: number
  readonly hkFuture: number
  readonly usFuture: number
  readonly sgFuture: number
  readonly jpFuture: number
}

/**
 * The simulated exchanges. Prices are a function of the seed, the security and the time, which is always an argument
 * (Unix ms). Times may be requested in any order, and the same request always has the same result. Callers can change
 * only the watchlists.
 */
export class Market {
  readonly seed: number
  readonly watchlists = new Watchlists()
  readonly #universe: Universe
  readonly #plans: ReadonlyMap<SessionPlan, SessionPlan>
  #plates: PlateDirectory | null = null

  constructor(options: MarketOptions) {
    this.seed = options.seed
    const isAlwaysOpen = options.hours === 'always'
    this.#universe = new Universe({
      seed: options.seed,
      synthetic: options.synthetic ?? null,
      isAlwaysOpen,
      replay: options.replay ?? [],
    })
    const plans = [HK_SECURITIES, US_SECURITIES, CN_SECURITIES, HK_FUTURES, US_FUTURES, SG_FUTURES, JP_FUTURES]
    this.#plans = new Map(plans.map((plan) => [plan, isAlwaysOpen ? alwaysOpen(plan) : plan]))
  }

  /** The security with that `Qot_Common.QotMarket` and code, or null if the market does not list it. */
  instrument(market: number, code: string): Instrument | null {
    return this.#universe.find(market, code)?.instrument ?? null
  }

  /** The same security with all its views, for the quote handlers. */
  security(market: number, code: string): Security | null {
    return this.#universe.find(market, code)
  }

  /** The contract behind a main, current or next futures code at that time; any other instrument is itself. */
  contractBehind(instrument: Instrument, nowMs: number): Instrument {
    return this.#universe.contractBehind(this.#of(instrument), nowMs).instrument
  }

  /** Distance from `price` to the next higher valid price. */
  tickSize(instrument: Instrument, price: number): number {
    return this.#of(instrument).listing.ladder.tickAt(price)
  }

  isOnTick(instrument: Instrument, price: number): boolean {
    return this.#of(instrument).listing.ladder.rungOf(price) !== null
  }

  /** Price limits of today, or of the last trading day; null without limits. Available before the open. */
  priceBand(instrument: Instrument, nowMs: number): PriceBand | null {
    const security = this.#of(instrument)
    const { calendar, plan } = security.clock
    const band = security.rungBandOn(calendar.indexAtOrBefore(localMomentOf(plan.zone, nowMs).epochDay))
    if (band === null) return null
    const { ladder } = security.listing
    return { low: ladder.priceAt(band.low), high: ladder.priceAt(band.high) }
  }

  tradingState(instrument: Instrument, nowMs: number): TradingState {
    const security = this.#of(instrument)
    const { clock } = security
    const dayIndex = clock.dayIndexAt(nowMs)
    const isListed = dayIndex >= security.series.firstDay && !security.isExpiredAt(nowMs)
    return {
      isOpen: isListed && clock.stretchAt(nowMs) !== null,
      marketState: clock.stateAt(nowMs),
      tradingDate: dateText(clock.calendar.dayAt(clock.tradingDayAt(nowMs))),
    }
  }

  /** Price of the last print of the regular session at or before `nowMs`; 0 before the first print. */
  lastPrice(instrument: Instrument, nowMs: number): number {
    const security = this.#of(instrument)
    const state = security.stateAt(nowMs)
    return state === null ? 0 : security.listing.ladder.priceAt(state.last)
  }

  /**
   * The book after the latest print, which in the US may be of an extended session. Both sides are empty before the
   * first print and after the security has expired. At a price limit one side is empty.
   */
  book(instrument: Instrument, nowMs: number): Book {
    return this.#of(instrument).bookAt(nowMs)
  }

  /**
   * The first 20,000 prints of the regular session with `fromMs < timeMs <= toMs`, oldest first. For more, call again
   * from the time of the last print.
   */
  ticksBetween(instrument: Instrument, fromMs: number, toMs: number): readonly Tick[] {
    return ticksBetween(this.#of(instrument), fromMs, toMs)
  }

  /** All listed securities; with a time, also the options and futures months of that day. */
  *securities(nowMs?: number): Iterable<Instrument> {
    for (const listing of this.#universe.listings()) yield listing.instrument
    if (nowMs === undefined) return
    for (const security of this.#universe.futuresOn(nowMs)) yield security.instrument
    for (const security of this.#universe.optionsOn(nowMs)) yield security.instrument
  }

  /** Listings of all securities that do not expire. */
  listings(): readonly Listing[] {
    return [...this.#universe.listings()]
  }

  /** Futures months listed on that day; the main contracts are among `securities`. */
  futuresOn(nowMs: number): Iterable<Security> {
    return this.#universe.futuresOn(nowMs)
  }

  /** The options on an underlying; null without options. */
  optionMarket(market: number, ownerCode: string): OptionMarket | null {
    return this.#universe.optionMarket(market, ownerCode)
  }

  /** The plates of all markets. */
  plates(): PlateDirectory {
    this.#plates ??= new PlateDirectory(this.#universe.listings())
    return this.#plates
  }

  /** The sessions that an exchange has in this market: by its own plan, or around the clock. */
  planOf(plan: SessionPlan): SessionPlan {
    return this.#plans.get(plan) ?? plan
  }

  marketStates(nowMs: number): MarketStates {
    const stateOf = (plan: SessionPlan): number => sessionClock(this.planOf(plan)).stateAt(nowMs)
    const cn = stateOf(CN_SECURITIES)
    return {
      hk: stateOf(HK_SECURITIES),
      us: stateOf(US_SECURITIES),
      sh: cn,
      sz: cn,
      hkFuture: stateOf(HK_FUTURES),
      usFuture: stateOf(US_FUTURES),
      sgFuture: stateOf(SG_FUTURES),
      jpFuture: stateOf(JP_FUTURES),
    }
  }

  /** The problems of a recording in this market: unknown securities, prices off the grid. Empty if it is valid. */
  tapeProblems(ticks: readonly RecordedTick[]): readonly TapeProblem[] {
    const problems: TapeProblem[] = []
    for (const { line, market, code, price } of ticks) {
      const security = this.security(market, code)
      if (security === null) problems.push({ line, problem: `no security ${market}.${code}` })
      else if (security.listing.ladder.rungOf(price) === null) {
        problems.push({
          line,
          problem: `${price} is not a valid price of ${code}: the tick is ${security.listing.ladder.tickAt(price)}`,
        })
      }
      if (problems.length >= 20) break
    }
    return problems
  }

  /** Throws for an instrument of another market, which is a bug of the caller. */
  #of(instrument: Instrument): Security {
    const security = this.#universe.find(instrument.market, instrument.code)
    if (security === null) throw new Error(`no security ${instrument.market}.${instrument.code}`)
    return security
  }
}
