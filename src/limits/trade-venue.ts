import { TrdMarket, TrdSecMarket } from '../../proto/enums.ts'
import { prefixOfSecMarket, secMarketOfPrefix } from '../wire/market-prefix.ts'
import { currencyOfCode } from './security-currency.ts'

/** Where a security is listed, by `Trd_Common.TrdSecMarket`. The prefixes of the venues are in `wire/market-prefix.ts`. */
interface Venue {
  readonly secMarket: number
  /** The market a security of this venue belongs to when the call names another one. */
  readonly market: string
  /** `Trd_Common.Currency` name of most of its prices; null where each contract has its own. */
  readonly currency: string | null
  /** IANA name of the time zone of its clock; null where OpenD does not say which clock it uses. */
  readonly timeZone: string | null
}

/** What a `Trd_Common.TrdMarket` trades. */
interface Market {
  readonly name: string
  readonly venues: readonly Venue[]
  /** True where the contract, not the market, says what currency a price is in. */
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
  // One name for futures with real and with simulated money: which of them is the account's to say, not the market's.
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

/** Name of a number that is no market: it is on no whitelist. */
const UNKNOWN = 'UNKNOWN'

/** The name of a `Trd_Common.TrdMarket` in whitelists. */
export function marketName(trdMarket: number): string {
  return MARKETS.get(trdMarket)?.name ?? UNKNOWN
}

/** What the two market numbers of an order say about it. */
export interface OrderPlace {
  /**
   * Every market the order touches: the one it is sent to, and the one its security is listed in where that is
   * another. OpenD goes by the second, so a whitelist that looked at the first alone could be walked around.
   */
  readonly markets: readonly string[]
  /** Prefixes the code may stand under. One, where the numbers leave no choice. */
  readonly prefixes: readonly string[]
  /** Name of the currency that most prices there are in; null where the contract decides. */
  readonly currency: string | null
}

/** Reads `header.trdMarket` and `secMarket` (undefined or 0 where the call leaves it open). */
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
 * Every market that an order of `HK.00700` touches which was sent to that `Trd_Common.TrdMarket`: as `orderPlaceOf`, for
 * an order whose place was read before. Null where the prefix is of no venue known here.
 */
export function marketsOfSymbol(trdMarket: number, symbol: string): readonly string[] | null {
  const secMarket = secMarketOfPrefix(symbol.slice(0, symbol.indexOf('.')))
  return secMarket === null ? null : orderPlaceOf(trdMarket, secMarket).markets
}

/** IANA name of the time zone of the venues with these prefixes; null where they have several, or no known one. */
export function timeZoneOf(prefixes: readonly string[]): string | null {
  const zones = new Set(prefixes.map((prefix) => VENUES.get(secMarketOfPrefix(prefix) ?? 0)?.timeZone ?? null))
  const [zone = null, ...others] = zones
  return others.length === 0 ? zone : null
}

/**
 * `HK.00700`. The code of an order may carry its prefix already. Null when the numbers leave several prefixes open
 * (mainland orders without `sec_market`) or none.
 */
export function symbolOf(place: OrderPlace, code: string): string | null {
  if (place.prefixes.some((prefix) => code.startsWith(`${prefix}.`))) return code
  const [prefix, ...others] = place.prefixes
  return prefix === undefined || others.length > 0 ? null : `${prefix}.${code}`
}

/**
 * Name of the currency that the price of an order is in: some securities trade in another one than their market. Null
 * where the contract decides, or where the code does not tell.
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
