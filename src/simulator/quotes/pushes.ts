import { KLType, OrderBookType, PushDataType, RehabType, SubType } from '../../../proto/enums.ts'
import type { S2C } from '../handler.ts'
import { barPeriodOf } from '../market/bar-period.ts'
import type { Bar } from '../market/bar.ts'
import { barsBetween, latestBars } from '../market/bars.ts'
import type { Security } from '../market/security.ts'
import { lastTicks, ticksBetween } from '../market/tick-reader.ts'
import { sessionsIn, type TradingHours } from '../market/trading-hours.ts'
import type { World } from '../world.ts'
import { basicQotOf } from './basic-quote.ts'
import { brokerQueueOf } from './broker-queue.ts'
import { kLineOf } from './k-line.ts'
import { refOf, type SecurityRef } from './lookup.ts'
import { orderBookOf } from './order-book.ts'
import { tickerOf } from './ticker.ts'
import { timeShares } from './time-share.ts'

/** The content of a push, without the response envelope. */
export type QuotePush =
  | { readonly protocolName: 'Qot_UpdateBasicQot'; readonly s2c: S2C<'Qot_UpdateBasicQot'> }
  | { readonly protocolName: 'Qot_UpdateKL'; readonly s2c: S2C<'Qot_UpdateKL'> }
  | { readonly protocolName: 'Qot_UpdateRT'; readonly s2c: S2C<'Qot_UpdateRT'> }
  | { readonly protocolName: 'Qot_UpdateTicker'; readonly s2c: S2C<'Qot_UpdateTicker'> }
  | { readonly protocolName: 'Qot_UpdateOrderBook'; readonly s2c: S2C<'Qot_UpdateOrderBook'> }
  | { readonly protocolName: 'Qot_UpdateBroker'; readonly s2c: S2C<'Qot_UpdateBroker'> }

/** Most prints in one ticker push. After a longer delay only the latest are sent, as in a slow OpenD. */
const MAX_PRINTS_PER_PUSH = 1000

/** The K-line type of each K-line subscription. */
const KL_TYPES: ReadonlyMap<number, number> = new Map([
  [SubType.KL_1Min, KLType._1Min],
  [SubType.KL_3Min, KLType._3Min],
  [SubType.KL_5Min, KLType._5Min],
  [SubType.KL_10Min, KLType._10Min],
  [SubType.KL_15Min, KLType._15Min],
  [SubType.KL_30Min, KLType._30Min],
  [SubType.KL_60Min, KLType._60Min],
  [SubType.KL_120Min, KLType._120Min],
  [SubType.KL_180Min, KLType._180Min],
  [SubType.KL_240Min, KLType._240Min],
  [SubType.KL_Day, KLType.Day],
  [SubType.KL_Week, KLType.Week],
  [SubType.KL_Month, KLType.Month],
  [SubType.KL_Qurater, KLType.Quarter],
  [SubType.KL_Year, KLType.Year],
])

/**
 * The pushes to a subscriber of `subType` (`Qot_Common.SubType`) for the changes in `(fromMs, toMs]`; empty without
 * prints. Quotes and books have their state at the end, prints are sent individually, bars and minutes from the first
 * changed one. There is one K-line push for each rehab type.
 */
export function pushFor(
  world: World,
  subType: number,
  ref: SecurityRef,
  fromMs: number,
  toMs: number,
  rehabTypes: readonly number[] = [RehabType.Forward],
  hours: TradingHours = 'RTH',
): readonly QuotePush[] {
  const security = world.market.security(ref.market, ref.code)
  if (security === null || !hasTraded(security, fromMs, toMs, hoursOfType(subType, hours))) return []
  switch (subType) {
    case SubType.Ticker:
      return tickerPush(security, fromMs, toMs, hours)
    case SubType.RT: {
      const rtList = timeShares(security, toMs, hours, fromMs)
      return [{ protocolName: 'Qot_UpdateRT', s2c: { ...named(security), rtList } }]
    }
    default:
      break
  }
  const klType = KL_TYPES.get(subType)
  if (klType === undefined) return currentPush(world, subType, ref, toMs)
  return rehabTypes.flatMap((rehabType) => barPush(security, klType, rehabType, fromMs, toMs, hours))
}

/** The first pushes to a new subscriber: the current value. Empty before the first print. */
export function currentPush(
  world: World,
  subType: number,
  ref: SecurityRef,
  nowMs: number,
  rehabTypes: readonly number[] = [RehabType.Forward],
  hours: TradingHours = 'RTH',
): readonly QuotePush[] {
  const security = world.market.security(ref.market, ref.code)
  if (security === null || security.stateAt(nowMs) === null) return []
  switch (subType) {
    case SubType.Basic:
      return [{ protocolName: 'Qot_UpdateBasicQot', s2c: { basicQotList: [basicQotOf(world, security, nowMs)] } }]
    case SubType.OrderBook:
      return [{ protocolName: 'Qot_UpdateOrderBook', s2c: orderBookOf(security, nowMs) }]
    case SubType.OrderBook_Odd:
      return [{ protocolName: 'Qot_UpdateOrderBook', s2c: orderBookOf(security, nowMs, 1, OrderBookType.Odd) }]
    case SubType.Broker:
      return [{ protocolName: 'Qot_UpdateBroker', s2c: brokerQueueOf(security, nowMs) }]
    case SubType.Ticker:
      return tickers(security, PushDataType.Cache, lastTicks(security, nowMs, 1, hours))
    case SubType.RT: {
      const { timeMs = 0 } = security.latestStateAt(nowMs, hours) ?? {}
      const rtList = timeShares(security, nowMs, hours, timeMs - 1)
      return [{ protocolName: 'Qot_UpdateRT', s2c: { ...named(security), rtList } }]
    }
    default: {
      const klType = KL_TYPES.get(subType)
      if (klType === undefined) return []
      return rehabTypes.flatMap((rehabType) => latestBarPush(security, klType, rehabType, nowMs, hours))
    }
  }
}

/** Earliest time of the next change for subscribers of a security, or an earlier time at which to ask again. */
export function nextChangeMs(
  world: World,
  subType: number,
  ref: SecurityRef,
  nowMs: number,
  hours: TradingHours,
): number | null {
  return world.market.security(ref.market, ref.code)?.nextChangeMs(nowMs, hoursOfType(subType, hours)) ?? null
}

/**
 * The hours in which a subscription of a type has changes. Quotes, books and broker queues follow every session: OpenD
 * documents `extendedTime` and `session` for K-lines, minutes and prints only.
 */
function hoursOfType(subType: number, hours: TradingHours): TradingHours {
  return hasHours(subType) ? hours : 'ALL'
}

/** Whether the data of a `Qot_Common.SubType` depends on the hours that were subscribed. */
export function hasHours(subType: number): boolean {
  return subType === SubType.Ticker || subType === SubType.RT || KL_TYPES.has(subType)
}

function hasTraded(security: Security, fromMs: number, toMs: number, hours: TradingHours): boolean {
  const latest = security.latestStateAt(toMs, hours)
  return latest !== null && latest.timeMs > fromMs
}

function tickerPush(security: Security, fromMs: number, toMs: number, hours: TradingHours): readonly QuotePush[] {
  const sessions = sessionsIn(security.hasExtendedSessions ? hours : 'RTH')
  const ticks = sessions.flatMap((session) => ticksBetween(security, fromMs, toMs, session))
  return tickers(security, PushDataType.Realtime, ticks.slice(-MAX_PRINTS_PER_PUSH))
}

function tickers(security: Security, origin: number, ticks: ReturnType<typeof lastTicks>): readonly QuotePush[] {
  if (ticks.length === 0) return []
  const tickerList = ticks.map((tick) => tickerOf(security, tick, origin))
  return [{ protocolName: 'Qot_UpdateTicker', s2c: { ...named(security), tickerList } }]
}

function barPush(
  security: Security,
  klType: number,
  rehabType: number,
  fromMs: number,
  toMs: number,
  hours: TradingHours,
): readonly QuotePush[] {
  const period = barPeriodOf(klType)
  if (period === null) return []
  const query = { period, rehabType, nowMs: toMs, hours }
  // A bar is labelled by its end, so every bar that changed since then has a later label.
  if (period.unit === 'minute') {
    const changed = barsBetween(security, query, fromMs + 1, Number.POSITIVE_INFINITY, MAX_PRINTS_PER_PUSH)
    return bars(security, klType, rehabType, changed)
  }
  const state = security.stateAt(toMs)
  return state === null || state.timeMs <= fromMs
    ? []
    : bars(security, klType, rehabType, latestBars(security, query, 1))
}

function latestBarPush(
  security: Security,
  klType: number,
  rehabType: number,
  nowMs: number,
  hours: TradingHours,
): readonly QuotePush[] {
  const period = barPeriodOf(klType)
  if (period === null) return []
  return bars(security, klType, rehabType, latestBars(security, { period, rehabType, nowMs, hours }, 1))
}

function bars(security: Security, klType: number, rehabType: number, list: readonly Bar[]): readonly QuotePush[] {
  if (list.length === 0) return []
  const klList = list.map((bar) => kLineOf(security, bar))
  return [{ protocolName: 'Qot_UpdateKL', s2c: { rehabType, klType, ...named(security), klList } }]
}

function named(security: Security): { readonly security: SecurityRef; readonly name: string } {
  return { security: refOf(security), name: security.instrument.name }
}
