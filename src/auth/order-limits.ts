import { Currency } from '../../proto/enums.ts'
import type { KeyLimits, ValueLimit } from '../limits/key-limits.ts'
import { MARKET_NAMES } from '../limits/market/trade-venue.ts'
import { TradingWindow } from '../limits/market/trading-window.ts'
import { zoneClock } from '../base/time/zone-clock.ts'
import {
  AMOUNT,
  type FieldRule,
  type FieldValues,
  listOf,
  oneOf,
  parsedText,
  tableOf,
  wholeNumber,
} from '../wire/json/json-fields.ts'
import { JsonProblem } from '../wire/json/json-problem.ts'
import { suggestSecurity } from '../wire/json/security-hint.ts'
import { parseSecurityText, securityText } from '../wire/json/security-text.ts'

/** The limits on the orders of a key. Its accounts are separate, because they restrict reads, too. */
export type OrderLimits = Omit<KeyLimits, 'allowedAccIds'>

/** Names as in `ValueLimit`. */
const CURRENCIES: readonly string[] = Object.keys(Currency).filter((name) => name !== 'Unknown')

const AMOUNT_BY_CURRENCY = tableOf(AMOUNT, '', (name) => CURRENCIES.includes(name))

/** One amount for each currency, or a table by currency. An empty table allows no orders. */
const VALUE_LIMIT: FieldRule<ValueLimit> = {
  expected: `a finite number, 0 or more, or a table of such numbers by ${CURRENCIES.join(', ')}`,
  read: (value, problems) => {
    const amount = AMOUNT.read(value, problems)
    if (amount !== null) return amount
    const table = AMOUNT_BY_CURRENCY.read(value, problems)
    return table === null ? null : Object.fromEntries(table)
  },
}

/** Equal times are refused, because they could mean always or never. */
const HOURS_WINDOW = parsedText((window) => {
  const clock = zoneClock('UTC')
  return clock === null || TradingWindow.parse(window, clock) === null ? null : window
}, 'the form "HH:MM-HH:MM", with two different times')

/** The runtime also takes offsets. They are refused, because they have no daylight saving. */
const TIME_ZONE = parsedText(
  (name) => (/^[A-Za-z]/.test(name) && zoneClock(name) !== null ? name : null),
  'an IANA name such as "Asia/Hong_Kong"',
)

/**
 * A symbol in the form in which the limits read orders. Another form would be taken and never match. Orders have one
 * prefix for stocks and futures of Hong Kong.
 */
const TRADED_SYMBOL: FieldRule<string> = {
  expected: 'a symbol such as "HK.00700"',
  read: (value, problems) => {
    if (typeof value !== 'string') return null
    const security = parseSecurityText(value)
    const meant = security === null ? suggestSecurity(value) : securityText(security)
    const symbol = meant?.replace(/^HK_FUTURE\./, 'HK.') ?? null
    if (symbol === value) return symbol
    if (symbol !== null) problems.add(JsonProblem.invalid(`${TRADED_SYMBOL.expected}; did you mean "${symbol}"?`))
    return null
  },
}

/** The fields of the limits in the key file. futu-opend-rs has all but `time_zone` and `market_price_band`. */
export const ORDER_LIMIT_RULES = {
  allowed_markets: listOf(oneOf(MARKET_NAMES)),
  allowed_symbols: listOf(TRADED_SYMBOL),
  allowed_trd_sides: listOf(oneOf(['BUY', 'SELL', 'SELL_SHORT', 'BUY_BACK'])),
  hours_window: HOURS_WINDOW,
  max_order_value: VALUE_LIMIT,
  max_orders_per_minute: wholeNumber(0),
  max_daily_value: VALUE_LIMIT,
  time_zone: TIME_ZONE,
  market_price_band: AMOUNT,
}

/** The order limits in the fields of a record. */
export function orderLimitsFrom(fields: FieldValues<typeof ORDER_LIMIT_RULES>): OrderLimits {
  return {
    allowedMarkets: fields.allowed_markets,
    allowedSymbols: fields.allowed_symbols,
    allowedTrdSides: nonEmpty(fields.allowed_trd_sides),
    hoursWindow: fields.hours_window,
    timeZone: fields.time_zone,
    maxOrderValue: fields.max_order_value,
    maxDailyValue: fields.max_daily_value,
    maxOrdersPerMinute: fields.max_orders_per_minute,
    marketPriceBandPercent: fields.market_price_band,
  }
}

/** In the key file an empty list of accounts, cards or sides means "no restriction", as futu-opend-rs reads it. */
export function nonEmpty<Item>(list: readonly Item[] | null): readonly Item[] | null {
  return list !== null && list.length > 0 ? list : null
}
