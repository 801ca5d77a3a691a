import type { MessageTypes } from '../../proto/messages.ts'
import { CALLS } from '../calls.ts'
import { securityOf, type SecKey } from '../subscriptions/stream.ts'
import { encodeMessage } from '../wire/encode.ts'
import type { QuoteRead } from './quote-read.ts'
import { sidesOf, type OrderBook, type StreamState } from './stream-state.ts'

/**
 * The reply that OpenD would give to that read, made of the states of its streams in the order of the read; null when
 * the states do not have the data.
 */
export function answerFrom(read: QuoteRead, states: readonly StreamState[]): Uint8Array | null {
  return read.protoId === CALLS.Qot_GetBasicQot.protoId ? quotesFrom(states) : singleFrom(read, states[0])
}

function quotesFrom(states: readonly StreamState[]): Uint8Array | null {
  const basicQotList: MessageTypes['Qot_Common.BasicQot'][] = []
  for (const { known } of states) {
    if (known.protoId !== CALLS.Qot_GetBasicQot.protoId || known.quote === null) return null
    basicQotList.push(known.quote)
  }
  return encodeMessage('Qot_GetBasicQot.Response', { retType: 0, s2c: { basicQotList } })
}

function singleFrom({ count, secKeys }: QuoteRead, state: StreamState | undefined): Uint8Array | null {
  const [secKey] = secKeys
  if (state === undefined || secKey === undefined) return null
  const { known } = state
  switch (known.protoId) {
    case CALLS.Qot_GetOrderBook.protoId: {
      const s2c = known.book === null ? null : cutBook(known.book, known.depth, count)
      return s2c === null ? null : encodeMessage('Qot_GetOrderBook.Response', { retType: 0, s2c })
    }
    case CALLS.Qot_GetBroker.protoId:
      if (known.queue === null) return null
      return encodeMessage('Qot_GetBroker.Response', { retType: 0, s2c: known.queue })
    case CALLS.Qot_GetKL.protoId: {
      const klList = known.series.last(count)
      if (klList === null) return null
      return encodeMessage('Qot_GetKL.Response', { retType: 0, s2c: { ...named(secKey, known.name), klList } })
    }
    case CALLS.Qot_GetRT.protoId: {
      const rtList = known.series.last(count)
      if (rtList === null) return null
      return encodeMessage('Qot_GetRT.Response', { retType: 0, s2c: { ...named(secKey, known.name), rtList } })
    }
    case CALLS.Qot_GetTicker.protoId: {
      const tickerList = known.series.last(count)
      if (tickerList === null) return null
      return encodeMessage('Qot_GetTicker.Response', { retType: 0, s2c: { ...named(secKey, known.name), tickerList } })
    }
    default:
      return null
  }
}

function named(secKey: SecKey, name: string | undefined) {
  return { security: securityOf(secKey), name }
}

/**
 * The first `count` levels of both sides; null when more levels may exist than the order book has. A getter's reply has
 * the requested number of levels, if they exist. A push has at least `depth` levels, if they exist.
 */
function cutBook({ s2c, requested }: OrderBook, depth: number, count: number): OrderBook['s2c'] | null {
  const shown = requested ?? depth
  const isWhole = sidesOf(s2c).every((levels) => levels < shown)
  if (count > shown && !isWhole) return null
  return {
    ...s2c,
    orderBookAskList: s2c.orderBookAskList?.slice(0, count),
    orderBookBidList: s2c.orderBookBidList?.slice(0, count),
  }
}
