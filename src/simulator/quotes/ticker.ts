import { PushDataType, Qot_Common_TickerType as TickerType, TickerDirection } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import type { Tick } from '../market/instrument.ts'
import type { Security } from '../market/security.ts'
import { lastTicks } from '../market/tick-reader.ts'
import type { World } from '../world.ts'
import { countOf, rounded } from './figures.ts'
import { findSecurity, isRefusal } from './lookup.ts'
import { marketTime } from './market-time.ts'

/** OpenD's limit of prints in one reply. */
const MAX_PRINTS = 1000

/** Qot_GetTicker: the latest prints of the day in the hours of the subscription, oldest first. */
export function getTicker(
  world: World,
  c2s: C2S<'Qot_GetTicker'>,
  { nowMs, hours }: CallContext,
): S2C<'Qot_GetTicker'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  if (c2s.maxRetNum <= 0 || c2s.maxRetNum > MAX_PRINTS) return refuse(`max_ret_num must be from 1 to ${MAX_PRINTS}`)
  const ticks = lastTicks(security, nowMs, c2s.maxRetNum, hours)
  return {
    security: c2s.security,
    name: security.instrument.name,
    tickerList: ticks.map((tick) => tickerOf(security, tick, PushDataType.Cache)),
  }
}

/** A print, as in messages; `origin` is its `Qot_Common.PushDataType`. */
export function tickerOf(security: Security, tick: Tick, origin: number): MessageTypes['Qot_Common.Ticker'] {
  const { text, timestamp } = marketTime(security, tick.timeMs)
  const isAuction = tick.direction === TickerDirection.Neutral && tick.timeMs % 60_000 === 0
  return {
    time: text,
    sequence: tick.sequence,
    dir: tick.direction,
    price: tick.price,
    volume: countOf(tick.volume),
    turnover: rounded(tick.price * tick.volume * security.listing.turnoverMultiplier, 3),
    recvTime: timestamp,
    type: isAuction ? TickerType.Auction : TickerType.Automatch,
    // The exchange's letter for the kind of print: Y for an auction in HK, else absent.
    typeSign: isAuction ? 'Y'.charCodeAt(0) : ' '.charCodeAt(0),
    pushDataType: origin,
    timestamp,
  }
}
