import { QotMarket, SecurityStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { extremesBefore } from '../market/price-extremes.ts'
import type { Security } from '../market/security.ts'
import { lastTicks } from '../market/tick-reader.ts'
import type { World } from '../world.ts'
import { listedDayOf, statusOf } from './basic-quote.ts'
import { countOf, rounded } from './figures.ts'
import { findSecurities, isRefusal, refOf } from './lookup.ts'
import { marketDay, marketTime } from './market-time.ts'
import { dayFigures, extendedFigures, type DayFigures } from './session-figures.ts'
import { snapshotExData } from './snapshot-ex-data.ts'

/** Codes in one call at most: OpenD's bound. */
const MAX_SNAPSHOTS = 400

/** Qot_GetSecuritySnapshot: everything about each security at once, without a subscription. */
export function getSecuritySnapshot(
  world: World,
  { securityList = [] }: C2S<'Qot_GetSecuritySnapshot'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetSecuritySnapshot'> | Refusal {
  if (securityList.length > MAX_SNAPSHOTS) return refuse(`at most ${MAX_SNAPSHOTS} securities in one call`)
  const securities = findSecurities(world, securityList)
  if (isRefusal(securities)) return securities
  return {
    snapshotList: securities.map((security) => ({
      basic: basicData(security, nowMs),
      ...snapshotExData(world, security, nowMs),
    })),
  }
}

function basicData(security: Security, nowMs: number): MessageTypes['Qot_GetSecuritySnapshot.SnapshotBasicData'] {
  const { instrument, listing } = security
  const day = dayFigures(security, nowMs)
  const { bids, asks } = security.bookAt(nowMs)
  const bid = bids[0]
  const ask = asks[0]
  const listed = marketDay(security.clock.plan.zone, listedDayOf(security, nowMs))
  const updated = marketTime(security, day.timeMs)
  const status = statusOf(security, nowMs)
  const isContract = instrument.kind === 'option' || instrument.kind === 'future'
  return {
    security: refOf(security),
    name: instrument.name,
    type: listing.securityType,
    isSuspend: status === SecurityStatus.Suspended,
    listTime: listed.text,
    listTimestamp: listed.timestamp,
    lotSize: isContract ? instrument.contractMultiplier : instrument.lotSize,
    priceSpread: listing.ladder.tickAt(day.last),
    updateTime: updated.text,
    updateTimestamp: updated.timestamp,
    highPrice: day.high,
    openPrice: day.open,
    lowPrice: day.low,
    lastClosePrice: day.lastClose,
    curPrice: day.last,
    volume: countOf(day.volume),
    turnover: day.turnover,
    turnoverRate: day.turnoverRate,
    askPrice: ask?.price,
    bidPrice: bid?.price,
    askVol: ask === undefined ? undefined : countOf(ask.volume),
    bidVol: bid === undefined ? undefined : countOf(bid.volume),
    amplitude: day.amplitude,
    avgPrice: day.average,
    bidAskRatio: bidAskRatio(sum(bids), sum(asks)),
    volumeRatio: volumeRatio(security, day, nowMs),
    ...extremeData(security, day),
    ...marginData(security),
    preMarket: extendedFigures(security, nowMs, 'pre-market'),
    afterMarket: extendedFigures(security, nowMs, 'after-market'),
    secStatus: status,
    closePrice5Minute: closeFiveMinutesAgo(security, nowMs),
  }
}

function extremeData(security: Security, day: DayFigures) {
  const before = extremesBefore(security, day.dayIndex)
  const lowest = (known: number): number => (known === 0 ? day.low : Math.min(known, day.low))
  return {
    highest52WeeksPrice: Math.max(before.highest52Weeks, day.high),
    lowest52WeeksPrice: lowest(before.lowest52Weeks),
    highestHistoryPrice: Math.max(before.highestEver, day.high),
    lowestHistoryPrice: lowest(before.lowestEver),
  }
}

/** Terms on which a broker lends: the usual ones for large shares of the market, and none for what is not lent on. */
function marginData(security: Security) {
  const { kind, market } = security.instrument
  if (kind !== 'stock' && kind !== 'etf') return { enableMargin: false, enableShortSell: false }
  const isLent = market === QotMarket.HK_Security || market === QotMarket.US_Security
  if (!isLent) return { enableMargin: false, enableShortSell: false }
  return {
    enableMargin: true,
    mortgageRatio: 60,
    longMarginInitialRatio: 40,
    enableShortSell: true,
    shortSellRate: 1.5,
    shortAvailableVolume: countOf((security.listing.fundamentals?.issuedShares ?? 0) / 1000),
    shortMarginInitialRatio: 60,
  }
}

/** Of the volumes in the book, in percent: 100 when there are only bids, -100 when there are only asks. */
function bidAskRatio(bidVolume: number, askVolume: number): number {
  const both = bidVolume + askVolume
  return both === 0 ? 0 : rounded(((bidVolume - askVolume) / both) * 100, 3)
}

/** Volume a minute today, over that of the five days before. */
function volumeRatio(security: Security, day: DayFigures, nowMs: number): number {
  if (day.dayIndex < 0) return 0
  let volume = 0
  let minutes = 0
  for (let back = 1; back <= 5; back++) {
    const bar = security.series.dayBar(day.dayIndex - back)
    if (bar === null) continue
    volume += bar.volume
    minutes += security.clock.sessionsOf(day.dayIndex - back).regular.length
  }
  const minutesToday = security.clock.sessionsOf(day.dayIndex).regular.minuteAt(nowMs) + 1
  return volume === 0 ? 0 : rounded(day.volume / minutesToday / (volume / minutes), 3)
}

const FIVE_MINUTES_MS = 5 * 60_000

function closeFiveMinutesAgo(security: Security, nowMs: number): number | undefined {
  const state = security.stateAt(nowMs)
  const bars = state === null ? null : security.series.minuteBars(state.dayIndex, 'regular')
  if (state === null || bars === null) return undefined
  const minute = security.clock.sessionsOf(state.dayIndex).regular.minuteAt(state.timeMs - FIVE_MINUTES_MS)
  if (minute < 0) return lastTicks(security, nowMs, 1)[0]?.price
  return security.listing.ladder.priceAt(bars.close[minute] ?? 0)
}

function sum(levels: readonly { readonly volume: number }[]): number {
  return levels.reduce((total, level) => total + level.volume, 0)
}
