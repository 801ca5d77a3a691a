import { DarkStatus, SecurityStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { C2S, CallContext, Refusal, S2C } from '../handler.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { futureFigures, optionFigures, warrantFigures } from './derivative-figures.ts'
import { countOf } from './figures.ts'
import { findSecurities, isRefusal, refOf } from './lookup.ts'
import { marketDay, marketTime, type MarketTime } from './market-time.ts'
import { dayFigures, extendedFigures } from './session-figures.ts'

/** Qot_GetBasicQot: the current quote of each security. */
export function getBasicQot(
  world: World,
  { securityList = [] }: C2S<'Qot_GetBasicQot'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetBasicQot'> | Refusal {
  const securities = findSecurities(world, securityList)
  if (isRefusal(securities)) return securities
  return { basicQotList: securities.map((security) => basicQotOf(world, security, nowMs)) }
}

/** The current quote of one security, for the getter and the push. */
export function basicQotOf(world: World, security: Security, nowMs: number): MessageTypes['Qot_Common.BasicQot'] {
  const day = dayFigures(security, nowMs)
  const updated = marketTime(security, day.timeMs)
  const listed = listingDateOf(security, nowMs)
  return {
    security: refOf(security),
    name: security.instrument.name,
    isSuspended: statusOf(security, nowMs) === SecurityStatus.Suspended,
    listTime: listed.text,
    listTimestamp: listed.timestamp,
    priceSpread: security.listing.ladder.tickAt(day.last),
    updateTime: updated.text,
    updateTimestamp: updated.timestamp,
    highPrice: day.high,
    openPrice: day.open,
    lowPrice: day.low,
    curPrice: day.last,
    lastClosePrice: day.lastClose,
    volume: countOf(day.volume),
    turnover: day.turnover,
    turnoverRate: day.turnoverRate,
    amplitude: day.amplitude,
    darkStatus: DarkStatus.None,
    secStatus: statusOf(security, nowMs),
    preMarket: extendedFigures(security, nowMs, 'pre-market'),
    afterMarket: extendedFigures(security, nowMs, 'after-market'),
    overnight: extendedFigures(security, nowMs, 'overnight'),
    ...derivativeData(world, security, nowMs),
  }
}

type DerivativeData = Pick<MessageTypes['Qot_Common.BasicQot'], 'optionExData' | 'futureExData' | 'warrantExData'>

function derivativeData(world: World, security: Security, nowMs: number): DerivativeData {
  const { derivative } = security
  switch (derivative.kind) {
    case 'option':
      return { optionExData: optionFigures(world, security, derivative.terms, derivative.optionMarket, nowMs) }
    case 'warrant': {
      const { delta, impliedVolatility, premium } = warrantFigures(world, security, derivative.issue, nowMs)
      return { warrantExData: { delta, impliedVolatility, premium } }
    }
    case 'future': {
      const figures = futureFigures(security, nowMs)
      return figures === null ? {} : { futureExData: figures }
    }
    case 'none':
      return {}
  }
}

/** `Qot_Common.SecurityStatus`. */
export function statusOf(security: Security, nowMs: number): number {
  if (security.isExpiredAt(nowMs)) return SecurityStatus.Expired
  const state = security.stateAt(nowMs)
  if (state === null) return SecurityStatus.ToBeOpen
  const { derivative } = security
  const isCalled = derivative.kind === 'warrant' && derivative.issue.wasCalledBefore(security.clock.dayIndexAt(nowMs))
  return isCalled ? SecurityStatus.Called : SecurityStatus.Normal
}

/** The listing date of a security; of the current issue for a warrant. OpenD has 1970-01-01 and 0 for unknown dates. */
export function listingDateOf(security: Security, nowMs: number): MarketTime {
  const { clock, listing, series, derivative } = security
  const { zone } = clock.plan
  if (derivative.kind === 'warrant')
    return marketDay(zone, clock.calendar.dayAt(series.firstDayOf(clock.dayIndexAt(nowMs))))
  return listing.listedOn === 0 ? { text: '1970-01-01', timestamp: 0 } : marketDay(zone, listing.listedOn)
}
