import { QotMarket, WarrantStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import type { Security } from '../market/security.ts'
import { warrantSlots } from '../market/warrant-slots.ts'
import type { World } from '../world.ts'
import { warrantFigures } from './derivative-figures.ts'
import { countOf } from './figures.ts'
import { findSecurity, isRefusal, refOf } from './lookup.ts'
import { marketDay } from './market-time.ts'
import { dayFigures } from './session-figures.ts'
import { compareKeys, passesFilters, sortKey } from './warrant-filter.ts'

type WarrantData = MessageTypes['Qot_GetWarrant.WarrantData']

/** OpenD's limit of warrants on a page. */
const MAX_PAGE = 200

/** Qot_GetWarrant: warrants by underlying and terms, sorted, in pages. */
export function getWarrant(
  world: World,
  c2s: C2S<'Qot_GetWarrant'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetWarrant'> | Refusal {
  if (c2s.begin < 0) return refuse('begin must not be negative')
  if (c2s.num < 1 || c2s.num > MAX_PAGE) return refuse(`num must be from 1 to ${MAX_PAGE}`)
  const owner = c2s.owner === undefined ? null : findSecurity(world, c2s.owner)
  if (owner !== null && isRefusal(owner)) return owner
  const found = warrantSlots()
    .filter((slot) => owner === null || slot.ownerCode === owner.instrument.code)
    .map((slot) => world.market.security(QotMarket.HK_Security, slot.code))
    .filter((security) => security !== null)
    .map((security) => warrantDataOf(world, security, nowMs))
    .filter((warrant) => warrant !== null)
    .filter((warrant) => passesFilters(warrant, c2s, nowMs))
  const sign = c2s.ascend ? 1 : -1
  const sorted = found.toSorted(
    (one, other) => sign * compareKeys(sortKey(one, c2s.sortField), sortKey(other, c2s.sortField)),
  )
  return {
    lastPage: c2s.begin + c2s.num >= sorted.length,
    allCount: sorted.length,
    warrantDataList: sorted.slice(c2s.begin, c2s.begin + c2s.num),
  }
}

function warrantDataOf(world: World, security: Security, nowMs: number): WarrantData | null {
  if (security.derivative.kind !== 'warrant') return null
  const { issue } = security.derivative
  const figures = warrantFigures(world, security, issue, nowMs)
  const day = dayFigures(security, nowMs)
  const { bids, asks } = security.bookAt(nowMs)
  const { zone } = security.clock.plan
  const maturity = marketDay(zone, figures.maturityDay)
  const listed = marketDay(zone, figures.listedDay)
  const last = marketDay(zone, figures.lastTradeDay)
  return {
    stock: refOf(security),
    owner: { market: QotMarket.HK_Security, code: issue.slot.ownerCode },
    type: issue.slot.type,
    issuer: issue.slot.issuer,
    maturityTime: maturity.text,
    maturityTimestamp: maturity.timestamp,
    listTime: listed.text,
    listTimestamp: listed.timestamp,
    lastTradeTime: last.text,
    lastTradeTimestamp: last.timestamp,
    recoveryPrice: issue.isCallable ? figures.recoveryPrice : undefined,
    conversionRatio: figures.conversionRatio,
    lotSize: security.instrument.lotSize,
    strikePrice: figures.strikePrice,
    lastClosePrice: day.lastClose,
    name: security.instrument.name,
    curPrice: day.last,
    priceChangeVal: day.change,
    changeRate: day.changeRate,
    status: figures.isCalled ? WarrantStatus.StopTrade : WarrantStatus.Normal,
    bidPrice: bids[0]?.price ?? 0,
    askPrice: asks[0]?.price ?? 0,
    bidVol: countOf(bids[0]?.volume ?? 0),
    askVol: countOf(asks[0]?.volume ?? 0),
    volume: countOf(day.volume),
    turnover: day.turnover,
    score: figures.score,
    premium: figures.premium,
    breakEvenPoint: figures.breakEven,
    leverage: figures.leverage,
    ipop: figures.moneyness,
    priceRecoveryRatio: issue.isCallable ? figures.priceRecoveryRatio : undefined,
    conversionPrice: figures.conversionPrice,
    streetRate: figures.streetRate,
    streetVol: countOf(figures.streetVolume),
    amplitude: day.amplitude,
    issueSize: countOf(figures.issueSize),
    highPrice: day.high,
    lowPrice: day.low,
    impliedVolatility: issue.isCallable ? undefined : figures.impliedVolatility,
    delta: issue.isCallable ? undefined : figures.delta,
    effectiveLeverage: figures.effectiveLeverage,
  }
}
