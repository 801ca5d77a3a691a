import type { MessageTypes } from '../../proto/messages.ts'
import { CALLS } from '../calls.ts'
import { secKeyOf, unitKeyOf, type UnitKey } from '../subscriptions/stream.ts'
import { decodeMessage, type Decoded } from '../wire/decode.ts'
import type { ItemSeries } from './item-series.ts'
import type { QuoteRead } from './quote-read.ts'
import type { StreamState } from './stream-state.ts'

/** A getter's reply and when it arrived, Unix ms; null when the getter got no reply. */
export type Reply = { readonly body: Uint8Array; readonly atMs: number } | null

/**
 * Call this when a getter is sent, and the returned function once with its reply. A last value is taken from the reply
 * unless a push arrived since the getter was sent, because the push is as new or newer. A series takes the reply and
 * applies those pushes on top.
 */
export function replyApplier(read: QuoteRead, states: readonly StreamState[]): (reply: Reply) => void {
  if (read.protoId === CALLS.Qot_GetBasicQot.protoId) return quoteApplier(states)
  const [state] = states
  return state === undefined ? () => undefined : singleApplier(read, state)
}

function quoteApplier(states: readonly StreamState[]): (reply: Reply) => void {
  const pushesBefore = states.map(({ pushes }) => pushes)
  return (reply) => {
    const s2c = reply === null ? null : successOf(decodeMessage('Qot_GetBasicQot.Response', reply.body))
    if (reply === null || s2c === null) return
    const quotes = new Map((s2c.basicQotList ?? []).map((quote) => [quoteKeyOf(quote), quote]))
    for (const [at, state] of states.entries()) {
      const quote = quotes.get(state.unitKey)
      if (
        quote === undefined ||
        state.known.protoId !== CALLS.Qot_GetBasicQot.protoId ||
        state.pushes !== pushesBefore[at]
      )
        continue
      state.known.quote = quote
      markApplied(state, reply.atMs)
    }
  }
}

function singleApplier(read: QuoteRead, state: StreamState): (reply: Reply) => void {
  const { known, pushes } = state
  switch (known.protoId) {
    case CALLS.Qot_GetOrderBook.protoId:
      return (reply) => {
        const s2c = reply === null ? null : successOf(decodeMessage('Qot_GetOrderBook.Response', reply.body))
        if (reply === null || s2c === null || state.pushes !== pushes) return
        known.book = { s2c, requested: read.count }
        markApplied(state, reply.atMs)
      }
    case CALLS.Qot_GetBroker.protoId:
      return (reply) => {
        const s2c = reply === null ? null : successOf(decodeMessage('Qot_GetBroker.Response', reply.body))
        if (reply === null || s2c === null || state.pushes !== pushes) return
        known.queue = s2c
        markApplied(state, reply.atMs)
      }
    case CALLS.Qot_GetKL.protoId:
      return seriesApplier(state, known, read.count, (body) => {
        const s2c = successOf(decodeMessage('Qot_GetKL.Response', body))
        return s2c && { items: s2c.klList ?? [], name: s2c.name }
      })
    case CALLS.Qot_GetRT.protoId:
      return seriesApplier(state, known, read.count, (body) => {
        const s2c = successOf(decodeMessage('Qot_GetRT.Response', body))
        return s2c && { items: s2c.rtList ?? [], name: s2c.name }
      })
    case CALLS.Qot_GetTicker.protoId:
      return seriesApplier(state, known, read.count, (body) => {
        const s2c = successOf(decodeMessage('Qot_GetTicker.Response', body))
        return s2c && { items: s2c.tickerList ?? [], name: s2c.name }
      })
    default:
      return () => undefined
  }
}

/** Applies a reply to a series. `itemsOf` reads the items of a reply body; null for a body without items. */
function seriesApplier<Item>(
  state: StreamState,
  known: { readonly series: ItemSeries<Item>; name: string | undefined },
  requested: number,
  itemsOf: (body: Uint8Array) => { readonly items: readonly Item[]; readonly name: string | undefined } | null,
): (reply: Reply) => void {
  const token = known.series.begin()
  return (reply) => {
    const content = reply === null ? null : itemsOf(reply.body)
    if (reply === null || content === null) return known.series.abort(token)
    known.series.applyReply(token, content.items, requested)
    known.name = content.name
    markApplied(state, reply.atMs)
  }
}

/** The content of a successful reply; null for a refusal and for bytes that do not decode. */
function successOf<S2C>(decoded: Decoded<{ readonly retType: number; readonly s2c?: S2C | undefined }>): S2C | null {
  return decoded.ok && decoded.value.retType === 0 ? (decoded.value.s2c ?? null) : null
}

function quoteKeyOf({ security }: MessageTypes['Qot_Common.BasicQot']): UnitKey {
  return unitKeyOf(CALLS.Qot_GetBasicQot.subType, secKeyOf(security))
}

/** The stream was live when the getter was sent, so the reply belongs to the present subscription. */
function markApplied(state: StreamState, atMs: number): void {
  state.version++
  state.isSure = true
  state.asOfMs = Math.max(state.asOfMs, atMs)
}
