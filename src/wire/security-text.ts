import { QotMarket } from '../../proto/enums.ts'
import { enumType } from './schema.ts'

/** Full name of the message that such a text stands for. */
export const SECURITY = 'Qot_Common.Security'

/** A security as people write it in one word, taken apart: `HK.00700` is market 1, code `00700`. */
export interface ParsedSecurity {
  /** Number of Qot_Common.QotMarket. */
  readonly market: number
  readonly code: string
}

/**
 * The market prefixes of Futu's own clients, and the QotMarket each stands for. The numbers come from the schema. Unknown
 * has no prefix: a security of it needs the object form.
 */
const MARKET_BY_PREFIX: Readonly<Record<string, string>> = {
  HK: 'QotMarket_HK_Security',
  HK_FUTURE: 'QotMarket_HK_Future',
  US: 'QotMarket_US_Security',
  SH: 'QotMarket_CNSH_Security',
  SZ: 'QotMarket_CNSZ_Security',
  SG: 'QotMarket_SG_Security',
  JP: 'QotMarket_JP_Security',
  AU: 'QotMarket_AU_Security',
  MY: 'QotMarket_MY_Security',
  CA: 'QotMarket_CA_Security',
  FX: 'QotMarket_FX_Security',
  CC: 'QotMarket_CC_Security',
  EC: 'QotMarket_EventContract',
}

/** The prefixes that a security's text may have, as people write them. */
export const SECURITY_PREFIXES: readonly string[] = Object.keys(MARKET_BY_PREFIX)

let marketNumbers: ReadonlyMap<string, number> | null = null

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
  marketNumbers ??= readMarketNumbers()
  const market = marketNumbers.get(prefix.toUpperCase())
  return market === undefined || code === '' ? null : { market, code }
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
  marketNumbers ??= readMarketNumbers()
  const [prefix] = marketNumbers.entries().find(([, number]) => number === market) ?? []
  return prefix === undefined ? null : `${prefix}.${code}`
}

function readMarketNumbers(): ReadonlyMap<string, number> {
  const { values } = enumType('Qot_Common.QotMarket')
  const numbers = new Map<string, number>()
  for (const [prefix, name] of Object.entries(MARKET_BY_PREFIX)) {
    const number = values.get(name)
    if (number === undefined) throw new Error(`no ${name} in the schema`)
    numbers.set(prefix, number)
  }
  return numbers
}
