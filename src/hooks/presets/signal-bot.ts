import { succeed, type Result } from '../../base/result.ts'
import { checkFields, objectOf, required } from '../../wire/json/json-fields.ts'
import type { JsonObject } from '../../wire/json/json-text.ts'
import { type Alert, alertOf, type AlertSize } from '../alert.ts'
import { ALERT_TEXT, ALERT_TIME, IGNORED, POSITIVE, UNSIGNED, words, missing } from '../alert-fields.ts'

const ACTION = words({
  enter_long: 'buy',
  exit_long: 'close',
  enter_short: 'sell',
  exit_short: 'close',
  buy: 'buy',
  sell: 'sell',
  close: 'close',
})

const SIZE_UNIT = words({
  base: 'quantity',
  quote: 'value',
  equity_percent: 'percent_of_equity',
  position_percent: 'percent_of_position',
})

const FIELDS = {
  tv_instrument: required(ALERT_TEXT),
  tv_exchange: ALERT_TEXT,
  action: required(ACTION),
  trigger_price: UNSIGNED,
  timestamp: ALERT_TIME,
  order: objectOf({ amount: POSITIVE, currency_type: SIZE_UNIT }),
  strategy_info: objectOf({
    market_position: words({ long: 1, short: -1, flat: 0 }),
    market_position_size: UNSIGNED,
    prev_market_position: IGNORED,
    prev_market_position_size: IGNORED,
  }),
  // The hook has its own greatest age, and is itself what a bot is to the sender.
  max_lag: IGNORED,
  bot_uuid: IGNORED,
} as const

/**
 * The bodies of signal bots in the manner of 3Commas and WunderTrading: entries and exits by direction, the instrument by
 * TradingView's names. An exit closes the position.
 */
export function readSignalBot(body: JsonObject): Result<Alert> {
  const read = checkFields(body, FIELDS)
  if (!read.ok) return read
  const { tv_instrument: ticker, action, order, strategy_info: info } = read.value
  const amount = order?.amount ?? null
  if (order !== null && amount === null) return missing('order.amount', 'the amount of the order')
  const size: AlertSize | null = amount === null ? null : { kind: order?.currency_type ?? 'quantity', amount }
  const side = info?.market_position ?? null
  const held = info?.market_position_size ?? null
  return succeed(
    alertOf(ticker, action, {
      exchange: read.value.tv_exchange,
      size: action === 'close' ? null : size,
      atMs: read.value.timestamp,
      price: read.value.trigger_price,
      expectedPosition: side === null || held === null ? null : side * held,
    }),
  )
}
