import type { MessageTypes } from '../../proto/messages.ts'
import { ALL_CALLS, CALLS, type OpendCall, type ProtoIdOf, type QuotePushName } from '../calls.ts'
import { quoteStreamOf, securityOf, unitKeyOf, type SecKey, type UnitKey } from '../subscriptions/stream.ts'
import { BARS, POINTS, ticksOf } from './series-rules.ts'
import { ItemSeries } from './item-series.ts'
import { type GetterId, isGetter, type QuoteRead } from './quote-read.ts'

/** The decoded content of a push about subscribed securities, by its protocol id. */
export type QuoteMessage = {
  [Name in QuotePushName]: { readonly protoId: ProtoIdOf<Name>; readonly s2c: MessageTypes[`${Name}.S2C`] }
}[QuotePushName]

/** A push about one subscribed security, decoded: what is taken of a quote event. */
export type QuotePush = {
  readonly secKey: SecKey
  /** `Qot_Common.SubType` of the subscription it belongs to. */
  readonly subType: number
  /** `Qot_Common.RehabType` of a K-line; null for everything else. */
  readonly rehabType: number | null
  /** When the gateway received it, Unix ms. */
  readonly receivedAtMs: number
} & QuoteMessage

type BasicQot = MessageTypes['Qot_Common.BasicQot']

/** Both sides of a book. */
export interface Book {
  readonly s2c: MessageTypes['Qot_GetOrderBook.S2C']
  /** How many levels a getter asked for; null for a push, which does not say how many it would show. */
  readonly asked: number | null
}

/** What is known, by the getter that would tell it. */
export type Known =
  | { readonly protoId: ProtoIdOf<'Qot_GetBasicQot'>; quote: BasicQot | null }
  /** `depth` is the longest side that a push ever had: a side that is shorter is all there is. */
  | { readonly protoId: ProtoIdOf<'Qot_GetOrderBook'>; book: Book | null; depth: number }
  | { readonly protoId: ProtoIdOf<'Qot_GetBroker'>; queue: MessageTypes['Qot_GetBroker.S2C'] | null }
  | {
      readonly protoId: ProtoIdOf<'Qot_GetKL'>
      readonly series: ItemSeries<MessageTypes['Qot_Common.KLine']>
      name: string | undefined
    }
  | {
      readonly protoId: ProtoIdOf<'Qot_GetRT'>
      readonly series: ItemSeries<MessageTypes['Qot_Common.TimeShare']>
      name: string | undefined
    }
  | {
      readonly protoId: ProtoIdOf<'Qot_GetTicker'>
      readonly series: ItemSeries<MessageTypes['Qot_Common.Ticker']>
      name: string | undefined
    }

/** What the board has of one stream of pushes. */
export interface StreamState {
  readonly unitKey: UnitKey
  readonly rehabType: number | null
  readonly known: Known
  /** Grows with everything that may change an answer. */
  version: number
  /** Pushes since the stream is live. A stream that never pushed may not be registered: its replies would grow old. */
  pushes: number
  /** When the newest of it was received, Unix ms. */
  asOfMs: number
  /** Whether it surely belongs to the present subscription, and not to one that ended before. */
  isSure: boolean
  /** Whether the unit stopped being live. Only a getter that is still under way knows the state then. */
  isDropped: boolean
}

/** A stream of which nothing is known yet. */
export function newStream(protoId: GetterId, unitKey: UnitKey, secKey: SecKey, rehabType: number | null): StreamState {
  const known = nothingKnown(protoId, secKey)
  return { unitKey, rehabType, known, version: 0, pushes: 0, asOfMs: 0, isSure: false, isDropped: false }
}

function nothingKnown(protoId: GetterId, secKey: SecKey): Known {
  switch (protoId) {
    case CALLS.Qot_GetBasicQot.protoId:
      return { protoId, quote: null }
    case CALLS.Qot_GetKL.protoId:
      return { protoId, series: new ItemSeries(BARS), name: undefined }
    case CALLS.Qot_GetRT.protoId:
      return { protoId, series: new ItemSeries(POINTS), name: undefined }
    case CALLS.Qot_GetTicker.protoId:
      return { protoId, series: new ItemSeries(ticksOf(securityOf(secKey).market)), name: undefined }
    case CALLS.Qot_GetOrderBook.protoId:
      return { protoId, book: null, depth: 0 }
    case CALLS.Qot_GetBroker.protoId:
      return { protoId, queue: null }
  }
}

/** The names and keys of the streams that a read is about, in its order. */
export function streamsOf(read: QuoteRead) {
  return read.secKeys.map((secKey) => ({
    name: quoteStreamOf(read.subType, secKey, read.rehabType),
    unitKey: unitKeyOf(read.subType, secKey),
    secKey,
  }))
}

/** The getter that would tell what a push tells. */
export function getterOf({ protoId }: QuotePush): GetterId {
  const getter = FED_GETTERS.get(protoId)
  if (getter === undefined || !isGetter(getter)) throw new Error(`push ${protoId} feeds no getter`)
  return getter
}

const FED_GETTERS = gettersByPush(ALL_CALLS)

/** The getter whose answers each push keeps up to date, both by protocol id. */
export function gettersByPush(calls: readonly OpendCall[]): ReadonlyMap<number, number> {
  const ids = new Map(calls.map(({ name, protoId }) => [name, protoId]))
  const pairs = calls.map(({ protoId, feeds }) => [protoId, feeds && ids.get(feeds)] as const)
  return new Map(pairs.flatMap(([push, getter]) => (getter === undefined ? [] : [[push, getter]])))
}

/** How many items of its line a stream holds; 0 where it has none. */
export function seriesSize({ known }: StreamState): number {
  return 'series' in known ? known.series.size : 0
}

/** Puts a push into what is known. A push of another kind than the stream's changes nothing. */
export function applyPush(state: StreamState, push: QuotePush): void {
  const { known } = state
  if (push.protoId === CALLS.Qot_UpdateBasicQot.protoId && known.protoId === CALLS.Qot_GetBasicQot.protoId) {
    known.quote = push.s2c.basicQotList?.at(-1) ?? known.quote
  } else if (push.protoId === CALLS.Qot_UpdateOrderBook.protoId && known.protoId === CALLS.Qot_GetOrderBook.protoId) {
    known.book = { s2c: push.s2c, asked: null }
    known.depth = Math.max(known.depth, ...sidesOf(push.s2c))
  } else if (push.protoId === CALLS.Qot_UpdateBroker.protoId && known.protoId === CALLS.Qot_GetBroker.protoId) {
    known.queue = push.s2c
  } else if (push.protoId === CALLS.Qot_UpdateKL.protoId && known.protoId === CALLS.Qot_GetKL.protoId) {
    known.series.onPush(push.s2c.klList ?? [])
    known.name = push.s2c.name ?? known.name
  } else if (push.protoId === CALLS.Qot_UpdateRT.protoId && known.protoId === CALLS.Qot_GetRT.protoId) {
    known.series.onPush(push.s2c.rtList ?? [])
    known.name = push.s2c.name ?? known.name
  } else if (push.protoId === CALLS.Qot_UpdateTicker.protoId && known.protoId === CALLS.Qot_GetTicker.protoId) {
    known.series.onPush(push.s2c.tickerList ?? [])
    known.name = push.s2c.name ?? known.name
  } else return
  state.version++
  state.pushes++
  state.asOfMs = push.receivedAtMs
}

/** Levels on the two sides. */
export function sidesOf(book: Book['s2c']): readonly [number, number] {
  return [book.orderBookBidList?.length ?? 0, book.orderBookAskList?.length ?? 0]
}
