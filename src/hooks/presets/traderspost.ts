import { succeed, type Result } from '../../base/result.ts'
import { checkFields, objectOf, required } from '../../wire/json/json-fields.ts'
import type { JsonObject } from '../../wire/json/json-text.ts'
import { type Alert, type AlertAction, alertOf, type AlertSize } from '../alert.ts'
import type { ExitPrice } from '../../orders/exits/exit-price.ts'
import {
  ALERT_FLAG,
  ALERT_TEXT,
  ALERT_TIME,
  IGNORED,
  PERCENT,
  POSITIVE,
  unsupported,
  words,
  misfit,
  missing,
} from '../alert-fields.ts'

const TRAILING = unsupported('a trailing stop is not carried out by a hook')
const OPTION = unsupported('options are named by their own code, such as US.AAPL261218C200000')
const OVERRIDE = unsupported("the hook's own time windows apply")

const FIELDS = {
  ticker: required(ALERT_TEXT),
  action: required(words({ buy: 'buy', sell: 'sell', add: 'add', exit: 'close', cancel: 'cancel' })),
  sentiment: words({ bullish: 'bullish', long: 'bullish', bearish: 'bearish', short: 'bearish', flat: 'flat' }),
  price: POSITIVE,
  signalPrice: POSITIVE,
  orderType: words({ market: 'market', limit: 'limit', stop: 'stop', stop_limit: 'stop_limit' }),
  limitPrice: POSITIVE,
  stopPrice: POSITIVE,
  quantity: POSITIVE,
  quantityType: words({
    fixed_quantity: 'quantity',
    dollar_amount: 'value',
    percent_of_equity: 'percent_of_equity',
    percent_of_position: 'percent_of_position',
  }),
  takeProfit: objectOf({ limitPrice: POSITIVE, percent: PERCENT, amount: unsupported('use percent or limitPrice') }),
  stopLoss: objectOf({
    type: words({ stop: 'stop' }),
    stopPrice: POSITIVE,
    percent: PERCENT,
    amount: unsupported('use percent or stopPrice'),
    limitPrice: unsupported('a stop loss is a market order when it is triggered'),
    trailAmount: TRAILING,
    trailPercent: TRAILING,
  }),
  timeInForce: words({ day: 'day', gtc: 'gtc' }),
  time: ALERT_TIME,
  extendedHours: ALERT_FLAG,
  cancel: ALERT_FLAG,
  trailAmount: TRAILING,
  trailPercent: TRAILING,
  ignoreTradingWindows: OVERRIDE,
  optionType: OPTION,
  intrinsicValue: OPTION,
  expiration: OPTION,
  strikeCount: OPTION,
  strikesAway: OPTION,
  strikePrice: OPTION,
  extras: IGNORED,
} as const

/**
 * The bodies of TradersPost. `sentiment` says what the position shall be afterwards: `flat` only closes, and one that
 * contradicts the action is refused. `add` is a further buy or sell in the direction of the sentiment. One body is at
 * most one order here: a buy does not first close a short position; use `reverse` or `target` for that.
 *
 * Source: the published specification of TradersPost's webhooks (OpenAPI).
 */
export function readTradersPost(body: JsonObject): Result<Alert> {
  const read = checkFields(body, FIELDS)
  if (!read.ok) return read
  const { ticker, sentiment, quantity, quantityType, cancel } = read.value
  const action = actionOf(read.value.action, sentiment)
  if (action === null) {
    return misfit('sentiment', 'bullish with buy, bearish with sell, or flat; add needs bullish or bearish')
  }
  if (cancel === true && action !== 'cancel') {
    return misfit('cancel', 'false: send the action cancel by itself, before the order')
  }
  if (quantityType !== null && quantity === null) return missing('quantity', 'the quantity for quantityType')
  const orderType = read.value.orderType ?? (read.value.limitPrice === null ? null : 'limit')
  const size: AlertSize | null = quantity === null ? null : { kind: quantityType ?? 'quantity', amount: quantity }
  const takeProfit = exitOf(read.value.takeProfit?.limitPrice ?? null, read.value.takeProfit?.percent ?? null)
  if (read.value.takeProfit !== null && takeProfit === null) return missing('takeProfit', 'limitPrice or percent')
  const stopLoss = exitOf(read.value.stopLoss?.stopPrice ?? null, read.value.stopLoss?.percent ?? null)
  if (read.value.stopLoss !== null && stopLoss === null) return missing('stopLoss', 'stopPrice or percent')
  return succeed(
    alertOf(ticker, action, {
      size: action === 'close' || action === 'cancel' ? null : size,
      orderType,
      limitPrice: read.value.limitPrice,
      stopPrice: read.value.stopPrice,
      timeInForce: read.value.timeInForce,
      isExtendedHours: read.value.extendedHours,
      exits: { takeProfit, stopLoss },
      atMs: read.value.time,
      price: read.value.signalPrice ?? read.value.price,
    }),
  )
}

function actionOf(
  action: 'buy' | 'sell' | 'add' | 'close' | 'cancel',
  sentiment: 'bullish' | 'bearish' | 'flat' | null,
): AlertAction | null {
  switch (action) {
    case 'close':
    case 'cancel':
      return action
    case 'add':
      return sentiment === 'bullish' ? 'buy' : sentiment === 'bearish' ? 'sell' : null
    case 'buy':
    case 'sell': {
      if (sentiment === 'flat') return 'close'
      const meant = action === 'buy' ? 'bullish' : 'bearish'
      return sentiment === null || sentiment === meant ? action : null
    }
  }
}

function exitOf(price: number | null, percent: number | null): ExitPrice | null {
  if (price !== null) return { kind: 'price', price }
  return percent === null || percent >= 100 ? null : { kind: 'percent', percent }
}
