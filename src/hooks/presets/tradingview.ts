import { succeed, type Result } from '../../base/result.ts'
import { checkFields, required } from '../../wire/json/json-fields.ts'
import type { JsonObject } from '../../wire/json/json-text.ts'
import { type Alert, alertOf } from '../alert.ts'
import {
  ALERT_FLAG,
  ALERT_TEXT,
  ALERT_TIME,
  IGNORED,
  POSITIVE,
  SIGNED,
  UNSIGNED,
  words,
  misfit,
  missing,
} from '../alert-fields.ts'
import { EXIT_PRICE } from '../exit-price.ts'

const ACTION = words({ buy: 'buy', sell: 'sell', close: 'close', exit: 'close', reverse: 'reverse', cancel: 'cancel' })

/** `{{strategy.market_position}}`, with the sign of such a position. */
const POSITION_SIDE = words({ long: 1, short: -1, flat: 0 })

const FIELDS = {
  ticker: required(ALERT_TEXT),
  action: ACTION,
  exchange: ALERT_TEXT,
  contracts: POSITIVE,
  quantity: POSITIVE,
  price: UNSIGNED,
  order_price: UNSIGNED,
  close: UNSIGNED,
  alert_id: ALERT_TEXT,
  // `{{strategy.order.id}}` is the name that the script gives to its orders, such as "Long": it is not unique.
  id: IGNORED,
  order_id: IGNORED,
  time: ALERT_TIME,
  timenow: ALERT_TIME,
  market_position: POSITION_SIDE,
  market_position_size: UNSIGNED,
  position_size: SIGNED,
  take_profit: EXIT_PRICE,
  stop_loss: EXIT_PRICE,
  extended_hours: ALERT_FLAG,
  // What strategies can also send, without an effect on the order.
  prev_market_position: IGNORED,
  prev_market_position_size: IGNORED,
  comment: IGNORED,
  alert_message: IGNORED,
  strategy: IGNORED,
  interval: IGNORED,
  open: IGNORED,
  high: IGNORED,
  low: IGNORED,
  volume: IGNORED,
  currency: IGNORED,
} as const

/**
 * TradingView's alerts, with its placeholders under their own names: `{{strategy.order.action}}` is `action`,
 * `{{strategy.order.contracts}}` is `contracts`, `{{strategy.market_position_size}}` is `market_position_size`. A body
 * with a position and without an action asks for that position (`target`), which also makes up for a lost alert.
 *
 * Source: "How to use a variable value in alert" (TradingView help, 43000531021).
 */
export function readTradingView(body: JsonObject): Result<Alert> {
  const read = checkFields(body, FIELDS)
  if (!read.ok) return read
  const { ticker, action, contracts, quantity, market_position: side, market_position_size: size } = read.value
  const signed = read.value.position_size
  if (contracts !== null && quantity !== null && contracts !== quantity) {
    return misfit('quantity', 'the same number as contracts, or only one of the two')
  }
  if (side !== null && side !== 0 && size === null) {
    return missing('market_position_size', 'the size of the position: {{strategy.market_position_size}}')
  }
  const position = side === null ? signed : side * (size ?? 0)
  if (action === null && position === null) {
    return missing('action', '{{strategy.order.action}}, or the position: {{strategy.market_position}}')
  }
  const amount = contracts ?? quantity
  return succeed(
    alertOf(ticker, action ?? 'target', {
      exchange: read.value.exchange,
      size: amount === null ? null : { kind: 'quantity', amount },
      target: action === null ? position : null,
      isExtendedHours: read.value.extended_hours,
      exits: { takeProfit: read.value.take_profit, stopLoss: read.value.stop_loss },
      alertId: read.value.alert_id,
      // `time` is the time of the bar, which may be hours earlier; `timenow` is the time at which the alert fired.
      atMs: read.value.timenow,
      price: read.value.order_price ?? read.value.price ?? read.value.close,
      expectedPosition: position,
    }),
  )
}
