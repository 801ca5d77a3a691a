import { OrderBookType, RetType, SubType } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { CALLS, type ProtoIdOf } from '../calls.ts'
import type { QuoteMessage } from '../quotes/stream-state.ts'
import { subTypeOfKLine } from '../subscriptions/k-line-type.ts'
import { quoteStreamOf, secKeyOf } from '../subscriptions/stream.ts'
import { decodeMessage, type Decoded } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import type { PushEvent } from './push-event.ts'
import { fillsStreamOf, NOTIFY_STREAM, ordersStreamOf, REMINDERS_STREAM } from './stream-kind.ts'

/**
 * Reads a push of OpenD. Returns null for a push that is not sent to clients: another protocol id, bytes that do not
 * decode, a `ret_type` other than 0, a K-line period without a subscription type.
 *
 * A quote push of several securities becomes one event for each, with its own message. Every other push keeps OpenD's
 * bytes.
 */
export function readPush(protoId: number, body: Uint8Array, receivedAtMs: number): readonly PushEvent[] | null {
  const push = { body, receivedAtMs }
  switch (protoId) {
    case CALLS.Qot_UpdateBasicQot.protoId:
      return readQuotes(push)
    case CALLS.Qot_UpdateKL.protoId:
      return readKLines(push)
    case CALLS.Qot_UpdateRT.protoId: {
      const s2c = contentOf(decodeMessage('Qot_UpdateRT.Response', body))
      return s2c && [quoteEvent(push, { protoId, s2c }, s2c.security, CALLS.Qot_GetRT.subType)]
    }
    case CALLS.Qot_UpdateTicker.protoId: {
      const s2c = contentOf(decodeMessage('Qot_UpdateTicker.Response', body))
      return s2c && [quoteEvent(push, { protoId, s2c }, s2c.security, CALLS.Qot_GetTicker.subType)]
    }
    case CALLS.Qot_UpdateOrderBook.protoId: {
      const s2c = contentOf(decodeMessage('Qot_UpdateOrderBook.Response', body))
      const subType = s2c?.orderBookType === OrderBookType.Odd ? SubType.OrderBook_Odd : SubType.OrderBook
      return s2c && [quoteEvent(push, { protoId, s2c }, s2c.security, subType)]
    }
    case CALLS.Qot_UpdateBroker.protoId: {
      const s2c = contentOf(decodeMessage('Qot_UpdateBroker.Response', body))
      return s2c && [quoteEvent(push, { protoId, s2c }, s2c.security, CALLS.Qot_GetBroker.subType)]
    }
    case CALLS.Trd_UpdateOrder.protoId: {
      const header = contentOf(decodeMessage('Trd_UpdateOrder.Response', body))?.header
      return header === undefined ? null : [tradeEvent(push, protoId, header)]
    }
    case CALLS.Trd_UpdateOrderFill.protoId: {
      const header = contentOf(decodeMessage('Trd_UpdateOrderFill.Response', body))?.header
      return header === undefined ? null : [tradeEvent(push, protoId, header)]
    }
    case CALLS.Notify.protoId:
      if (contentOf(decodeMessage('Notify.Response', body)) === null) return null
      return [{ ...push, type: 'notify', protoId, stream: NOTIFY_STREAM, secKey: null }]
    case CALLS.Qot_UpdatePriceReminder.protoId: {
      const s2c = contentOf(decodeMessage('Qot_UpdatePriceReminder.Response', body))
      if (s2c === null) return null
      return [{ ...push, type: 'notify', protoId, stream: REMINDERS_STREAM, secKey: secKeyOf(s2c.security) }]
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
    return quoteEvent(
      { ...push, body },
      { protoId: CALLS.Qot_UpdateBasicQot.protoId, s2c: own },
      quote.security,
      CALLS.Qot_GetBasicQot.subType,
    )
  })
}

function readKLines(push: Push): readonly PushEvent[] | null {
  const s2c = contentOf(decodeMessage('Qot_UpdateKL.Response', push.body))
  const subType = s2c === null ? null : subTypeOfKLine(s2c.klType)
  if (s2c === null || subType === null) return null
  return [quoteEvent(push, { protoId: CALLS.Qot_UpdateKL.protoId, s2c }, s2c.security, subType, s2c.rehabType)]
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

function tradeEvent(
  push: Push,
  protoId: ProtoIdOf<'Trd_UpdateOrder' | 'Trd_UpdateOrderFill'>,
  header: MessageTypes['Trd_Common.TrdHeader'],
): PushEvent {
  const { accID: accId, trdMarket } = header
  const stream = protoId === CALLS.Trd_UpdateOrder.protoId ? ordersStreamOf(accId) : fillsStreamOf(accId)
  return { ...push, type: 'trade', protoId, stream, accId, trdMarket }
}

/** The content of a push that decoded and has the `ret_type` of success. */
function contentOf<S2c>(push: Decoded<{ readonly retType: number; readonly s2c?: S2c | undefined }>): S2c | null {
  if (!push.ok || push.value.retType !== RetType.Succeed) return null
  return push.value.s2c ?? null
}
