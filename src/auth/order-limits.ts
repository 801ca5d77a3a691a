import { Currency } from '../../proto/enums.ts'
import type { KeyLimits, ValueLimit } from '../limits/key-limits.ts'
import { TradingHours } from '../limits/trading-hours.ts'
import { zoneClock } from '../limits/zone-clock.ts'
import { isJsonObject } from '../wire/json-text.ts'
import { isAmount, nonEmpty, type RecordFields } from './record-fields.ts'

/** The limits on the orders of a key. Its accounts stand apart, because reads are held to them too. */
export type OrderLimits = Omit<KeyLimits, 'allowedAccIds'>

/** The limits' names in the key file. `time_zone` and `market_price_band` are ours, the others futu-opend-rs's. */
export const ORDER_LIMIT_FIELDS = [
  'allowed_markets',
  'allowed_symbols',
  'allowed_trd_sides',
  'hours_window',
  'max_order_value',
  'max_orders_per_minute',
  'max_daily_value',
  'time_zone',
  'market_price_band',
] as const

const MARKET = /^[A-Z_]+$/
const SYMBOL = /^[A-Z_]+\.[^\s.]\S*$/
const SIDES: readonly string[] = ['BUY', 'SELL', 'SELL_SHORT', 'BUY_BACK']

/** Names as in `ValueLimit`. */
const CURRENCIES: readonly string[] = Object.keys(Currency).filter((name) => name !== 'Unknown')

/** Reads the order limits of a key record. Mistakes are reported to the fields. */
export function readOrderLimits(fields: RecordFields): OrderLimits {
  const ordersPerMinute = fields.amount('max_orders_per_minute')
  if (ordersPerMinute !== null && !Number.isSafeInteger(ordersPerMinute)) {
    fields.report('max_orders_per_minute must be a whole number.')
  }
  const sides = fields.textList('allowed_trd_sides')
  if (sides?.some((side) => !SIDES.includes(side))) fields.report(`allowed_trd_sides may name ${SIDES.join(', ')}.`)
  return {
    allowedMarkets: fields.textsLike('allowed_markets', MARKET),
    allowedSymbols: fields.textsLike('allowed_symbols', SYMBOL),
    allowedTrdSides: nonEmpty(sides),
    hoursWindow: readHours(fields),
    timeZone: readTimeZone(fields),
    maxOrderValue: readValueLimit(fields, 'max_order_value'),
    maxDailyValue: readValueLimit(fields, 'max_daily_value'),
    maxOrdersPerMinute: ordersPerMinute,
    marketPriceBandPercent: fields.amount('market_price_band'),
  }
}

function readHours(fields: RecordFields): string | null {
  const window = fields.text('hours_window')
  const clock = zoneClock('UTC')
  if (window === null || (clock !== null && TradingHours.parse(window, clock) !== null)) return window
  // Equal ends could mean always or never.
  fields.report('hours_window must have the form "HH:MM-HH:MM", with two different times.')
  return window
}

function readTimeZone(fields: RecordFields): string | null {
  const name = fields.text('time_zone')
  // The runtime takes bare offsets too. They know no daylight saving, and a zone's name does.
  if (name !== null && !(/^[A-Za-z]/.test(name) && zoneClock(name) !== null)) {
    fields.report('time_zone must be an IANA name such as "Asia/Hong_Kong".')
  }
  return name
}

/** One amount for each currency, or a table by currency. A table that is there and empty allows no order at all. */
function readValueLimit(fields: RecordFields, name: string): ValueLimit | null {
  const value = fields.value(name)
  if (value === undefined) return null
  if (isAmount(value)) return value
  const table: Record<string, number> = {}
  const entries = isJsonObject(value) ? Object.entries(value) : [['', value] as const]
  for (const [currency, amount] of entries) {
    if (CURRENCIES.includes(currency) && isAmount(amount)) table[currency] = amount
    else {
      fields.report(`${name} must be a number, 0 or more, or a table of such by ${CURRENCIES.join(', ')}.`)
      break
    }
  }
  return table
}
