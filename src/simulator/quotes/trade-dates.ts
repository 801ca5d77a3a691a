import { TradeDateMarket, TradeDateType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type Refusal, type S2C } from '../handler.ts'
import { parseLocalTime } from '../../base/time/civil-date.ts'
import type { TimeZone } from '../../base/time/time-zone.ts'
import { JP_FUTURES, SG_FUTURES } from '../market/asian-futures.ts'
import { CN_SECURITIES, HK_SECURITIES, US_SECURITIES, type SessionPlan } from '../market/session-plan.ts'
import { tradingCalendar, type TradingCalendar } from '../market/trading-calendar.ts'
import type { World } from '../world.ts'
import { findSecurity, isRefusal } from './lookup.ts'
import { BAD_SPAN, BAD_TIME, marketDay } from './market-time.ts'

interface DatedMarket {
  readonly calendar: TradingCalendar
  readonly zone: TimeZone
}

/** Qot_RequestTradeDate: the trading days of a market, or of a security's market, with its half days. */
export function requestTradeDate(
  world: World,
  c2s: C2S<'Qot_RequestTradeDate'>,
): S2C<'Qot_RequestTradeDate'> | Refusal {
  const market = datedMarketOf(world, c2s)
  if (isRefusal(market)) return market
  const begin = parseLocalTime(c2s.beginTime)
  const end = parseLocalTime(c2s.endTime)
  if (begin === null || end === null) return refuse(BAD_TIME)
  if (begin.epochDay > end.epochDay) return refuse(BAD_SPAN)
  const { calendar, zone } = market
  const tradeDateList: MessageTypes['Qot_RequestTradeDate.TradeDate'][] = []
  const last = calendar.indexAtOrBefore(end.epochDay)
  for (let index = calendar.indexAtOrAfter(begin.epochDay); index <= last; index++) {
    const day = marketDay(zone, calendar.dayAt(index))
    tradeDateList.push({
      time: day.text,
      timestamp: day.timestamp,
      tradeDateType: calendar.isHalfDay(index) ? TradeDateType.Morning : TradeDateType.Whole,
    })
  }
  return { tradeDateList }
}

/** Markets whose trading days OpenD lists, and whose securities the simulator does not have. */
const UNSIMULATED: ReadonlyMap<number, SessionPlan> = new Map<number, SessionPlan>([
  [TradeDateMarket.JP_Future, JP_FUTURES],
  // Shares in Tokyo rest on the same days.
  [TradeDateMarket.JP, JP_FUTURES],
  [TradeDateMarket.SG_Future, SG_FUTURES],
])

function datedMarketOf(world: World, { market, security }: C2S<'Qot_RequestTradeDate'>): DatedMarket | Refusal {
  if (security !== undefined) {
    const found = findSecurity(world, security)
    return isRefusal(found) ? found : { calendar: found.clock.calendar, zone: found.clock.plan.zone }
  }
  const plan = UNSIMULATED.get(market) ?? planOf(market)
  if (plan === null) return refuse(`no calendar for market ${market}`)
  // A market that never closes lists every day, so that no quote or order is on a day that is not listed.
  const { calendar, zone } = world.market.planOf(plan)
  return { calendar: tradingCalendar(calendar), zone }
}

function planOf(market: number): SessionPlan | null {
  switch (market) {
    case TradeDateMarket.HK:
    // Southbound Stock Connect trades Hong Kong shares. Its additional closures are not modelled.
    case TradeDateMarket.ST:
      return HK_SECURITIES
    case TradeDateMarket.US:
      return US_SECURITIES
    case TradeDateMarket.CN:
    case TradeDateMarket.NT:
      return CN_SECURITIES
    default:
      return null
  }
}
