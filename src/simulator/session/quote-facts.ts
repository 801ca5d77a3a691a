import { basicQotOf } from '../quotes/basic-quote.ts'
import type { World } from '../world.ts'
import type { QuoteFacts } from './reminder-watch.ts'
import type { SecurityRef } from './subscription-registry.ts'

const MINUTE_MS = 60_000

/** The data of a security that price reminders compare; null for a security that the market does not list. */
export function quoteFacts(world: World, { market, code }: SecurityRef, nowMs: number): QuoteFacts | null {
  const security = world.market.security(market, code)
  if (security === null) return null
  const { instrument } = security
  const quote = basicQotOf(world, security, nowMs)
  const book = world.market.book(instrument, nowMs)
  const { marketState, tradingDate } = world.market.tradingState(instrument, nowMs)
  return {
    name: instrument.name,
    price: quote.curPrice,
    lastClose: quote.lastClosePrice,
    volume: Number(quote.volume),
    turnover: quote.turnover,
    turnoverRatePercent: quote.turnoverRate,
    bid: book.bids[0]?.price ?? 0,
    bidVolume: book.bids[0]?.volume ?? 0,
    ask: book.asks[0]?.price ?? 0,
    askVolume: book.asks[0]?.volume ?? 0,
    priceBefore: (minutes) => world.market.lastPrice(instrument, nowMs - minutes * MINUTE_MS),
    marketState,
    tradingDate,
  }
}
