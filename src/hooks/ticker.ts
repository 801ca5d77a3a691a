import { fail, succeed, type Result } from '../base/result.ts'
import { parseSecurityText, securityText, visibleText } from '../wire/json/security-text.ts'

/** A security of an alert. */
export interface AlertSecurity {
  /** OpenD's text, such as `HK.00700`. */
  readonly symbol: string
  /** Whether the alert was computed from delayed prices. */
  readonly isDelayed: boolean
}

/** Securities that the owner of a hook names for a ticker, by ticker in capitals, with or without its exchange. */
export type TickerTable = ReadonlyMap<string, string>

/** What the codes of an exchange look like. */
interface ExchangeRule {
  /** The prefix of its securities at OpenD. */
  readonly prefix: string
  /** Codes of its stocks; null for an exchange of futures only. */
  readonly stocks: RegExp | null
  readonly hasFutures: boolean
}

const DIGITS = /^\d{1,6}$/
const LETTERS_AND_DIGITS = /^[A-Z0-9][A-Z0-9./-]{0,15}$/

/** Exchanges by the names of TradingView, and of services that follow it. */
const EXCHANGES: ReadonlyMap<string, ExchangeRule> = new Map([
  ...each({ prefix: 'HK', stocks: DIGITS, hasFutures: true }, 'HKEX', 'SEHK', 'HKFE', 'HSI', 'HK'),
  ...each(usStocks(), 'NASDAQ', 'NYSE', 'AMEX', 'ARCA', 'NYSEARCA', 'BATS', 'CBOE', 'OTC', 'US'),
  ...each(usFutures(), 'CME', 'CME_MINI', 'CBOT', 'CBOT_MINI', 'COMEX', 'COMEX_MINI', 'NYMEX', 'NYMEX_MINI'),
  ...each({ prefix: 'SH', stocks: DIGITS, hasFutures: false }, 'SSE', 'SH', 'XSHG'),
  ...each({ prefix: 'SZ', stocks: DIGITS, hasFutures: false }, 'SZSE', 'SZ', 'XSHE'),
  ...each({ prefix: 'SG', stocks: LETTERS_AND_DIGITS, hasFutures: true }, 'SGX', 'SG'),
  ...each({ prefix: 'JP', stocks: LETTERS_AND_DIGITS, hasFutures: false }, 'TSE', 'JP'),
  ...each({ prefix: 'AU', stocks: LETTERS_AND_DIGITS, hasFutures: false }, 'ASX', 'AU'),
  ...each({ prefix: 'MY', stocks: LETTERS_AND_DIGITS, hasFutures: false }, 'MYX', 'MY'),
  ...each({ prefix: 'CA', stocks: LETTERS_AND_DIGITS, hasFutures: false }, 'TSX', 'TSXV', 'CA'),
])

/** TradingView's suffixes for an exchange whose prices reach the chart late. */
const DELAYED = /_(?:DL|DLY)$/

/** `HSI1!`: the contract of the nearest month. */
const FRONT_CONTRACT = /^([A-Z0-9]{1,6})1!$/
/** `HSIZ2026`: the contract of December 2026. */
const DATED_CONTRACT = /^([A-Z0-9]{1,6})([FGHJKMNQUVXZ])20(\d\d)$/
const MONTH_LETTERS = 'FGHJKMNQUVXZ'

const MAX_TICKER_CHARS = 64

/**
 * The security of a ticker. The table of the hook decides first. An exchange stands before the ticker (`HKEX:700`) or in
 * a field of its own. Codes in OpenD's own form (`HK.00700`) are taken as they are. A ticker without an exchange is
 * refused: `700` could be a stock in several markets. Fails with `request.invalid_value` at `ticker`.
 */
export function securityOfTicker(ticker: string, exchange: string | null, table: TickerTable): Result<AlertSecurity> {
  const given = visibleText(ticker).toUpperCase()
  const [before = '', ...after] = given.includes(':') ? given.split(':') : ['', given]
  const venue = visibleText(before === '' ? (exchange ?? '') : before).toUpperCase()
  const code = after.join(':')
  const isDelayed = DELAYED.test(venue)
  const listed = table.get(given) ?? table.get(`${venue}:${code}`) ?? table.get(code)
  if (listed !== undefined) return succeed({ symbol: listed, isDelayed })
  if (code === '' || code.length > MAX_TICKER_CHARS) return refuse('a ticker such as HKEX:700 or HK.00700')
  const own = venue === '' ? parseSecurityText(visibleText(ticker)) : null
  const ownSymbol = own === null ? null : securityText(own)
  if (ownSymbol !== null) return succeed({ symbol: ownSymbol, isDelayed })
  if (venue === '') return refuse('a ticker with its exchange, such as HKEX:700, NASDAQ:AAPL or HK.00700')
  const rule = EXCHANGES.get(venue.replace(DELAYED, ''))
  if (rule === undefined) {
    return refuse(
      `an exchange that OpenD trades, such as HKEX, NASDAQ, NYSE or SSE, or a row in the hook's ticker table`,
    )
  }
  const symbol = symbolOf(rule, code)
  if (symbol !== null) return succeed({ symbol, isDelayed })
  return refuse(`a code of ${venue}; the hook's ticker table can name the security of any other ticker`)
}

/** The security of a code of that exchange; null when the code has no known form. */
function symbolOf({ prefix, stocks, hasFutures }: ExchangeRule, code: string): string | null {
  const contract = hasFutures ? contractOf(code) : null
  if (contract !== null) return `${prefix}.${contract}`
  if (stocks === null || !stocks.test(code)) return null
  // Share classes: TradingView writes BRK.B, other services BRK/B or BRK-B.
  const security = parseSecurityText(`${prefix}.${prefix === 'US' ? code.replace(/[/-]/, '.') : code}`)
  return security === null ? null : securityText(security)
}

/** OpenD's code of a future: `HSImain` for the nearest month, `HSI2612` for a dated contract; null for any other code. */
function contractOf(code: string): string | null {
  const [, root] = FRONT_CONTRACT.exec(code) ?? []
  if (root !== undefined) return `${root}main`
  const [, dated, letter = '', year] = DATED_CONTRACT.exec(code) ?? []
  if (dated === undefined) return null
  return `${dated}${year}${String(MONTH_LETTERS.indexOf(letter) + 1).padStart(2, '0')}`
}

/** Codes of futures: `HSImain`, `HSI2612`. A code of a stock in Hong Kong has digits only, one in the US no digits. */
const FUTURE_CODE = /^[A-Z0-9]{1,6}(?:main|current|next|\d{4})$/

/** Whether OpenD's code is that of a future. */
export function isFutureCode(prefix: string, code: string): boolean {
  return ['HK', 'US', 'SG', 'JP'].includes(prefix) && /^[A-Z]/.test(code) && FUTURE_CODE.test(code)
}

function refuse(expected: string): Result<never> {
  return fail({ code: 'request.invalid_value', path: 'ticker', expected })
}

function usStocks(): ExchangeRule {
  return { prefix: 'US', stocks: LETTERS_AND_DIGITS, hasFutures: false }
}

function usFutures(): ExchangeRule {
  return { prefix: 'US', stocks: null, hasFutures: true }
}

function each(rule: ExchangeRule, ...names: readonly string[]): (readonly [string, ExchangeRule])[] {
  return names.map((name) => [name, rule] as const)
}
