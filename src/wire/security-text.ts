import { prefixOfQuoteMarket, quoteMarketOfPrefix } from './market-prefix.ts'

/** Full name of the message that such a text stands for. */
export const SECURITY = 'Qot_Common.Security'

/** A security as people write it in one word, taken apart: `HK.00700` is market 1, code `00700`. */
export interface ParsedSecurity {
  /** Number of Qot_Common.QotMarket. */
  readonly market: number
  readonly code: string
}

/**
 * Reads `PREFIX.CODE`. The prefix takes any letter case; the code stays as it is and may hold dots (`US.BRK.B`, `US..DJI`).
 * Null when there is no dot, no code, or no market of that prefix.
 */
export function parseSecurityText(text: string): ParsedSecurity | null {
  const dot = text.indexOf('.')
  if (dot === -1 || dot === text.length - 1) return null
  const market = quoteMarketOfPrefix(text.slice(0, dot).toUpperCase())
  return market === null ? null : { market, code: text.slice(dot + 1) }
}

/** The way back: `HK.00700`. Null for a market without a prefix. */
export function securityText({ market, code }: ParsedSecurity): string | null {
  const prefix = prefixOfQuoteMarket(market)
  return prefix === null ? null : `${prefix}.${code}`
}
