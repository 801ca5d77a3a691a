import { PlateSetType, QotMarket } from '../../../proto/enums.ts'
import type { Listing } from './listing.ts'

/** A group of securities: an industry, a region or a concept. */
export interface Plate {
  /** `Qot_Common.QotMarket`. Plates of mainland China belong to Shanghai, even with members in Shenzhen. */
  readonly market: number
  readonly code: string
  readonly name: string
  /** `Qot_Common.PlateSetType`. */
  readonly type: number
  readonly members: readonly Listing[]
}

/** Number of the first plate. Plates are numbered in the order of the lists, industries first. */
const FIRST_CODE = 1001

/** All plates of the market's companies and funds. */
export function platesOf(listings: Iterable<Listing>): readonly Plate[] {
  const members = new Map<string, Listing[]>()
  for (const listing of listings) {
    const { fundamentals } = listing
    if (fundamentals === null) continue
    const market = plateMarketOf(listing.instrument.market)
    add(members, market, PlateSetType.Industry, fundamentals.industry, listing)
    add(members, market, PlateSetType.Region, fundamentals.region, listing)
    for (const concept of fundamentals.concepts) add(members, market, PlateSetType.Concept, concept, listing)
  }
  const keys = [...members.keys()].toSorted()
  return keys.map((key, at) => {
    const [market, type, name = ''] = key.split('\t')
    return {
      market: Number(market),
      code: `BK${FIRST_CODE + at}`,
      name,
      type: Number(type),
      members: members.get(key) ?? [],
    }
  })
}

/** The market to which the plates of a security's market belong. */
export function plateMarketOf(market: number): number {
  return market === QotMarket.CNSZ_Security ? QotMarket.CNSH_Security : market
}

function add(members: Map<string, Listing[]>, market: number, type: number, name: string, listing: Listing): void {
  if (name === '') return
  const key = `${market}\t${type}\t${name}`
  const found = members.get(key)
  if (found === undefined) members.set(key, [listing])
  else found.push(listing)
}
