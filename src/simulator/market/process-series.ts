import { ClosePath } from './close-path.ts'
import { epochDayOf } from '../../base/time/civil-date.ts'
import { corporateActionsOf, priceAfter, splitFactorAfter, type CorporateAction } from './corporate-actions.ts'
import { hashText, mix, Noise, triangleOf, unitOf } from './hash.ts'
import { EXTENDED_PRINTS_PER_MINUTE, extendedTotals } from './extended-session.ts'
import type { Listing, PriceProcess } from './listing.ts'
import { keyPrintsOf, makePrints, planMinute, plannedTurnover } from './minute-prints.ts'
import { MIN_LOTS_PER_MINUTE, walkMinutes } from './minute-walk.ts'
import { emptyMinutes, sumMinutes } from './price-series.ts'
import type { DayBar, KeyPrint, MinuteBars, MinuteTicks, PriceSeries, SessionName } from './price-series.ts'
import { gridOf, type SessionClock } from './session-clock.ts'
import type { SessionGrid } from './session-grid.ts'
import { hasExtendedSessions } from './session-plan.ts'

/** The day of the reference prices, and the end of growth. */
const REFERENCE_EPOCH_DAY = epochDayOf(2026, 1, 1)

const TRADING_DAYS_PER_YEAR = 250

/** Day bars cached, by the low bits of their index, for requests of neighbouring days. A power of two. */
const CACHED_DAYS = 8

/** Minute columns cached: those of the current day's sessions. One session has about 20 kB. */
const CACHED_SESSIONS = { withExtended: 4, regularOnly: 1 } as const

/** Numbers of the noise streams of a day. */
const STREAM = {
  open: 1,
  high: 2,
  low: 3,
  volume: 4,
  regular: 5,
  'pre-market': 6,
  'after-market': 7,
  overnight: 8,
} as const

/**
 * The price process of a security that does not follow another: days from a random walk, minutes that match the totals
 * of the day, prints that match the totals of the minute. Each level is computed from the level above on request, so
 * any time of any year has the same cost.
 */
export class ProcessSeries implements PriceSeries {
  readonly listing: Listing
  readonly clock: SessionClock
  readonly firstDay: number
  readonly lastDay: number
  readonly #process: PriceProcess
  readonly #cachedSessions: number
  readonly #hash: number
  readonly #path: ClosePath
  readonly #actions: readonly CorporateAction[]
  readonly #referenceDay: number
  readonly #days: (DayBar | undefined)[] = []
  readonly #cachedBars: MinuteBars[] = []
  readonly #cachedTicks: MinuteTicks[] = []

  constructor(seed: number, listing: Listing, process: PriceProcess, clock: SessionClock) {
    const { market, code } = listing.instrument
    this.listing = listing
    this.clock = clock
    this.firstDay = clock.calendar.indexAtOrAfter(listing.listedOn)
    this.lastDay = clock.calendar.length - 1
    this.#process = process
    this.#cachedSessions = hasExtendedSessions(clock.plan) ? CACHED_SESSIONS.withExtended : CACHED_SESSIONS.regularOnly
    this.#hash = hashText(seed, `${market}.${code}`)
    this.#path = new ClosePath(seed, process.path)
    this.#actions = corporateActionsOf(market, code)
    this.#referenceDay = clock.calendar.indexAtOrAfter(REFERENCE_EPOCH_DAY)
  }

  dayBar(dayIndex: number): DayBar | null {
    if (dayIndex < this.firstDay || dayIndex > this.lastDay) return null
    const cached = this.#days[dayIndex & (CACHED_DAYS - 1)]
    if (cached?.dayIndex === dayIndex) return cached
    const day = this.#makeDay(dayIndex)
    this.#days[dayIndex & (CACHED_DAYS - 1)] = day
    return day
  }

  #makeDay(dayIndex: number): DayBar {
    const { ladder } = this.listing
    const hash = mix(this.#hash, dayIndex)
    const { dailyVolatility } = this.#process
    const close = ladder.nearestRung(this.#closePrice(dayIndex))
    const referencePrice = this.#referencePrice(dayIndex)
    const reference = ladder.nearestRung(referencePrice)

    const { low: floor, high: ceiling } = this.#limits(referencePrice)
    const closePrice = ladder.priceAt(close)
    const gap = 1 + dailyVolatility * 0.5 * triangleOf(mix(hash, STREAM.open))
    const open = clamp(ladder.nearestRung(referencePrice * gap), floor, ceiling)
    const openPrice = ladder.priceAt(open)
    const reachUp = 1 + dailyVolatility * square(unitOf(mix(hash, STREAM.high)))
    const reachDown = 1 - dailyVolatility * square(unitOf(mix(hash, STREAM.low)))
    const top = Math.max(open, close)
    const bottom = Math.min(open, close)
    const high = clamp(ladder.nearestRung(Math.max(openPrice, closePrice) * reachUp), top, Math.max(top, ceiling))
    const low = clamp(ladder.nearestRung(Math.min(openPrice, closePrice) * reachDown), Math.min(bottom, floor), bottom)
    return { dayIndex, open, high, low, close, volume: this.#volume(dayIndex, hash), reference }
  }

  minuteBars(dayIndex: number, session: SessionName): MinuteBars | null {
    const cached = this.#cachedBars.find((bars) => bars.dayIndex === dayIndex && bars.session === session)
    if (cached !== undefined) return cached
    const bars = this.#makeMinutes(dayIndex, session)
    if (bars === null) return null
    if (this.#cachedBars.length >= this.#cachedSessions) this.#cachedBars.shift()
    this.#cachedBars.push(bars)
    return bars
  }

  minuteTicks(dayIndex: number, session: SessionName, minute: number): MinuteTicks {
    const cached = this.#cachedTicks.find(
      (ticks) => ticks.minute === minute && ticks.dayIndex === dayIndex && ticks.session === session,
    )
    if (cached !== undefined) return cached
    const ticks = this.#makeTicks(dayIndex, session, minute)
    if (this.#cachedTicks.length >= 2) this.#cachedTicks.shift()
    this.#cachedTicks.push(ticks)
    return ticks
  }

  keyPrints(dayIndex: number, session: SessionName, minute: number): readonly KeyPrint[] {
    const bars = this.minuteBars(dayIndex, session)
    if (bars === null) return []
    const lots = (bars.volume[minute] ?? 0) / this.listing.instrument.lotSize
    const hash = mix(this.#sessionHash(dayIndex, session), minute)
    return keyPrintsOf(bars, minute, planMinute(bars, minute, lots, hash, this.#meanPrints(session)))
  }

  firstDayOf(): number {
    return this.firstDay
  }

  turnoverOn(dayIndex: number): number {
    const cached = this.#cachedBars.find((bars) => bars.dayIndex === dayIndex && bars.session === 'regular')
    if (cached !== undefined) return cached.turnoverThrough[cached.length - 1] ?? 0
    const grid = this.#grid(dayIndex, 'regular')
    const day = this.dayBar(dayIndex)
    if (grid === null || day === null) return 0
    const bars = scratchMinutes(grid.length)
    this.#fillMinutes(bars, day, 'regular', grid)
    let turnover = 0
    for (let minute = 0; minute < bars.length; minute++) turnover += bars.turnover[minute] ?? 0
    return turnover
  }

  #makeMinutes(dayIndex: number, session: SessionName): MinuteBars | null {
    const grid = this.#grid(dayIndex, session)
    const day = this.dayBar(dayIndex)
    if (grid === null || day === null) return null
    const bars = emptyMinutes(dayIndex, session, grid.length)
    this.#fillMinutes(bars, day, session, grid)
    return sumMinutes(bars)
  }

  #fillMinutes(bars: MinuteBars, day: DayBar, session: SessionName, grid: SessionGrid): void {
    const { ladder, instrument } = this.listing
    const { lotSize } = instrument
    const hash = this.#sessionHash(day.dayIndex, session)
    const totals =
      session === 'regular'
        ? { ...day, session, lots: day.volume / lotSize }
        : extendedTotals(day, session, grid.length, lotSize, new Noise(mix(hash, STREAM.volume)))
    walkMinutes(totals, bars, new Noise(hash))
    const meanPrints = this.#meanPrints(session)
    for (let minute = 0; minute < bars.length; minute++) {
      const lots = bars.volume[minute] ?? 0
      const plan = planMinute(bars, minute, lots, mix(hash, minute), meanPrints)
      bars.volume[minute] = lots * lotSize
      bars.turnover[minute] = plannedTurnover(bars, minute, plan, ladder) * lotSize
    }
  }

  #makeTicks(dayIndex: number, session: SessionName, minute: number): MinuteTicks {
    const bars = this.minuteBars(dayIndex, session)
    const grid = this.#grid(dayIndex, session)
    if (bars === null || grid === null) throw new Error(`no ${session} session on day ${dayIndex}`)
    const { lotSize } = this.listing.instrument
    const hash = mix(this.#sessionHash(dayIndex, session), minute)
    const lots = (bars.volume[minute] ?? 0) / lotSize
    const plan = planMinute(bars, minute, lots, hash, this.#meanPrints(session))
    return makePrints(bars, minute, plan, hash, this.listing.ladder, lotSize, {
      startMs: grid.minuteStartMs(minute),
      // Only the regular session begins with an auction.
      opensStretch: session === 'regular' && grid.beginsStretch(minute),
    })
  }

  #meanPrints(session: SessionName): number {
    return session === 'regular' ? this.#process.ticksPerMinute : EXTENDED_PRINTS_PER_MINUTE
  }

  #sessionHash(dayIndex: number, session: SessionName): number {
    return mix(mix(this.#hash, dayIndex), STREAM[session])
  }

  #grid(dayIndex: number, session: SessionName): SessionGrid | null {
    return gridOf(this.clock.sessionsOf(dayIndex), session)
  }

  #closePrice(dayIndex: number): number {
    const { referencePrice, yearlyGrowth, dailyVolatility } = this.#process
    const yearsBefore = Math.min(0, dayIndex - this.#referenceDay) / TRADING_DAYS_PER_YEAR
    const logPrice = yearlyGrowth * yearsBefore + dailyVolatility * this.#path.movesAt(dayIndex)
    const shares = splitFactorAfter(this.#actions, this.clock.calendar.dayAt(dayIndex))
    return referencePrice * shares * Math.exp(logPrice)
  }

  /** Yesterday's close, adjusted to today's share basis. */
  #referencePrice(dayIndex: number): number {
    const { ladder } = this.listing
    const previousDay = Math.max(this.firstDay, dayIndex - 1)
    let price = ladder.priceAt(ladder.nearestRung(this.#closePrice(previousDay)))
    const from = this.clock.calendar.dayAt(dayIndex - 1)
    const to = this.clock.calendar.dayAt(dayIndex)
    for (const action of this.#actions) {
      if (action.exDay > from && action.exDay <= to && dayIndex > this.firstDay) price = priceAfter(action, price)
    }
    return price
  }

  #limits(referencePrice: number): { low: number; high: number } {
    const { dailyLimit, ladder } = this.listing
    if (dailyLimit === null) return { low: 1, high: Number.MAX_SAFE_INTEGER }
    return {
      low: ladder.nearestRung(referencePrice * (1 - dailyLimit)),
      high: ladder.nearestRung(referencePrice * (1 + dailyLimit)),
    }
  }

  #volume(dayIndex: number, hash: number): number {
    const { lotSize } = this.listing.instrument
    const factor = Math.exp(0.8 * triangleOf(mix(hash, STREAM.volume)))
    const lots = Math.round((this.#process.averageVolume * factor) / lotSize)
    return Math.max(lots, this.clock.regularMinutes(dayIndex) * MIN_LOTS_PER_MINUTE * 2) * lotSize
  }
}

let scratch: MinuteBars | null = null

/** Reused columns, for sums over years of minutes whose single values are not needed. */
function scratchMinutes(length: number): MinuteBars {
  if (scratch?.length !== length) scratch = emptyMinutes(-1, 'regular', length)
  return scratch
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value
}

function square(value: number): number {
  return value * value
}
