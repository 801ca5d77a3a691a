import { PlateSetType, QotMarket } from '../../../proto/enums.ts'
import { documentedPlates, indexPlates, type PlateRule } from './documented-plates.ts'
import type { Listing } from './listing.ts'

/** A group of securities: an industry, a region, a concept, or one that OpenD's documents name. */
export interface Plate {
  /** `Qot_Common.QotMarket`. Industries and concepts of mainland China belong to Shanghai, with members in Shenzhen. */
  readonly market: number
  readonly code: string
  readonly name: string
  /** `Qot_Common.PlateSetType`. */
  readonly type: number
  readonly members: readonly Listing[]
}

/** Number of the first plate. Plates are numbered in the order of the lists, industries first. */
const FIRST_CODE = 1001

/**
 * Codes of earlier documents: `BK1910` and `3000005` for `LIST1910` and `LIST3000005`, `HSI Constituent` without its
 * last word.
 */
const OLD_NUMBER = /^(?:BK)?(\d{4}|\d{7})$/
const OLD_HSI = 'HSI Constituent'

/** All plates, and the plates of each security. */
export class PlateDirectory {
  readonly plates: readonly Plate[]
  readonly #byCode: ReadonlyMap<string, Plate>
  readonly #ofSecurity = new Map<string, Plate[]>()

  constructor(listings: Iterable<Listing>) {
    const all = [...listings]
    const indexes = indexPlates(all).map((rule) => otherPlate(rule, all))
    this.plates = [
      ...groupPlates(all),
      ...documentedPlates(all).map((rule) => otherPlate(rule, all)),
      ...indexes.filter(({ members }) => members.length > 0),
    ]
    this.#byCode = new Map(this.plates.map((plate) => [keyOf(plate), plate]))
    for (const plate of this.plates) {
      for (const { instrument } of plate.members) {
        const plates = this.#ofSecurity.get(keyOf(instrument)) ?? []
        plates.push(plate)
        this.#ofSecurity.set(keyOf(instrument), plates)
      }
    }
  }

  /** The plate of a code in the documents, today's or an earlier one; null if there is none. */
  find(market: number, code: string): Plate | null {
    const number = OLD_NUMBER.exec(code)?.[1]
    const names = [code, ...(number === undefined ? [] : [`LIST${number}`]), ...(code === OLD_HSI ? [HSI_NAME] : [])]
    for (const name of names) {
      const found = this.#byCode.get(keyOf({ market, code: name }))
      if (found !== undefined) return found
    }
    // Plates of mainland China are those of both exchanges. An index has its code on one of them only.
    const twin = TWINS.get(market)
    if (twin === undefined || !/^(?:BK|LIST)/.test(names.at(-1) ?? '')) return null
    return names.map((name) => this.#byCode.get(keyOf({ market: twin, code: name }))).find((one) => one) ?? null
  }

  /** The plates that contain a security. */
  platesWith(security: { readonly market: number; readonly code: string }): readonly Plate[] {
    return this.#ofSecurity.get(keyOf(security)) ?? []
  }
}

const HSI_NAME = 'HSI Constituent Stocks'

const TWINS: ReadonlyMap<number, number> = new Map<number, number>([
  [QotMarket.CNSH_Security, QotMarket.CNSZ_Security],
  [QotMarket.CNSZ_Security, QotMarket.CNSH_Security],
])

/** The market to which the plates of a security's market belong. */
export function plateMarketOf(market: number): number {
  return market === QotMarket.CNSZ_Security ? QotMarket.CNSH_Security : market
}

function otherPlate({ market, code, name, has }: PlateRule, listings: readonly Listing[]): Plate {
  return { market, code, name, type: PlateSetType.Other, members: listings.filter(has) }
}

/** The industry, region and concept plates of companies and funds. */
function groupPlates(listings: readonly Listing[]): readonly Plate[] {
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

function add(members: Map<string, Listing[]>, market: number, type: number, name: string, listing: Listing): void {
  if (name === '') return
  const key = `${market}\t${type}\t${name}`
  const found = members.get(key)
  if (found === undefined) members.set(key, [listing])
  else found.push(listing)
}

function keyOf({ market, code }: { readonly market: number; readonly code: string }): string {
  return `${market}.${code}`
}
