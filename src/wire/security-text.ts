import { QotMarket } from '../../proto/enums.ts'
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
 * Reads `PREFIX.CODE` as people write and paste it. What is around it and cannot be seen is dropped, the prefix takes any
 * letter case, and the code becomes the one that OpenD lists: Hong Kong numbers have five digits at least (`HK.700` is
 * `HK.00700`), US letters are capitals. Other codes stay as they are and may hold dots (`US.BRK.B`, `US..DJI`). Null when
 * there is no dot, no code or no market of that prefix, and for a share class after a hyphen (`US.BRK-B`).
 */
export function parseSecurityText(text: string): ParsedSecurity | null {
  const parsed = parseSymbol(visibleText(text))
  if (parsed === null) return null
  const { market, code } = parsed
  switch (market) {
    case QotMarket.HK_Security:
      return { market, code: /^\d+$/.test(code) ? code.padStart(5, '0') : code }
    case QotMarket.US_Security:
      return SHARE_CLASS.test(code) ? null : { market, code: usCode(code) }
    default:
      return parsed
  }
}

/**
 * Reads what `securityText` writes: the code stays exactly as it is. For symbols of this program, where a corrected code
 * would name another security than the one that is meant.
 */
export function parseSymbol(symbol: string): ParsedSecurity | null {
  const [prefix, code] = splitSymbol(symbol)
  const market = quoteMarketOfPrefix(prefix.toUpperCase())
  return market === null || code === '' ? null : { market, code }
}

/** Zero-width characters, marks of direction and the like: nothing that a code has. */
const INVISIBLE = /\p{Cf}/gu

/** A text without the characters that cannot be seen, and without blanks around it. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, '').trim()
}

/** A share class as other services write it; OpenD writes `BRK.B`. */
const SHARE_CLASS = /^[a-z]+[-/][a-z]$/i

/** The one part of a US code in small letters: the contract of a future that no month names (`CLmain`). */
const MAIN_CONTRACT = /(?<=.)(?:main|current|next)$/

function usCode(code: string): string {
  const [kind = ''] = MAIN_CONTRACT.exec(code) ?? []
  return `${code.slice(0, code.length - kind.length).toUpperCase()}${kind}`
}

/** The two sides of the first dot; a text without a dot has no code. */
function splitSymbol(text: string): [prefix: string, code: string] {
  const dot = text.indexOf('.')
  return dot === -1 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)]
}

/** The way back: `HK.00700`. Null for a market without a prefix. */
export function securityText({ market, code }: ParsedSecurity): string | null {
  const prefix = prefixOfQuoteMarket(market)
  return prefix === null ? null : `${prefix}.${code}`
}
