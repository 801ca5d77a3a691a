import { decimalOf, type Decimal } from '../base/decimal.ts'
import type { KeyLimits, ValueLimit } from './key-limits.ts'
import { capOf, type Money } from '../base/money.ts'
import { MOST_ORDERS_PER_WINDOW } from './rate-window.ts'
import { TradingWindow } from './market/trading-window.ts'
import { zoneClock, type ZoneClock } from '../base/time/zone-clock.ts'

/** The default margin above the last known price at which an order without a price is valued, in per cent. */
const DEFAULT_MARKET_PRICE_BAND_PERCENT = 5

/** The limits of a key, prepared for checking once per key and not per order. */
export interface OrderPolicy {
  readonly accIds: ReadonlySet<bigint> | null
  readonly markets: ReadonlySet<string> | null
  readonly symbols: ReadonlySet<string> | null
  readonly sides: ReadonlySet<string> | null
  readonly hours: TradingWindow | BrokenLimit | null
  readonly orderValue: ValueCap | BrokenLimit | null
  readonly ordersPerMinute: number | BrokenLimit | null
  readonly dailyValue: ValueCap | BrokenLimit | null
  readonly bandPercent: Decimal
  /** The clock of the key's time zone. */
  readonly clock: ZoneClock
}

/** An invalid limit. Its gate refuses every order; cancels still pass. */
export interface BrokenLimit {
  /** The problem, for the refusal text. */
  readonly broken: string
}

/** A cap on values, by currency. */
export interface ValueCap {
  /** The cap of every currency; null when `byCurrency` has the caps. */
  readonly all: Money | null
  readonly byCurrency: ReadonlyMap<string, Money>
}

/** Prepares the limits of a key. Does not fail: an invalid limit becomes one that refuses. */
export function orderPolicyOf(limits: KeyLimits): OrderPolicy {
  const { timeZone, hoursWindow, marketPriceBandPercent } = limits
  const zone = timeZone ?? 'UTC'
  const clock = zoneClock(zone)
  const brokenZone = clock === null ? { broken: `time zone ${zone} is not known` } : null
  const band = decimalOf(marketPriceBandPercent ?? DEFAULT_MARKET_PRICE_BAND_PERCENT)
  const brokenBand = band === null ? { broken: `market price band ${marketPriceBandPercent} is not valid` } : null
  return {
    accIds: setOf(limits.allowedAccIds),
    markets: setOf(limits.allowedMarkets),
    symbols: setOf(limits.allowedSymbols),
    sides: setOf(limits.allowedTrdSides),
    hours: hoursWindow === null ? null : (brokenZone ?? hoursOf(hoursWindow, clock)),
    orderValue: limits.maxOrderValue === null ? null : (brokenBand ?? valueCapOf(limits.maxOrderValue)),
    ordersPerMinute: limits.maxOrdersPerMinute === null ? null : rateOf(limits.maxOrdersPerMinute),
    dailyValue: limits.maxDailyValue === null ? null : (brokenBand ?? brokenZone ?? valueCapOf(limits.maxDailyValue)),
    bandPercent: band ?? { digits: BigInt(DEFAULT_MARKET_PRICE_BAND_PERCENT), scale: 0 },
    clock: clock ?? utcClock(),
  }
}

/** Whether a limit is invalid. */
export function isBroken(limit: object | number): limit is BrokenLimit {
  return typeof limit === 'object' && 'broken' in limit
}

/** The cap in one currency; null when the key may not trade in it. */
export function capIn(cap: ValueCap, currency: string): Money | null {
  return cap.all ?? cap.byCurrency.get(currency) ?? null
}

/** Whether orders of the key must be valued and may need a last price. */
export function hasValueCap(policy: OrderPolicy): boolean {
  return policy.orderValue !== null || policy.dailyValue !== null
}

function setOf<Item>(list: readonly Item[] | null): ReadonlySet<Item> | null {
  return list === null ? null : new Set(list)
}

function hoursOf(window: string, clock: ZoneClock | null): TradingWindow | BrokenLimit {
  const hours = clock === null ? null : TradingWindow.parse(window, clock)
  return hours ?? { broken: `hours window ${window} is not of the form HH:MM-HH:MM with two different times` }
}

function rateOf(cap: number): number | BrokenLimit {
  if (!Number.isFinite(cap) || cap < 0) return { broken: `rate cap ${cap} is not valid` }
  return Math.min(Math.floor(cap), MOST_ORDERS_PER_WINDOW)
}

function valueCapOf(limit: ValueLimit): ValueCap | BrokenLimit {
  if (typeof limit === 'number') {
    const all = capOf(limit)
    return all === null ? { broken: `value cap ${limit} is not valid` } : { all, byCurrency: new Map() }
  }
  const byCurrency = new Map<string, Money>()
  for (const [currency, amount] of Object.entries(limit)) {
    const cap = capOf(amount)
    if (cap === null) return { broken: `value cap ${amount} for ${currency} is not valid` }
    byCurrency.set(currency, cap)
  }
  return { all: null, byCurrency }
}

function utcClock(): ZoneClock {
  const clock = zoneClock('UTC')
  if (clock === null) throw new Error('the runtime has no UTC')
  return clock
}
