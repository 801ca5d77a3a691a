import { Currency, QotMarket, QotMarketState } from '../../../proto/enums.ts'
import type { Book, Instrument, Tick } from '../../../src/simulator/market/instrument.ts'
import { dateText } from '../../../src/base/time/civil-date.ts'
import { localMomentOf, utcMsOf } from '../../../src/base/time/time-zone.ts'
import { HONG_KONG, NEW_YORK } from '../../../src/simulator/market/exchange-zones.ts'
import type { SessionState, TradingMarket } from '../../../src/simulator/trading/trading-market.ts'

const MINUTE_MS = 60_000

/**
 * A market a test can see through: every day is a trading day; Hong Kong has an auction from 9:00, trades 9:30 to
 * 12:00 and 13:00 to 16:00; New York trades 9:30 to 16:00 with hours before and after it. Prints come at fixed
 * steps from a formula, or exactly as a test wrote them.
 */
export class ScriptedMarket implements TradingMarket {
  readonly seed: number
  /** Replaces the formula for one security when set. */
  readonly tapes = new Map<string, readonly Tick[]>()
  /** Replaces the book for one security when set. */
  readonly books = new Map<string, Book>()
  readonly expiries = new Map<string, number>()
  band: { low: number; high: number } | null = null
  /** Size of a slow wave on all prices, as a share of the base price: 0.5 makes them halve and rise by half in days. */
  swing = 0

  constructor(seed = 1) {
    this.seed = seed
  }

  instrument(market: number, code: string): Instrument | null {
    return INSTRUMENTS.find((one) => one.market === market && one.code === code) ?? null
  }

  contractBehind(instrument: Instrument): Instrument {
    return instrument
  }

  tickSize(instrument: Instrument): number {
    return tickOf(instrument)
  }

  isOnTick(instrument: Instrument, price: number): boolean {
    const steps = price / tickOf(instrument)
    return Math.abs(steps - Math.round(steps)) < 1e-6
  }

  priceBand(): { low: number; high: number } | null {
    return this.band
  }

  tradingState(instrument: Instrument, nowMs: number): SessionState {
    const isUs = instrument.market === QotMarket.US_Security
    const { epochDay, msOfDay } = localMomentOf(isUs ? NEW_YORK : HONG_KONG, nowMs)
    const minute = Math.floor(msOfDay / MINUTE_MS)
    const [marketState, isOpen, hasBegun] = isUs ? newYork(minute) : hongKong(minute)
    return { isOpen, marketState, tradingDate: dateText(hasBegun ? epochDay : epochDay - 1) }
  }

  lastPrice(instrument: Instrument, nowMs: number): number {
    const tape = this.tapes.get(instrument.code)
    if (tape !== undefined) return tape.findLast((tick) => tick.timeMs <= nowMs)?.price ?? BASE_PRICE
    return this.#priceAt(instrument, Math.floor(nowMs / STEP_MS))
  }

  book(instrument: Instrument, nowMs: number): Book {
    const fixed = this.books.get(instrument.code)
    if (fixed !== undefined) return fixed
    const tick = tickOf(instrument)
    const step = Math.floor(nowMs / STEP_MS)
    const last = this.lastPrice(instrument, nowMs)
    const level = (offset: number) => ({
      price: round(last + offset * tick),
      volume: instrument.lotSize * (1 + (this.#hash(step, offset) % 8)),
      orderCount: 1,
    })
    return { bids: [-1, -2, -3, -4].map(level), asks: [1, 2, 3, 4].map(level) }
  }

  ticksBetween(instrument: Instrument, fromMs: number, toMs: number): readonly Tick[] {
    const tape = this.tapes.get(instrument.code)
    if (tape !== undefined) return tape.filter((tick) => tick.timeMs > fromMs && tick.timeMs <= toMs)
    const ticks: Tick[] = []
    for (let step = Math.floor(fromMs / STEP_MS) + 1; step * STEP_MS <= toMs; step += 1) {
      if (!this.tradingState(instrument, step * STEP_MS).isOpen) continue
      const volume = instrument.lotSize * (1 + (this.#hash(step, 99) % 5))
      const price = this.#priceAt(instrument, step)
      ticks.push({ timeMs: step * STEP_MS, price, volume, direction: 1 + (step % 3), sequence: BigInt(step) })
    }
    return ticks
  }

  dayEnds(instrument: Instrument, fromMs: number, toMs: number): readonly number[] {
    const zone = instrument.market === QotMarket.US_Security ? NEW_YORK : HONG_KONG
    const ends: number[] = []
    const lastDay = localMomentOf(zone, toMs).epochDay
    for (let day = localMomentOf(zone, fromMs).epochDay; day <= lastDay; day += 1) {
      const endMs = utcMsOf(zone, day, 16 * 60 * MINUTE_MS)
      if (endMs > fromMs && endMs <= toMs) ends.push(endMs)
    }
    return ends
  }

  expiryMs(instrument: Instrument): number | null {
    return this.expiries.get(instrument.code) ?? null
  }

  #priceAt(instrument: Instrument, step: number): number {
    const noise = (this.#hash(step, instrument.code.length) % 7) - 3
    const tick = tickOf(instrument)
    const wave = Math.round((BASE_PRICE * this.swing * Math.sin(step / SWING_STEPS)) / tick)
    return round(BASE_PRICE + tick * (wave + noise + Math.round(12 * Math.sin(step / 40))))
  }

  #hash(step: number, salt: number): number {
    let mixed = Math.imul(step ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(this.seed, 0xc2b2ae35)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
    return (mixed ^ (mixed >>> 13)) >>> 0
  }
}

/** One print every so often. */
const STEP_MS = 20_000
const BASE_PRICE = 100
/** A wave of about five days. */
const SWING_STEPS = 3500

export const TENCENT = stock(QotMarket.HK_Security, '00700', 100, Currency.HKD)
export const TRACKER = { ...stock(QotMarket.HK_Security, '02800', 500, Currency.HKD), kind: 'etf' } satisfies Instrument
export const APPLE = stock(QotMarket.US_Security, 'AAPL', 1, Currency.USD)
export const MOUTAI = stock(QotMarket.CNSH_Security, '600519', 100, Currency.CNH)
export const INDEX_FUTURE = {
  ...stock(QotMarket.HK_Security, 'HSImain', 1, Currency.HKD),
  kind: 'future',
  contractMultiplier: 50,
} satisfies Instrument
export const OPTION = {
  ...stock(QotMarket.US_Security, 'AAPL270115C100000', 1, Currency.USD),
  kind: 'option',
  contractMultiplier: 100,
} satisfies Instrument
/** A call of the same expiry with a higher strike, for strategies of two options. */
export const HIGHER_OPTION = { ...OPTION, code: 'AAPL270115C110000', name: 'AAPL270115C110000' } satisfies Instrument
export const INSTRUMENTS: readonly Instrument[] = [
  TENCENT,
  TRACKER,
  APPLE,
  MOUTAI,
  INDEX_FUTURE,
  OPTION,
  HIGHER_OPTION,
  { ...stock(QotMarket.HK_Security, '800000', 1, Currency.HKD), kind: 'index' },
]

/** Monday 3 March 2025 at that Hong Kong time. */
export function hongKongMs(hours: number, minutes = 0, days = 0): number {
  return Date.UTC(2025, 2, 3 + days, hours - 8, minutes)
}

/** The same day at that New York time (UTC-5 until the ninth). */
export function newYorkMs(hours: number, minutes = 0, days = 0): number {
  return Date.UTC(2025, 2, 3 + days, hours + 5, minutes)
}

export function print(timeMs: number, price: number, volume: number): Tick {
  return { timeMs, price, volume, direction: 1, sequence: BigInt(timeMs) }
}

function stock(market: number, code: string, lotSize: number, currency: number): Instrument {
  return { market, code, name: code, kind: 'stock', lotSize, currency, contractMultiplier: 1, underlyingCode: null }
}

function tickOf(instrument: Instrument): number {
  if (instrument.kind === 'future') return 1
  return instrument.currency === Currency.HKD ? 0.05 : 0.01
}

function round(price: number): number {
  return Math.round(price * 1000) / 1000
}

type Moment = readonly [marketState: number, isOpen: boolean, hasBegun: boolean]

function hongKong(minute: number): Moment {
  if (minute < 9 * 60) return [QotMarketState.Closed, false, false]
  if (minute < 9 * 60 + 20) return [QotMarketState.Auction, false, false]
  if (minute < 9 * 60 + 30) return [QotMarketState.WaitingOpen, false, false]
  if (minute < 12 * 60) return [QotMarketState.Morning, true, true]
  if (minute < 13 * 60) return [QotMarketState.Rest, false, true]
  if (minute < 16 * 60) return [QotMarketState.Afternoon, true, true]
  return [QotMarketState.Closed, false, true]
}

function newYork(minute: number): Moment {
  if (minute < 4 * 60) return [QotMarketState.Closed, false, false]
  if (minute < 9 * 60 + 30) return [QotMarketState.PreMarketBegin, false, true]
  if (minute < 16 * 60) return [QotMarketState.Afternoon, true, true]
  if (minute < 20 * 60) return [QotMarketState.AfterHoursBegin, false, true]
  return [QotMarketState.AfterHoursEnd, false, true]
}
