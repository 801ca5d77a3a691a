import { corporateActionsOf, type CorporateAction } from './corporate-actions.ts'
import type { FutureTerms } from './future-code.ts'
import { hashText } from './hash.ts'
import type { Book, Instrument } from './instrument.ts'
import type { Listing } from './listing.ts'
import { LiveQuote, type SessionState } from './live-quote.ts'
import type { OptionTerms } from './option-class.ts'
import type { OptionMarket } from './option-market.ts'
import { bookAfter, type RungBand } from './order-book.ts'
import type { PriceSeries, SessionName } from './price-series.ts'
import type { SessionClock } from './session-clock.ts'
import { hasExtendedSessions } from './session-plan.ts'
import { sessionsIn, type TradingHours } from './trading-hours.ts'
import type { WarrantIssue } from './warrant-issue.ts'

/** The terms of a derivative. */
export type DerivativeTerms =
  | { readonly kind: 'none' }
  | { readonly kind: 'option'; readonly terms: OptionTerms; readonly optionMarket: OptionMarket }
  | { readonly kind: 'warrant'; readonly issue: WarrantIssue }
  | { readonly kind: 'future'; readonly terms: FutureTerms }

/** The state of one session of the current trading day. */
export interface SessionOfDay extends SessionState {
  readonly session: SessionName
}

const REGULAR: readonly SessionName[] = ['regular']

/** Days in a chunk of cached turnovers. */
const CHUNK_DAYS = 256

/**
 * One security of the market with all its views. Its caches (the live quotes, the last book, turnovers of past days)
 * only save time: all data derives from the series.
 */
export class Security {
  readonly listing: Listing
  readonly series: PriceSeries
  readonly derivative: DerivativeTerms
  /** Corporate actions, oldest first. */
  readonly actions: readonly CorporateAction[]
  /** Key of the security's own noise. */
  readonly hash: number
  readonly #live: Readonly<Record<SessionName, LiveQuote>>
  readonly #turnovers = new Map<number, Float64Array>()
  #book: { readonly state: SessionState; readonly book: Book } | null = null

  constructor(seed: number, listing: Listing, series: PriceSeries, derivative: DerivativeTerms) {
    const { market, code } = listing.instrument
    this.listing = listing
    this.series = series
    this.derivative = derivative
    this.actions = corporateActionsOf(market, code)
    this.hash = hashText(seed, `security ${market}.${code}`)
    this.#live = {
      overnight: new LiveQuote(series, 'overnight'),
      regular: new LiveQuote(series, 'regular'),
      'pre-market': new LiveQuote(series, 'pre-market'),
      'after-market': new LiveQuote(series, 'after-market'),
    }
  }

  get instrument(): Instrument {
    return this.listing.instrument
  }

  get clock(): SessionClock {
    return this.series.clock
  }

  /** State after the latest print of a session at or before that time; null before the first print. */
  stateAt(nowMs: number, session: SessionName = 'regular'): SessionState | null {
    return this.#live[session].at(nowMs)
  }

  /** Whether the security trades outside of its regular session. */
  get hasExtendedSessions(): boolean {
    return hasExtendedSessions(this.listing.plan)
  }

  /** State of the session of these hours with the latest print; null before the first print. */
  latestStateAt(nowMs: number, hours: TradingHours = 'ALL'): SessionState | null {
    if (!this.hasExtendedSessions || hours === 'RTH') return this.stateAt(nowMs)
    let latest: SessionState | null = null
    for (const session of sessionsIn(hours)) {
      const state = this.stateAt(nowMs, session)
      if (state !== null && (latest === null || state.timeMs > latest.timeMs)) latest = state
    }
    return latest
  }

  /** States of the sessions that have prints of the current trading day in these hours, in the order of the day. */
  statesOfDay(nowMs: number, hours: TradingHours): readonly SessionOfDay[] {
    const latest = this.latestStateAt(nowMs, hours)
    if (latest === null) return []
    const states: SessionOfDay[] = []
    for (const session of this.hasExtendedSessions ? sessionsIn(hours) : REGULAR) {
      const state = this.stateAt(nowMs, session)
      if (state?.dayIndex === latest.dayIndex) states.push({ ...state, session })
    }
    return states
  }

  /** Time of the next print in these hours after that time, or an earlier time at which to ask again. */
  nextChangeMs(nowMs: number, hours: TradingHours = 'ALL'): number {
    if (!this.hasExtendedSessions || hours === 'RTH') return this.#live.regular.nextChangeMs(nowMs)
    return Math.min(...sessionsIn(hours).map((session) => this.#live[session].nextChangeMs(nowMs)))
  }

  /** The book after the latest print; empty before the first print and after the last trading day. */
  bookAt(nowMs: number): Book {
    const state = this.latestStateAt(nowMs)
    if (state === null || this.isExpiredAt(nowMs)) return EMPTY_BOOK
    if (this.#book?.state === state) return this.#book.book
    const day = this.series.dayBar(state.dayIndex)
    const minutes = this.clock.sessionsOf(state.dayIndex).regular.length
    const lotsPerMinute = (day?.volume ?? 0) / this.instrument.lotSize / Math.max(1, minutes)
    const book = bookAfter(this.listing, this.hash, state, lotsPerMinute, this.rungBandOn(state.dayIndex))
    this.#book = { state, book }
    return book
  }

  /** Price limits of a day; null without limits. */
  rungBandOn(dayIndex: number): RungBand | null {
    const { dailyLimit, ladder } = this.listing
    const reference = dailyLimit === null ? undefined : this.series.dayBar(dayIndex)?.reference
    if (dailyLimit === null || reference === undefined) return null
    const price = ladder.priceAt(reference)
    return { low: ladder.nearestRung(price * (1 - dailyLimit)), high: ladder.nearestRung(price * (1 + dailyLimit)) }
  }

  /** Whether the session of the last trading day is over. */
  isExpiredAt(nowMs: number): boolean {
    const expiryMs = this.expiryMs(nowMs)
    return expiryMs !== null && nowMs >= expiryMs
  }

  /**
   * When the security that has the code at that time stops trading: the end of the last trading day of an option, a
   * futures month or a warrant issue. Null for a security that does not expire.
   */
  expiryMs(nowMs: number): number | null {
    const { derivative, clock, series } = this
    if (derivative.kind === 'none') return null
    const lastDay =
      derivative.kind === 'warrant' ? derivative.issue.termsOn(clock.dayIndexAt(nowMs)).lastDay : series.lastDay
    return lastDay < 0 || lastDay >= clock.calendar.length - 1 ? null : clock.sessionsOf(lastDay).regular.endMs
  }

  /** Turnover of a whole past day, in money. */
  turnoverOn(dayIndex: number): number {
    const chunk = Math.floor(dayIndex / CHUNK_DAYS)
    let turnovers = this.#turnovers.get(chunk)
    if (turnovers === undefined) {
      // At most one chunk per year of the calendar.
      turnovers = new Float64Array(CHUNK_DAYS).fill(-1)
      this.#turnovers.set(chunk, turnovers)
    }
    const known = turnovers[dayIndex - chunk * CHUNK_DAYS] ?? -1
    if (known >= 0) return known
    const turnover = this.moneyOf(this.series.turnoverOn(dayIndex))
    turnovers[dayIndex - chunk * CHUNK_DAYS] = turnover
    return turnover
  }

  /** Converts a turnover from the series' units to money. */
  moneyOf(turnoverUnits: number): number {
    return (turnoverUnits * this.listing.turnoverMultiplier) / this.listing.ladder.unitsPerPoint
  }
}

const EMPTY_BOOK: Book = { bids: [], asks: [] }
