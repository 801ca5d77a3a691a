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
 * The market prefixes of Futu's own clients, and the QotMarket each stands for. The numbers come from the schema.
 * Unknown and EventContract have no prefix: a security of those needs the object form.
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
}

/** The prefixes `parseSecurityText` knows, as people write them. */
export const SECURITY_PREFIXES: readonly string[] = Object.keys(MARKET_BY_PREFIX)

let marketNumbers: ReadonlyMap<string, number> | null = null

/**
 * Reads `PREFIX.CODE`. The prefix takes any letter case; the code stays as it is and may hold dots (`US.BRK.B`, `US..DJI`).
 * Null when there is no dot, no code, or no market of that prefix.
 */
export function parseSecurityText(text: string): ParsedSecurity | null {
  const dot = text.indexOf('.')
  if (dot === -1 || dot === text.length - 1) return null
  marketNumbers ??= readMarketNumbers()
  const market = marketNumbers.get(text.slice(0, dot).toUpperCase())
  return market === undefined ? null : { market, code: text.slice(dot + 1) }
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
