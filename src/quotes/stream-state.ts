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

/** A decoded push about one subscribed security: the fields of a quote event that the cache needs. */
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

/** Both sides of an order book. */
export interface OrderBook {
  readonly s2c: MessageTypes['Qot_GetOrderBook.S2C']
  /** The number of levels that a getter asked for; null for a push, which has no such number. */
  readonly requested: number | null
}

/** The known data of a stream, by the getter that returns it. */
export type Known =
  | { readonly protoId: ProtoIdOf<'Qot_GetBasicQot'>; quote: BasicQot | null }
  /** `depth` is the most levels of one side in any push so far. A side with fewer levels is complete. */
  | { readonly protoId: ProtoIdOf<'Qot_GetOrderBook'>; book: OrderBook | null; depth: number }
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

/** The state of one stream of pushes. */
export interface StreamState {
  readonly unitKey: UnitKey
  readonly rehabType: number | null
  readonly known: Known
  /** Increases with every change that may affect an answer. */
  version: number
  /** Pushes so far. A stream without pushes may not be registered at OpenD, so it is not used for answers. */
  pushes: number
  /** When its newest data was received, Unix ms. */
  asOfMs: number
  /** Whether it certainly belongs to the present subscription, not to an earlier one. */
  isSure: boolean
  /** Whether the unit stopped being live. Only a pending getter then still refers to the state. */
  isDropped: boolean
}

/** The state of a new stream, without data. */
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

/** The names and keys of the streams of a read, in its order. */
export function streamsOf(read: QuoteRead) {
  return read.secKeys.map((secKey) => ({
    name: quoteStreamOf(read.subType, secKey, read.rehabType),
    unitKey: unitKeyOf(read.subType, secKey),
    secKey,
  }))
}

/** The getter that returns the data of a push. */
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

/** The number of items in a stream's series; 0 for a stream without a series. */
export function seriesSize({ known }: StreamState): number {
  return 'series' in known ? known.series.size : 0
}

/** Applies a push to a stream. A push of another kind than the stream's changes nothing. */
export function applyPush(state: StreamState, push: QuotePush): void {
  const { known } = state
  if (push.protoId === CALLS.Qot_UpdateBasicQot.protoId && known.protoId === CALLS.Qot_GetBasicQot.protoId) {
    known.quote = push.s2c.basicQotList?.at(-1) ?? known.quote
  } else if (push.protoId === CALLS.Qot_UpdateOrderBook.protoId && known.protoId === CALLS.Qot_GetOrderBook.protoId) {
    known.book = { s2c: push.s2c, requested: null }
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

/** The number of levels on the two sides. */
export function sidesOf(book: OrderBook['s2c']): readonly [number, number] {
  return [book.orderBookBidList?.length ?? 0, book.orderBookAskList?.length ?? 0]
}
