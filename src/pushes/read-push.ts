import { OrderBookType, RetType, SubType } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { subTypeOfKLine } from '../subscriptions/k-line-type.ts'
import { quoteStreamOf, secKeyOf } from '../subscriptions/stream.ts'
import { decodeMessage, type Decoded } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import type { PushEvent, QuoteMessage } from './push-event.ts'
import { fillsStreamOf, NOTIFY_STREAM, ordersStreamOf, REMINDERS_STREAM } from './stream-kind.ts'

/**
 * Reads what OpenD pushed. Null when it is no push that clients can get: another protocol id, bytes that do not decode,
 * a `ret_type` other than 0, a K-line period without a subscription type.
 *
 * A quote push (3005) of several securities becomes one event for each, with a message of its own; every other push
 * keeps OpenD's bytes.
 */
export function readPush(protoId: number, body: Uint8Array, receivedAtMs: number): readonly PushEvent[] | null {
  const push = { body, receivedAtMs }
  switch (protoId) {
    case 3005:
      return readQuotes(push)
    case 3007:
      return readKLines(push)
    case 3009: {
      const s2c = contentOf(decodeMessage('Qot_UpdateRT.Response', body))
      return s2c && [quoteEvent(push, { protoId: 3009, s2c }, s2c.security, SubType.RT)]
    }
    case 3011: {
      const s2c = contentOf(decodeMessage('Qot_UpdateTicker.Response', body))
      return s2c && [quoteEvent(push, { protoId: 3011, s2c }, s2c.security, SubType.Ticker)]
    }
    case 3013: {
      const s2c = contentOf(decodeMessage('Qot_UpdateOrderBook.Response', body))
      const subType = s2c?.orderBookType === OrderBookType.Odd ? SubType.OrderBook_Odd : SubType.OrderBook
      return s2c && [quoteEvent(push, { protoId: 3013, s2c }, s2c.security, subType)]
    }
    case 3015: {
      const s2c = contentOf(decodeMessage('Qot_UpdateBroker.Response', body))
      return s2c && [quoteEvent(push, { protoId: 3015, s2c }, s2c.security, SubType.Broker)]
    }
    case 2208: {
      const header = contentOf(decodeMessage('Trd_UpdateOrder.Response', body))?.header
      return header === undefined ? null : [tradeEvent(push, 2208, header)]
    }
    case 2218: {
      const header = contentOf(decodeMessage('Trd_UpdateOrderFill.Response', body))?.header
      return header === undefined ? null : [tradeEvent(push, 2218, header)]
    }
    case 1003:
      if (contentOf(decodeMessage('Notify.Response', body)) === null) return null
      return [{ ...push, type: 'notify', protoId: 1003, stream: NOTIFY_STREAM, secKey: null }]
    case 3019: {
      const s2c = contentOf(decodeMessage('Qot_UpdatePriceReminder.Response', body))
      if (s2c === null) return null
      return [{ ...push, type: 'notify', protoId: 3019, stream: REMINDERS_STREAM, secKey: secKeyOf(s2c.security) }]
    }
    default:
      return null
  }
}

interface Push {
  readonly body: Uint8Array
  readonly receivedAtMs: number
}

function readQuotes(push: Push): readonly PushEvent[] | null {
  const s2c = contentOf(decodeMessage('Qot_UpdateBasicQot.Response', push.body))
  if (s2c === null) return null
  const quotes = s2c.basicQotList ?? []
  return quotes.map((quote) => {
    const own = quotes.length === 1 ? s2c : { basicQotList: [quote] }
    const body =
      quotes.length === 1
        ? push.body
        : encodeMessage('Qot_UpdateBasicQot.Response', { retType: RetType.Succeed, s2c: own })
    return quoteEvent({ ...push, body }, { protoId: 3005, s2c: own }, quote.security, SubType.Basic)
  })
}

function readKLines(push: Push): readonly PushEvent[] | null {
  const s2c = contentOf(decodeMessage('Qot_UpdateKL.Response', push.body))
  const subType = s2c === null ? null : subTypeOfKLine(s2c.klType)
  if (s2c === null || subType === null) return null
  return [quoteEvent(push, { protoId: 3007, s2c }, s2c.security, subType, s2c.rehabType)]
}

function quoteEvent(
  push: Push,
  message: QuoteMessage,
  security: MessageTypes['Qot_Common.Security'],
  subType: number,
  rehabType: number | null = null,
): PushEvent {
  const secKey = secKeyOf(security)
  return {
    ...push,
    ...message,
    type: 'quote',
    secKey,
    subType,
    rehabType,
    stream: quoteStreamOf(subType, secKey, rehabType),
  }
}

function tradeEvent(push: Push, protoId: 2208 | 2218, header: MessageTypes['Trd_Common.TrdHeader']): PushEvent {
  const { accID: accId, trdMarket } = header
  const stream = protoId === 2208 ? ordersStreamOf(accId) : fillsStreamOf(accId)
  return { ...push, type: 'trade', protoId, stream, accId, trdMarket }
}

/** The content of a push that decoded and says that all is well. */
function contentOf<S2c>(push: Decoded<{ readonly retType: number; readonly s2c?: S2c | undefined }>): S2c | null {
  if (!push.ok || push.value.retType !== RetType.Succeed) return null
  return push.value.s2c ?? null
}
