import type { MessageTypes } from '../../proto/messages.ts'
import type { SecKey, StreamName } from '../subscriptions/stream.ts'

/**
 * One push as it concerns one stream. OpenD puts several securities into one quote push; that becomes several events,
 * each with a message of its own.
 */
export type PushEvent = QuoteEvent | TradeEvent | NoticeEvent

interface EventCommon {
  readonly protoId: number
  readonly stream: StreamName
  /** The encoded `Response` message that holds this event and nothing else. */
  readonly body: Uint8Array
  /** When the gateway received it, Unix ms. */
  readonly receivedAtMs: number
}

/** A push about a subscribed security. */
export type QuoteEvent = EventCommon & {
  readonly type: 'quote'
  readonly secKey: SecKey
  /** `Qot_Common.SubType` of the subscription it belongs to. */
  readonly subType: number
  /** `Qot_Common.RehabType` of a K-line; null for everything else. */
  readonly rehabType: number | null
} & QuoteMessage

/** The decoded `S2C` of a quote push, by protocol id. */
export type QuoteMessage =
  | { readonly protoId: 3005; readonly s2c: MessageTypes['Qot_UpdateBasicQot.S2C'] }
  | { readonly protoId: 3007; readonly s2c: MessageTypes['Qot_UpdateKL.S2C'] }
  | { readonly protoId: 3009; readonly s2c: MessageTypes['Qot_UpdateRT.S2C'] }
  | { readonly protoId: 3011; readonly s2c: MessageTypes['Qot_UpdateTicker.S2C'] }
  | { readonly protoId: 3013; readonly s2c: MessageTypes['Qot_UpdateOrderBook.S2C'] }
  | { readonly protoId: 3015; readonly s2c: MessageTypes['Qot_UpdateBroker.S2C'] }

/** A push about an order (2208) or a fill (2218) of an account. */
export interface TradeEvent extends EventCommon {
  readonly type: 'trade'
  readonly protoId: 2208 | 2218
  readonly accId: bigint
  /** `Trd_Common.TrdMarket` of the push's header. */
  readonly trdMarket: number
}

/** A notice of OpenD itself (1003) or a price reminder (3019). */
export interface NoticeEvent extends EventCommon {
  readonly type: 'notify'
  readonly protoId: 1003 | 3019
  readonly secKey: SecKey | null
}
