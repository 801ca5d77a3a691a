import { refuse, type C2S, type CallContext, type Refusal, type S2C } from '../handler.ts'
import type { Listing } from '../market/listing.ts'
import type { World } from '../world.ts'

const DEFAULT_COUNT = 10
const MAX_COUNT = 50

/**
 * Qot_GetSearchQuote: securities whose code or whose name in Chinese or English contains the keyword. A code that is
 * equal comes first, then codes and names that begin with the keyword.
 */
export function findQuotes(
  world: World,
  { keyword, max_count: maxCount = DEFAULT_COUNT }: C2S<'Qot_GetSearchQuote'>,
  _context: CallContext,
): S2C<'Qot_GetSearchQuote'> | Refusal {
  if (maxCount < 1 || maxCount > MAX_COUNT) return refuse(`max_count must be from 1 to ${MAX_COUNT}`)
  const wanted = keyword.trim().toLowerCase()
  if (wanted === '') return refuse('keyword is empty')
  const watched = new Set(world.market.watchlists.all().map(({ market, code }) => `${market}.${code}`))
  const found = world.market
    .listings()
    .map((listing) => ({ listing, rank: rankOf(listing, wanted) }))
    .filter(({ rank }) => rank < NOT_FOUND)
    .toSorted((one, other) => one.rank - other.rank)
  return {
    search_quote_list: found.slice(0, maxCount).map(({ listing: { instrument, securityType } }) => ({
      market: instrument.market,
      code: instrument.code,
      name: instrument.name,
      sec_type: securityType,
      is_watched: watched.has(`${instrument.market}.${instrument.code}`),
    })),
  }
}

const NOT_FOUND = 3

/** 0 for the code itself, 1 for a beginning, 2 for a part, `NOT_FOUND` otherwise. */
function rankOf({ instrument, englishName = '' }: Listing, wanted: string): number {
  const texts = [instrument.code, instrument.name, englishName].map((text) => text.toLowerCase())
  if (texts[0] === wanted) return 0
  if (texts.some((text) => text.startsWith(wanted))) return 1
  return texts.some((text) => text.includes(wanted)) ? 2 : NOT_FOUND
}
