import { OrderBookType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import type { BookLevel } from '../market/instrument.ts'
import { BOOK_LEVELS } from '../market/order-book.ts'
import type { Security } from '../market/security.ts'
import type { World } from '../world.ts'
import { countOf } from './figures.ts'
import { findSecurity, isRefusal, refOf } from './lookup.ts'
import { marketTime } from './market-time.ts'

/** Qot_GetOrderBook: both sides of the book, best first. */
export function getOrderBook(
  world: World,
  c2s: C2S<'Qot_GetOrderBook'>,
  { nowMs }: CallContext,
): S2C<'Qot_GetOrderBook'> | Refusal {
  const security = findSecurity(world, c2s.security)
  if (isRefusal(security)) return security
  if (c2s.num <= 0) return refuse('num must be at least 1')
  return orderBookOf(security, nowMs, c2s.num, c2s.orderBookType ?? OrderBookType.Normal)
}

/** The body of the getter's reply and of the push. */
export function orderBookOf(
  security: Security,
  nowMs: number,
  levels: number = BOOK_LEVELS,
  bookType: number = OrderBookType.Normal,
): S2C<'Qot_GetOrderBook'> {
  // Odd lots have their own book at the exchange; the simulated one is empty.
  const { bids, asks } = bookType === OrderBookType.Odd ? { bids: [], asks: [] } : security.bookAt(nowMs)
  const { text, timestamp } = marketTime(security, security.latestStateAt(nowMs)?.timeMs ?? nowMs)
  return {
    security: refOf(security),
    name: security.instrument.name,
    orderBookAskList: asks.slice(0, levels).map(levelOf),
    orderBookBidList: bids.slice(0, levels).map(levelOf),
    svrRecvTimeBid: text,
    svrRecvTimeBidTimestamp: timestamp,
    svrRecvTimeAsk: text,
    svrRecvTimeAskTimestamp: timestamp,
    orderBookType: bookType,
  }
}

function levelOf({ price, volume, orderCount }: BookLevel): MessageTypes['Qot_Common.OrderBook'] {
  // "oreder" is the schema's spelling.
  return { price, volume: countOf(volume), orederCount: orderCount }
}
