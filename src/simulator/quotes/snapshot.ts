import { QotMarket, SecurityStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import { extremesBefore } from '../market/price-extremes.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { listingDateOf, statusOf } from './basic-quote.ts'
import { countOf } from './figures.ts'
import { findSecurities, isRefusal, refOf } from './lookup.ts'
import { marketTime } from './market-time.ts'
import { dayFigures, extendedFigures, type DayFigures } from './session-figures.ts'
import { snapshotExData } from './snapshot-ex-data.ts'
import { bidAskRatio, closeMinutesAgo, volumeRatio } from './stock-figures.ts'

/** OpenD's limit of codes in one call. */
const MAX_SNAPSHOTS = 400

/** Qot_GetSecuritySnapshot: all figures of each security, without a subscription. */
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
  const listed = listingDateOf(security, nowMs)
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
    bidAskRatio: bidAskRatio(security, nowMs),
    volumeRatio: volumeRatio(security, day.dayIndex, day.volume, nowMs),
    ...extremeData(security, day),
    ...marginData(security),
    preMarket: extendedFigures(security, nowMs, 'pre-market'),
    afterMarket: extendedFigures(security, nowMs, 'after-market'),
    overnight: extendedFigures(security, nowMs, 'overnight'),
    secStatus: status,
    closePrice5Minute: closeMinutesAgo(security, nowMs, 5) ?? day.open,
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

/** The broker's lending terms: the usual terms for large shares of the market, or no lending. */
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
