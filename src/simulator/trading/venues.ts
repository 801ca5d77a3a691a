import { Currency, QotMarket, TrdMarket, TrdSecMarket } from '../../../proto/enums.ts'
import type { Instrument } from '../market/instrument.ts'

/** One exchange in trade calls. OpenD has three enums for markets; this maps them to each other. */
export interface Venue {
  /** `Trd_Common.TrdSecMarket`: where a security is listed, in orders and positions. */
  readonly secMarket: number
  /** `Qot_Common.QotMarket`: the same place in quote calls. */
  readonly qotMarket: number
  /** `Trd_Common.Currency` of its prices. */
  readonly currency: number
}

const HONG_KONG: Venue = { secMarket: TrdSecMarket.HK, qotMarket: QotMarket.HK_Security, currency: Currency.HKD }
const UNITED_STATES: Venue = { secMarket: TrdSecMarket.US, qotMarket: QotMarket.US_Security, currency: Currency.USD }
const SHANGHAI: Venue = { secMarket: TrdSecMarket.CN_SH, qotMarket: QotMarket.CNSH_Security, currency: Currency.CNH }
const SHENZHEN: Venue = { secMarket: TrdSecMarket.CN_SZ, qotMarket: QotMarket.CNSZ_Security, currency: Currency.CNH }

/** The exchanges of each `Trd_Common.TrdMarket`, in the order in which a bare code is looked up. */
const VENUES_OF_TRD_MARKET: Readonly<Record<number, readonly Venue[]>> = {
  [TrdMarket.HK]: [HONG_KONG],
  [TrdMarket.US]: [UNITED_STATES],
  [TrdMarket.CN]: [SHANGHAI, SHENZHEN],
  [TrdMarket.HKCC]: [SHANGHAI, SHENZHEN],
  [TrdMarket.Futures]: [HONG_KONG, UNITED_STATES],
  [TrdMarket.Futures_Simulate_HK]: [HONG_KONG],
  [TrdMarket.Futures_Simulate_US]: [UNITED_STATES],
}

const FUTURES_MARKETS: ReadonlySet<number> = new Set([
  TrdMarket.Futures,
  TrdMarket.Futures_Simulate_HK,
  TrdMarket.Futures_Simulate_US,
])

/** The venues of a `TrdMarket`; empty for a market without simulated securities. */
export function venuesOf(trdMarket: number): readonly Venue[] {
  return VENUES_OF_TRD_MARKET[trdMarket] ?? []
}

/** Whether the market trades only futures. */
export function isFuturesMarket(trdMarket: number): boolean {
  return FUTURES_MARKETS.has(trdMarket)
}

/** The `TrdSecMarket` of a listed security; `Unknown` for a market that cannot be traded. */
export function secMarketOf(instrument: Instrument): number {
  const venue = [HONG_KONG, UNITED_STATES, SHANGHAI, SHENZHEN].find((one) => one.qotMarket === instrument.market)
  return venue?.secMarket ?? TrdSecMarket.Unknown
}

/** Whether shares bought today can be sold only from the next trading day (mainland China). */
export function settlesNextDay(secMarket: number): boolean {
  return secMarket === TrdSecMarket.CN_SH || secMarket === TrdSecMarket.CN_SZ
}
