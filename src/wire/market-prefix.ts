import { QotMarket, TrdSecMarket } from '../../proto/enums.ts'

/** A market of securities: the part before the dot in `HK.00700`, and OpenD's two numbers. */
interface MarketPrefix {
  readonly prefix: string
  /** `Qot_Common.QotMarket`, in quote messages. */
  readonly quoteMarket: number
  /** `Trd_Common.TrdSecMarket`, in trade messages: one number for stocks and futures of Hong Kong. */
  readonly secMarket: number
}

/** The prefixes of Futu's clients. Of two rows with the same `secMarket`, orders use the first. */
const PREFIXES: readonly MarketPrefix[] = [
  { prefix: 'HK', quoteMarket: QotMarket.HK_Security, secMarket: TrdSecMarket.HK },
  { prefix: 'HK_FUTURE', quoteMarket: QotMarket.HK_Future, secMarket: TrdSecMarket.HK },
  { prefix: 'US', quoteMarket: QotMarket.US_Security, secMarket: TrdSecMarket.US },
  { prefix: 'SH', quoteMarket: QotMarket.CNSH_Security, secMarket: TrdSecMarket.CN_SH },
  { prefix: 'SZ', quoteMarket: QotMarket.CNSZ_Security, secMarket: TrdSecMarket.CN_SZ },
  { prefix: 'SG', quoteMarket: QotMarket.SG_Security, secMarket: TrdSecMarket.SG },
  { prefix: 'JP', quoteMarket: QotMarket.JP_Security, secMarket: TrdSecMarket.JP },
  { prefix: 'AU', quoteMarket: QotMarket.AU_Security, secMarket: TrdSecMarket.AU },
  { prefix: 'MY', quoteMarket: QotMarket.MY_Security, secMarket: TrdSecMarket.MY },
  { prefix: 'CA', quoteMarket: QotMarket.CA_Security, secMarket: TrdSecMarket.CA },
  { prefix: 'FX', quoteMarket: QotMarket.FX_Security, secMarket: TrdSecMarket.FX },
  { prefix: 'CC', quoteMarket: QotMarket.CC_Security, secMarket: TrdSecMarket.CC },
  { prefix: 'EC', quoteMarket: QotMarket.EventContract, secMarket: TrdSecMarket.EC },
]

/** All prefixes, in capitals. */
export const SECURITY_PREFIXES: readonly string[] = PREFIXES.map(({ prefix }) => prefix)

const BY_PREFIX = new Map(PREFIXES.map((row) => [row.prefix, row]))
const BY_QUOTE_MARKET = new Map(PREFIXES.map((row) => [row.quoteMarket, row]))
const BY_SEC_MARKET = new Map(PREFIXES.toReversed().map((row) => [row.secMarket, row]))

/** The `QotMarket` of a prefix in capitals; null for an unknown prefix. */
export function quoteMarketOfPrefix(prefix: string): number | null {
  return BY_PREFIX.get(prefix)?.quoteMarket ?? null
}

/** The `TrdSecMarket` of a prefix in capitals; null for an unknown prefix. */
export function secMarketOfPrefix(prefix: string): number | null {
  return BY_PREFIX.get(prefix)?.secMarket ?? null
}

/** The prefix of a `QotMarket`; null for a market without one. */
export function prefixOfQuoteMarket(quoteMarket: number): string | null {
  return BY_QUOTE_MARKET.get(quoteMarket)?.prefix ?? null
}

/** The prefix of a `TrdSecMarket`; null for a market without one. */
export function prefixOfSecMarket(secMarket: number): string | null {
  return BY_SEC_MARKET.get(secMarket)?.prefix ?? null
}
