import { SECURITY_PREFIXES } from '../market-prefix.ts'
import { asciiCapitals, parseSecurityText, securityText, visibleText } from './security-text.ts'

/** Names of exchanges and markets in other services, with OpenD's prefix for each. */
const PREFIX_OF: ReadonlyMap<string, string> = new Map([
  ...SECURITY_PREFIXES.map((prefix) => [prefix, prefix] as const),
  ...each('HK', 'HKEX', 'SEHK', 'HKG'),
  ...each('US', 'NASDAQ', 'NYSE', 'AMEX', 'ARCA', 'BATS', 'USA'),
  ...each('SH', 'SSE', 'SS', 'XSHG'),
  ...each('SZ', 'SZSE', 'XSHE'),
  ...each('SG', 'SGX', 'SI'),
  ...each('JP', 'TSE', 'T', 'TYO'),
  ...each('AU', 'ASX', 'AX'),
])

const CODE_FIRST = /^(.+)[.:](\w+)$/
const MARKET_FIRST = /^([a-z]+)[.:_\-/ ]+(.+)$/i
const JOINED = /^([a-z]{2})(\d{4,6})$/i
const HONG_KONG_DIGITS = /^\d{1,5}$/
const SHANGHAI_DIGITS = /^[569]\d{5}$/
const SHENZHEN_DIGITS = /^[0-3]\d{5}$/
const TICKER = /^[a-z]{1,5}(?:[.\-/][a-z])?$/i

/** Maximum length of a text to check; the codes of event contracts are the longest. */
const MAX_CHARS = 64

/**
 * The text of the security that an invalid text most likely means, for "did you mean". Examples of invalid texts:
 * `00700.HK`, `HK:00700`, `SH600519`, `NASDAQ:AAPL`, `US.BRK-B`. Null when there is no likely security.
 */
export function suggestSecurity(text: string): string | null {
  const given = visibleText(text).replace(/^([a-z_]+\.)(?=\1)/i, '')
  if (given.length > MAX_CHARS) return null
  const stock = /^HK_FUTURE\.(\d+)$/i.exec(given)?.[1]
  if (stock !== undefined) return securityOf('HK', stock)
  const parsed = parseSecurityText(given)
  if (parsed !== null) return securityText(parsed)
  const [, joinedMarket = '', joinedCode = ''] = JOINED.exec(given) ?? []
  const [, codeBefore = '', marketAfter = ''] = CODE_FIRST.exec(given) ?? []
  const [, marketBefore = '', codeAfter = ''] = MARKET_FIRST.exec(given) ?? []
  return (
    securityOf(joinedMarket, joinedCode) ??
    securityOf(marketBefore, codeAfter) ??
    securityOf(marketAfter, codeBefore) ??
    securityOf(marketOfBareCode(given), given)
  )
}

function securityOf(market: string, code: string): string | null {
  const prefix = PREFIX_OF.get(asciiCapitals(market))
  if (prefix === undefined || code === '') return null
  const security = parseSecurityText(`${prefix}.${prefix === 'US' ? code.replace(/[-/]/, '.') : code}`)
  return security === null ? null : securityText(security)
}

/** The market with codes of this form; empty when there is none. */
function marketOfBareCode(code: string): string {
  if (HONG_KONG_DIGITS.test(code)) return 'HK'
  if (SHANGHAI_DIGITS.test(code)) return 'SH'
  if (SHENZHEN_DIGITS.test(code)) return 'SZ'
  return TICKER.test(code) ? 'US' : ''
}

function each(prefix: string, ...names: readonly string[]): (readonly [string, string])[] {
  return names.map((name) => [name, prefix] as const)
}
