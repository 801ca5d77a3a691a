import type { Instrument } from '../market/instrument.ts'
import { Market } from '../market/market.ts'
import { allTicksBetween } from '../market/tick-reader.ts'
import type { TradingMarket } from './trading-market.ts'

/**
 * The simulated exchanges as a `TradingMarket`: with the prints of all sessions, and with expiries. A market
 * that already has this interface is returned unchanged.
 */
export function tradingMarketOf(market: Market | TradingMarket): TradingMarket {
  if (!(market instanceof Market)) return market
  return {
    instrument: (qotMarket, code) => market.instrument(qotMarket, code),
    contractBehind: (instrument, nowMs) => market.contractBehind(instrument, nowMs),
    tickSize: (instrument, price) => market.tickSize(instrument, price),
    isOnTick: (instrument, price) => market.isOnTick(instrument, price),
    priceBand: (instrument, nowMs) => market.priceBand(instrument, nowMs),
    tradingState: (instrument, nowMs) => market.tradingState(instrument, nowMs),
    lastPrice: (instrument, nowMs) => market.lastPrice(instrument, nowMs),
    book: (instrument, nowMs) => market.book(instrument, nowMs),
    ticksBetween: (instrument, fromMs, toMs) => {
      const security = market.security(instrument.market, instrument.code)
      return security === null ? [] : allTicksBetween(security, fromMs, toMs)
    },
    dayEnds: (instrument, fromMs, toMs) => dayEnds(market, instrument, fromMs, toMs),
    expiryMs: (instrument) => expiryOf(market, instrument),
  }
}

function dayEnds(market: Market, instrument: Instrument, fromMs: number, toMs: number): readonly number[] {
  const clock = market.security(instrument.market, instrument.code)?.clock
  const ends: number[] = []
  if (clock === undefined) return ends
  for (let day = clock.dayIndexAt(toMs); day >= 0; day -= 1) {
    const { endMs } = clock.sessionsOf(day).regular
    if (endMs <= fromMs) break
    if (endMs <= toMs) ends.unshift(endMs)
  }
  return ends
}

function expiryOf(market: Market, instrument: Instrument): number | null {
  if (instrument.kind !== 'option' && instrument.kind !== 'future' && instrument.kind !== 'warrant') return null
  const security = market.security(instrument.market, instrument.code)
  if (security === null) return null
  const { lastDay } = security.series
  if (lastDay < 0 || lastDay >= security.clock.calendar.length - 1) return null
  return security.clock.sessionsOf(lastDay).regular.endMs
}
