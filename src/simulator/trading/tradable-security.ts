import { SimAccType } from '../../../proto/enums.ts'
import type { Refusal } from '../handler.ts'
import type { Instrument, InstrumentKind } from '../market/instrument.ts'
import type { AccountProfile } from './account-state.ts'
import { refusals } from './refusals.ts'
import type { TradingMarket } from './trading-market.ts'
import { isFuturesMarket, venuesOf } from './venues.ts'

/**
 * The security of a trade call: its code, looked up on the exchanges of the call's `trd_market`, or on the exchange of
 * `sec_market`. A refusal if there is no such security or the account cannot trade its kind.
 *
 * A main contract (`HSImain`) is the contract of the month behind it: by Futu's published guide for programs, the system
 * maps the main contract of an order to the current contract. So orders, fills and positions have the code of the month.
 */
export function findTradable(
  market: TradingMarket,
  profile: AccountProfile,
  trdMarket: number,
  secMarket: number | null,
  code: string,
  nowMs: number,
): Instrument | Refusal {
  const venues = venuesOf(trdMarket).filter((venue) => secMarket === null || venue.secMarket === secMarket)
  if (venues.length === 0) return secMarket === null ? refusals.unknownSecurity(code) : refusals.secMarketMismatch()
  for (const venue of venues) {
    const instrument = market.instrument(venue.qotMarket, code)
    if (instrument === null) continue
    if (!allowsKind(profile, trdMarket, instrument.kind)) return refusals.notTradable(code)
    return market.contractBehind(instrument, nowMs)
  }
  return refusals.unknownSecurity(code)
}

/**
 * By OpenD's documents of `SimAccType`: a stock account trades securities without options, an option account options
 * only, and a futures account the futures of its market.
 */
function allowsKind(profile: AccountProfile, trdMarket: number, kind: InstrumentKind): boolean {
  if (kind === 'index') return false
  if (isFuturesMarket(trdMarket)) return kind === 'future'
  if (profile.simAccType === SimAccType.Option) return kind === 'option'
  if (kind === 'option') return profile.simAccType !== SimAccType.Stock
  return kind !== 'future'
}
