import { TrdMarket, TrdSecMarket } from '../../../proto/enums.ts'
import { prefixOfSecMarket, secMarketOfPrefix } from '../../wire/market-prefix.ts'
import { currencyOfCode } from './security-currency.ts'

/** A listing venue, by `Trd_Common.TrdSecMarket`. The prefixes of the venues are in `wire/market-prefix.ts`. */
interface Venue {
  readonly secMarket: number
  /** The market of this venue's securities when the call names another market. */
  readonly market: string
  /** `Trd_Common.Currency` name of most of its prices; null when each contract has its own currency. */
  readonly currency: string | null
  /** IANA name of its time zone; null when OpenD does not document it. */
  readonly timeZone: string | null
}

/** A `Trd_Common.TrdMarket` and its venues. */
interface Market {
  readonly name: string
  readonly venues: readonly Venue[]
  /** Whether the currency of a price depends on the contract, not on the market. */
  readonly isPricedByContract: boolean
}

const HK: Venue = { secMarket: TrdSecMarket.HK, market: 'HK', currency: 'HKD', timeZone: 'Asia/Hong_Kong' }
const US: Venue = { secMarket: TrdSecMarket.US, market: 'US', currency: 'USD', timeZone: 'America/New_York' }
const SH: Venue = { secMarket: TrdSecMarket.CN_SH, market: 'CN', currency: 'CNH', timeZone: 'Asia/Shanghai' }
const SZ: Venue = { secMarket: TrdSecMarket.CN_SZ, market: 'CN', currency: 'CNH', timeZone: 'Asia/Shanghai' }
const SG: Venue = { secMarket: TrdSecMarket.SG, market: 'SG', currency: 'SGD', timeZone: 'Asia/Singapore' }
const JP: Venue = { secMarket: TrdSecMarket.JP, market: 'JP', currency: 'JPY', timeZone: 'Asia/Tokyo' }
const AU: Venue = { secMarket: TrdSecMarket.AU, market: 'AU', currency: 'AUD', timeZone: 'Australia/Sydney' }
const MY: Venue = { secMarket: TrdSecMarket.MY, market: 'MY', currency: 'MYR', timeZone: 'Asia/Kuala_Lumpur' }
const CA: Venue = { secMarket: TrdSecMarket.CA, market: 'CA', currency: 'CAD', timeZone: 'America/Toronto' }
const FX: Venue = { secMarket: TrdSecMarket.FX, market: 'FX', currency: null, timeZone: null }
const CC: Venue = { secMarket: TrdSecMarket.CC, market: 'CRYPTO', currency: null, timeZone: null }
const EC: Venue = { secMarket: TrdSecMarket.EC, market: 'PREDICTION', currency: null, timeZone: null }

const VENUES: ReadonlyMap<number, Venue> = new Map(
  [HK, US, SH, SZ, SG, JP, AU, MY, CA, FX, CC, EC].map((venue) => [venue.secMarket, venue]),
)

const MARKETS: ReadonlyMap<number, Market> = new Map([
  [TrdMarket.HK, cash('HK', HK)],
  [TrdMarket.US, cash('US', US)],
  [TrdMarket.CN, cash('CN', SH, SZ)],
  [TrdMarket.HKCC, cash('HKCC', SH, SZ)],
  [TrdMarket.SG, cash('SG', SG)],
  [TrdMarket.JP, cash('JP', JP)],
  [TrdMarket.AU, cash('AU', AU)],
  [TrdMarket.MY, cash('MY', MY)],
  [TrdMarket.CA, cash('CA', CA)],
  [TrdMarket.Futures, byContract('FUTURES', HK, US, SG, JP)],
  // Real and simulated futures have one name, because the account determines which of them an order trades.
  [TrdMarket.Futures_Simulate_HK, byContract('FUTURES', HK)],
  [TrdMarket.Futures_Simulate_US, byContract('FUTURES', US)],
  [TrdMarket.Futures_Simulate_SG, byContract('FUTURES', SG)],
  [TrdMarket.Futures_Simulate_JP, byContract('FUTURES', JP)],
  [TrdMarket.Crypto, byContract('CRYPTO', CC)],
  [TrdMarket.Prediction, byContract('PREDICTION', EC)],
  // Funds of one market are sold in several currencies.
  [TrdMarket.HK_Fund, byContract('HK_FUND', HK)],
  [TrdMarket.US_Fund, byContract('US_FUND', US)],
  [TrdMarket.SG_Fund, byContract('SG_FUND', SG)],
  [TrdMarket.MY_Fund, byContract('MY_FUND', MY)],
  [TrdMarket.JP_Fund, byContract('JP_FUND', JP)],
])

/** The names of all markets, for allowlists. */
export const MARKET_NAMES: readonly string[] = [...new Set([...MARKETS.values()].map(({ name }) => name))]

/** The name of an unknown market number. It is not on any allowlist. */
const UNKNOWN = 'UNKNOWN'

/** The name of a `Trd_Common.TrdMarket` in allowlists. */
export function marketName(trdMarket: number): string {
  return MARKETS.get(trdMarket)?.name ?? UNKNOWN
}

/** The place of an order, from its two market numbers. */
export interface OrderPlace {
  /**
   * All markets of the order: the one to which it is sent, and the one in which its security is listed if it differs.
   * OpenD uses the second, so an allowlist that checked only the first could be bypassed.
   */
  readonly markets: readonly string[]
  /** The possible prefixes of the code; one when the numbers determine it. */
  readonly prefixes: readonly string[]
  /** The name of the currency of most prices there; null when it depends on the contract. */
  readonly currency: string | null
}

/** Reads `header.trdMarket` and `secMarket` (undefined or 0 when the call does not give it). */
export function orderPlaceOf(trdMarket: number, secMarket: number | undefined): OrderPlace {
  const market = MARKETS.get(trdMarket)
  const name = marketName(trdMarket)
  const venues = market?.venues ?? []
  if (secMarket === undefined || secMarket === TrdSecMarket.Unknown) {
    const currency = market === undefined || market.isPricedByContract ? null : (venues[0]?.currency ?? null)
    return { markets: [name], prefixes: venues.map(prefixOf), currency }
  }
  const venue = VENUES.get(secMarket)
  if (venue === undefined) return { markets: [name, UNKNOWN], prefixes: [], currency: null }
  const isAtHome = venues.includes(venue)
  return {
    markets: isAtHome || venue.market === name ? [name] : [name, venue.market],
    prefixes: [prefixOf(venue)],
    currency: market?.isPricedByContract ? null : venue.currency,
  }
}

/**
 * All markets of an order of a symbol (`HK.00700`) that was sent to that `Trd_Common.TrdMarket`: as `orderPlaceOf`, for
 * an order whose place was read before. Null when the prefix does not belong to a known venue.
 */
export function marketsOfSymbol(trdMarket: number, symbol: string): readonly string[] | null {
  const secMarket = secMarketOfPrefix(symbol.slice(0, symbol.indexOf('.')))
  return secMarket === null ? null : orderPlaceOf(trdMarket, secMarket).markets
}

/** IANA name of the time zone of the venues with these prefixes; null when there are several zones or none is known. */
export function timeZoneOf(prefixes: readonly string[]): string | null {
  const zones = new Set(prefixes.map((prefix) => VENUES.get(secMarketOfPrefix(prefix) ?? 0)?.timeZone ?? null))
  const [zone = null, ...others] = zones
  return others.length === 0 ? zone : null
}

/**
 * The symbol of an order, such as `HK.00700`. The code may already have its prefix. Null when several prefixes are
 * possible (mainland orders without `sec_market`) or the prefix is not known.
 */
export function symbolOf(place: OrderPlace, code: string): string | null {
  if (place.prefixes.some((prefix) => code.startsWith(`${prefix}.`))) return code
  const [prefix, ...others] = place.prefixes
  return prefix === undefined || others.length > 0 ? null : `${prefix}.${code}`
}

/**
 * The name of the currency of an order's price. Some securities trade in another currency than their market. Null when
 * it depends on the contract or is not known from the code.
 */
export function currencyOf({ prefixes, currency: home }: OrderPlace, code: string): string | null {
  if (home === null) return null
  const stated = prefixes.filter((prefix) => code.startsWith(`${prefix}.`))
  const currencies = (stated.length > 0 ? stated : prefixes).map((prefix) => {
    const ownCode = code.startsWith(`${prefix}.`) ? code.slice(prefix.length + 1) : code
    return currencyOfCode(prefix, ownCode, home)
  })
  const [first, ...others] = currencies
  return first === undefined || others.some((other) => other !== first) ? null : first
}

function prefixOf({ secMarket }: Venue): string {
  const prefix = prefixOfSecMarket(secMarket)
  if (prefix === null) throw new Error(`no prefix for securities of market ${secMarket}`)
  return prefix
}

function cash(name: string, ...venues: readonly Venue[]): Market {
  return { name, venues, isPricedByContract: false }
}

function byContract(name: string, ...venues: readonly Venue[]): Market {
  return { name, venues, isPricedByContract: true }
}
