import { succeed, type Result } from '../../base/result.ts'
import { checkFields, required } from '../../wire/json/json-fields.ts'
import type { JsonObject } from '../../wire/json/json-text.ts'
import { type Alert, alertOf } from '../alert.ts'
import { ALERT_TEXT, IGNORED, SIGNED, UNSIGNED, words } from '../alert-fields.ts'

const FIELDS = {
  symbol: required(ALERT_TEXT),
  action: required(words({ buy: 'buy', sell: 'sell' })),
  exchange: ALERT_TEXT,
  quantity: UNSIGNED,
  position_size: SIGNED,
  pricetype: words({ market: 'market', limit: 'limit', sl: 'stop_limit', 'sl-m': 'stop' }),
  price: UNSIGNED,
  trigger_price: UNSIGNED,
  // The account and the product of the order are those of the hook.
  strategy: IGNORED,
  apikey: IGNORED,
  product: IGNORED,
  disclosed_quantity: IGNORED,
} as const

/**
 * The bodies of OpenAlgo. With a `position_size` the order is a "smart order": it takes the position there, and 0 closes
 * it. Prices of 0 mean none, as there.
 */
export function readOpenAlgo(body: JsonObject): Result<Alert> {
  const read = checkFields(body, FIELDS)
  if (!read.ok) return read
  const { symbol, action, quantity, position_size: position, price, trigger_price: stop } = read.value
  const rest = {
    exchange: read.value.exchange,
    orderType: read.value.pricetype,
    limitPrice: price === null || price === 0 ? null : price,
    stopPrice: stop === null || stop === 0 ? null : stop,
  }
  if (position === null) {
    const size = quantity === null || quantity === 0 ? null : ({ kind: 'quantity', amount: quantity } as const)
    return succeed(alertOf(symbol, action, { ...rest, size }))
  }
  return succeed(
    alertOf(symbol, position === 0 ? 'close' : 'target', { ...rest, target: position === 0 ? null : position }),
  )
}
