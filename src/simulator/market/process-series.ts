import { ClosePath } from './close-path.ts'
import { epochDayOf } from '../../base/civil-date.ts'
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

/** The day reference prices are for; growth ends there. */
const REFERENCE_EPOCH_DAY = epochDayOf(2026, 1, 1)

const TRADING_DAYS_PER_YEAR = 250

/** Day bars kept, by the low bits of their index: what neighbouring questions ask for again. A power of two. */
const KEPT_DAYS = 8

/** Minute columns kept: those of the running day's sessions. A session's are about 20 kB. */
const KEPT_SESSIONS = { withExtended: 3, regularOnly: 1 } as const

/** Numbers of the noise streams of a day. */
const STREAM = { open: 1, high: 2, low: 3, volume: 4, regular: 5, 'pre-market': 6, 'after-market': 7 } as const

/**
 * The price process of a security that follows no other: days from a random walk, minutes that add up to the day,
 * prints that add up to the minute. Each level is computed from the one above when it is asked for, so any moment
 * of any year costs the same.
 */
export class ProcessSeries implements PriceSeries {
  readonly listing: Listing
  readonly clock: SessionClock
  readonly firstDay: number
  readonly lastDay: number
  readonly #process: PriceProcess
  readonly #keptSessions: number
  readonly #hash: number
  readonly #path: ClosePath
  readonly #actions: readonly CorporateAction[]
  readonly #referenceDay: number
  readonly #days: (DayBar | undefined)[] = []
  readonly #kept: MinuteBars[] = []
  readonly #keptTicks: MinuteTicks[] = []

  constructor(seed: number, listing: Listing, process: PriceProcess, clock: SessionClock) {
    const { market, code } = listing.instrument
    this.listing = listing
    this.clock = clock
    this.firstDay = clock.calendar.indexAtOrAfter(listing.listedOn)
    this.lastDay = clock.calendar.length - 1
    this.#process = process
    this.#keptSessions = listing.plan.preMarket === null ? KEPT_SESSIONS.regularOnly : KEPT_SESSIONS.withExtended
    this.#hash = hashText(seed, `${market}.${code}`)
    this.#path = new ClosePath(seed, process.path)
    this.#actions = corporateActionsOf(market, code)
    this.#referenceDay = clock.calendar.indexAtOrAfter(REFERENCE_EPOCH_DAY)
  }

  dayBar(dayIndex: number): DayBar | null {
    if (dayIndex < this.firstDay || dayIndex > this.lastDay) return null
    const kept = this.#days[dayIndex & (KEPT_DAYS - 1)]
    if (kept?.dayIndex === dayIndex) return kept
    const day = this.#makeDay(dayIndex)
    this.#days[dayIndex & (KEPT_DAYS - 1)] = day
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
    const kept = this.#kept.find((bars) => bars.dayIndex === dayIndex && bars.session === session)
    if (kept !== undefined) return kept
    const bars = this.#makeMinutes(dayIndex, session)
    if (bars === null) return null
    if (this.#kept.length >= this.#keptSessions) this.#kept.shift()
    this.#kept.push(bars)
    return bars
  }

  minuteTicks(dayIndex: number, session: SessionName, minute: number): MinuteTicks {
    const kept = this.#keptTicks.find(
      (ticks) => ticks.minute === minute && ticks.dayIndex === dayIndex && ticks.session === session,
    )
    if (kept !== undefined) return kept
    const ticks = this.#makeTicks(dayIndex, session, minute)
    if (this.#keptTicks.length >= 2) this.#keptTicks.shift()
    this.#keptTicks.push(ticks)
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
    const kept = this.#kept.find((bars) => bars.dayIndex === dayIndex && bars.session === 'regular')
    if (kept !== undefined) return kept.turnoverThrough[kept.length - 1] ?? 0
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
      opensStretch: grid.beginsStretch(minute),
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

  /** Yesterday's close as it compares with today's prices. */
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

/** Columns that are used again and again, for sums over years of minutes that nobody looks at one by one. */
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
