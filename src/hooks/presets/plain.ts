import { succeed, type Result } from '../../base/result.ts'
import { checkFields, required } from '../../wire/json/json-fields.ts'
import type { JsonObject } from '../../wire/json/json-text.ts'
import { type Alert, type AlertAction, alertOf, type AlertSize } from '../alert.ts'
import {
  ALERT_FLAG,
  ALERT_TEXT,
  ALERT_TIME,
  PERCENT,
  POSITIVE,
  SIGNED,
  UNSIGNED,
  words,
  misfit,
  missing,
} from '../alert-fields.ts'
import { EXIT_PRICE } from '../exit-price.ts'

const SIDE = words({
  buy: 'buy',
  sell: 'sell',
  close: 'close',
  reverse: 'reverse',
  target: 'target',
  cancel: 'cancel',
})

/** The fields of a plain body, which a field map can fill in too. */
export const PLAIN_FIELDS = {
  symbol: required(ALERT_TEXT),
  side: required(SIDE),
  exchange: ALERT_TEXT,
  qty: POSITIVE,
  value: POSITIVE,
  percent_of_equity: PERCENT,
  percent_of_position: PERCENT,
  target_position: SIGNED,
  order_type: words({ market: 'market', limit: 'limit', stop: 'stop', stop_limit: 'stop_limit' }),
  price: POSITIVE,
  stop_price: POSITIVE,
  time_in_force: words({ day: 'day', gtc: 'gtc' }),
  extended_hours: ALERT_FLAG,
  take_profit: EXIT_PRICE,
  stop_loss: EXIT_PRICE,
  id: ALERT_TEXT,
  time: ALERT_TIME,
  chart_price: UNSIGNED,
  expected_position: SIGNED,
} as const

const SIZE_FIELDS = [
  ['qty', 'quantity'],
  ['value', 'value'],
  ['percent_of_equity', 'percent_of_equity'],
  ['percent_of_position', 'percent_of_position'],
] as const

/** This product's own form: `{"symbol": "HK.00700", "side": "buy", "qty": 100}`. A `price` makes a limit order. */
export function readPlain(body: JsonObject): Result<Alert> {
  const read = checkFields(body, PLAIN_FIELDS)
  if (!read.ok) return read
  const { symbol, side, price, target_position: target } = read.value
  const sizes = SIZE_FIELDS.flatMap(([field, kind]): readonly AlertSize[] => {
    const amount = read.value[field]
    return amount === null ? [] : [{ kind, amount }]
  })
  if (sizes.length > 1) return misfit('qty', 'one size: qty, value, percent_of_equity or percent_of_position')
  const action: AlertAction = side
  if (action === 'target' && target === null) return missing('target_position', 'the position to reach, such as -100')
  if (action !== 'target' && target !== null) return misfit('target_position', 'nothing unless side is target')
  const orderType = read.value.order_type ?? (price === null ? null : 'limit')
  if (orderType === 'market' && price !== null) return misfit('price', 'nothing for a market order')
  return succeed(
    alertOf(symbol, action, {
      exchange: read.value.exchange,
      size: sizes[0] ?? null,
      target,
      orderType,
      limitPrice: price,
      stopPrice: read.value.stop_price,
      timeInForce: read.value.time_in_force,
      isExtendedHours: read.value.extended_hours,
      exits: { takeProfit: read.value.take_profit, stopLoss: read.value.stop_loss },
      alertId: read.value.id,
      atMs: read.value.time,
      price: read.value.chart_price,
      expectedPosition: read.value.expected_position,
    }),
  )
}
