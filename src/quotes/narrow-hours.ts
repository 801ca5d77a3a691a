import type { MessageTypes } from '../../proto/messages.ts'
import { CALLS } from '../calls.ts'
import { isInHours, type TradingHours } from '../subscriptions/trading-hours.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import { MOST_ITEMS } from './quote-read.ts'
import type { QuoteMessage } from './stream-state.ts'

/*
 * OpenD has one subscription for all callers. Its pushes and replies have the widest hours that a caller asked for, so
 * those of the other callers are cut to theirs, by the time of each item.
 */

/** A read whose reply is cut to the caller's hours. */
export interface NarrowRead {
  /** The `Request` to send: for as many items as OpenD returns, because some of them are left out. */
  readonly body: Uint8Array
  /** The reply with the items of the caller's hours only, as many as the caller asked for. */
  readonly cut: (reply: Uint8Array) => Uint8Array
}

/** The read to send instead for a caller with narrower hours; null for a read that has no hours, or does not decode. */
export function narrowRead(protoId: number, body: Uint8Array, hours: TradingHours): NarrowRead | null {
  switch (protoId) {
    case CALLS.Qot_GetKL.protoId: {
      const request = decodeMessage('Qot_GetKL.Request', body)
      if (!request.ok || !isCount(request.value.c2s.reqNum)) return null
      const { c2s } = request.value
      return {
        body: encodeMessage('Qot_GetKL.Request', { c2s: { ...c2s, reqNum: MOST_ITEMS } }),
        cut: (reply) =>
          cutReply('Qot_GetKL.Response', reply, ({ klList = [], ...rest }) => ({
            ...rest,
            klList: inHours(klList, hours, true).slice(-c2s.reqNum),
          })),
      }
    }
    case CALLS.Qot_GetTicker.protoId: {
      const request = decodeMessage('Qot_GetTicker.Request', body)
      if (!request.ok || !isCount(request.value.c2s.maxRetNum)) return null
      const { c2s } = request.value
      return {
        body: encodeMessage('Qot_GetTicker.Request', { c2s: { ...c2s, maxRetNum: MOST_ITEMS } }),
        cut: (reply) =>
          cutReply('Qot_GetTicker.Response', reply, ({ tickerList = [], ...rest }) => ({
            ...rest,
            tickerList: inHours(tickerList, hours, false).slice(-c2s.maxRetNum),
          })),
      }
    }
    case CALLS.Qot_GetRT.protoId:
      return {
        body,
        cut: (reply) =>
          cutReply('Qot_GetRT.Response', reply, ({ rtList = [], ...rest }) => ({
            ...rest,
            rtList: inHours(rtList, hours, true),
          })),
      }
    default:
      return null
  }
}

type SeriesReply = 'Qot_GetKL.Response' | 'Qot_GetTicker.Response' | 'Qot_GetRT.Response'

/** The same push with the items of these hours only: the same object if it has no others, null if it has only others. */
export function narrowPush(push: QuoteMessage, hours: TradingHours): NarrowPush | 'unchanged' | null {
  switch (push.protoId) {
    case CALLS.Qot_UpdateKL.protoId: {
      const { klList = [] } = push.s2c
      const kept = inHours(klList, hours, true)
      if (kept.length === klList.length) return 'unchanged'
      const s2c = { ...push.s2c, klList: kept }
      return kept.length === 0
        ? null
        : { protoId: push.protoId, s2c, body: encodeMessage('Qot_UpdateKL.Response', { retType: 0, s2c }) }
    }
    case CALLS.Qot_UpdateRT.protoId: {
      const { rtList = [] } = push.s2c
      const kept = inHours(rtList, hours, true)
      if (kept.length === rtList.length) return 'unchanged'
      const s2c = { ...push.s2c, rtList: kept }
      return kept.length === 0
        ? null
        : { protoId: push.protoId, s2c, body: encodeMessage('Qot_UpdateRT.Response', { retType: 0, s2c }) }
    }
    case CALLS.Qot_UpdateTicker.protoId: {
      const { tickerList = [] } = push.s2c
      const kept = inHours(tickerList, hours, false)
      if (kept.length === tickerList.length) return 'unchanged'
      const s2c = { ...push.s2c, tickerList: kept }
      return kept.length === 0
        ? null
        : { protoId: push.protoId, s2c, body: encodeMessage('Qot_UpdateTicker.Response', { retType: 0, s2c }) }
    }
    default:
      return 'unchanged'
  }
}

/** A push that was cut, with its encoded `Response`. */
export type NarrowPush = QuoteMessage & { readonly body: Uint8Array }

function inHours<Item extends { readonly time: string }>(
  items: readonly Item[],
  hours: TradingHours,
  isEnd: boolean,
): readonly Item[] {
  return items.filter(({ time }) => isInHours(time, hours, isEnd))
}

/** Changes the content of a successful reply; other replies stay as they are. */
function cutReply<Name extends SeriesReply>(
  name: Name,
  reply: Uint8Array,
  change: (s2c: NonNullable<MessageTypes[Name]['s2c']>) => NonNullable<MessageTypes[Name]['s2c']>,
): Uint8Array {
  const decoded = decodeMessage(name, reply)
  if (!decoded.ok || decoded.value.retType !== 0 || decoded.value.s2c === undefined) return reply
  return encodeMessage(name, { ...decoded.value, s2c: change(decoded.value.s2c) })
}

/** A number that OpenD accepts; another one is refused by OpenD, so it is sent as it is. */
function isCount(count: number): boolean {
  return count > 0 && count <= MOST_ITEMS
}
