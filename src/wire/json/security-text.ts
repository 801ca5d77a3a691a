import { QotMarket } from '../../../proto/enums.ts'
import { prefixOfQuoteMarket, quoteMarketOfPrefix } from '../market-prefix.ts'

/** Full name of the message that such a text represents. */
export const SECURITY = 'Qot_Common.Security'

/** The parts of a security's text: `HK.00700` is market 1, code `00700`. */
export interface ParsedSecurity {
  /** Number of Qot_Common.QotMarket. */
  readonly market: number
  readonly code: string
}

/**
 * Parses `PREFIX.CODE` from user input. Surrounding white space and invisible characters are removed, and the prefix
 * may have any letter case. The code is converted to OpenD's form: Hong Kong numbers get at least five digits (`HK.700`
 * is `HK.00700`), US letters become capitals. Other codes are unchanged and may contain dots (`US.BRK.B`, `US..DJI`).
 * Returns null without a dot or a code, for an unknown or repeated prefix, for a future of digits (`HK_FUTURE.00700`), and
 * for a share class after a hyphen (`US.BRK-B`).
 */
export function parseSecurityText(text: string): ParsedSecurity | null {
  const given = visibleText(text)
  const parsed = SAME_PREFIX_TWICE.test(given) ? null : parseSymbol(given)
  if (parsed === null) return null
  const { market, code } = parsed
  switch (market) {
    case QotMarket.HK_Security:
      return { market, code: /^\d+$/.test(code) ? code.padStart(5, '0') : code }
    case QotMarket.HK_Future:
      // Codes of futures begin with letters; digits are a stock.
      return /^\d+$/.test(code) ? null : parsed
    case QotMarket.US_Security:
      return SHARE_CLASS.test(code) ? null : { market, code: usCode(code) }
    default:
      return parsed
  }
}

/**
 * Parses the output of `securityText`. The code is not changed. Use it for symbols of this program, where a changed
 * code would name another security.
 */
export function parseSymbol(symbol: string): ParsedSecurity | null {
  const [prefix, code] = splitSymbol(symbol)
  const market = quoteMarketOfPrefix(asciiCapitals(prefix))
  return market === null || code === '' ? null : { market, code }
}

/** Zero-width characters, direction marks and similar characters, which codes never contain. */
const INVISIBLE = /\p{Cf}/gu

/** A text without invisible characters and without white space around it. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, '').trim()
}

/** A share class in the form of other services; OpenD's form is `BRK.B`. */
const SHARE_CLASS = /^[a-z]+[-/][a-z]$/i

/** The only lower-case part of a US code: a future without a contract month (`CLmain`). */
const MAIN_CONTRACT = /(?<=.)(?:main|current|next)$/

/** `HK.HK.00700`: made by a program that adds the prefix to a symbol that has it. */
const SAME_PREFIX_TWICE = /^([A-Z_]+)\.\1\./i

/** Turns ASCII letters into capitals. Others stay: the capital of `ſ` is `S`, and would be another security. */
export function asciiCapitals(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}

function usCode(code: string): string {
  const [kind = ''] = MAIN_CONTRACT.exec(code) ?? []
  return `${asciiCapitals(code.slice(0, code.length - kind.length))}${kind}`
}

/** Splits a text at the first dot; without a dot the code is empty. */
function splitSymbol(text: string): [prefix: string, code: string] {
  const dot = text.indexOf('.')
  return dot === -1 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)]
}

/** The text of a security: `HK.00700`. Null for a market without a prefix. */
export function securityText({ market, code }: ParsedSecurity): string | null {
  const prefix = prefixOfQuoteMarket(market)
  return prefix === null ? null : `${prefix}.${code}`
}
