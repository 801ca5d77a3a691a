import { TickerDirection } from '../../../proto/enums.ts'
import { mix, unitOf } from './hash.ts'
import type { Book, BookLevel } from './instrument.ts'
import type { Listing } from './listing.ts'
import type { SessionState } from './live-quote.ts'

/** Levels on each side, as in HK Level 2. */
export const BOOK_LEVELS = 10

/** The volume of a level changes after this many prints, at a different print for each level. */
const PRINTS_PER_REFRESH = 8

/** Today's price limits as rungs. */
export interface RungBand {
  readonly low: number
  readonly high: number
}

/**
 * The book after a print. The print's price is the best ask after a buy, and the best bid after a sale. Deeper levels
 * have more volume. `lotsPerMinute` scales the volumes to the security's trading volume.
 */
export function bookAfter(
  listing: Listing,
  hash: number,
  state: SessionState,
  lotsPerMinute: number,
  band: RungBand | null,
): Book {
  const isBuy =
    state.direction === TickerDirection.Bid || (state.direction === TickerDirection.Neutral && (state.last & 1) === 0)
  const bestAsk = isBuy ? state.last : state.last + listing.spreadRungs
  const bestBid = bestAsk - listing.spreadRungs
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  for (let depth = 0; depth < BOOK_LEVELS; depth++) {
    const bid = bestBid - depth
    const ask = bestAsk + depth
    if (bid >= Math.max(1, band?.low ?? 1)) bids.push(levelAt(listing, hash, state, lotsPerMinute, bid, depth))
    if (ask <= (band?.high ?? ask)) asks.push(levelAt(listing, hash, state, lotsPerMinute, ask, depth))
  }
  return { bids, asks }
}

function levelAt(
  listing: Listing,
  hash: number,
  state: SessionState,
  lotsPerMinute: number,
  rung: number,
  depth: number,
): BookLevel {
  const rungHash = mix(hash, rung)
  const refresh = Math.floor((state.sequence + (rungHash & 7)) / PRINTS_PER_REFRESH)
  const noise = mix(mix(rungHash, refresh | 0), Math.floor(refresh / 4_294_967_296))
  const size = lotsPerMinute * (0.2 + 1.6 * unitOf(noise)) * (0.6 + 0.15 * depth)
  const lots = 1 + Math.floor(size)
  return {
    price: listing.ladder.priceAt(rung),
    volume: lots * listing.instrument.lotSize,
    orderCount: 1 + Math.floor(Math.min(lots - 1, 40) * unitOf(mix(noise, depth)) * 0.8),
  }
}
