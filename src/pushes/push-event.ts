import type { ProtoIdOf } from '../calls.ts'
import type { QuoteMessage } from '../quotes/stream-state.ts'
import type { SecKey, StreamName } from '../subscriptions/stream.ts'

/**
 * One push of one stream. A quote push of OpenD with several securities becomes several events, each with its own
 * message.
 */
export type PushEvent = QuoteEvent | TradeEvent | NoticeEvent

interface EventCommon {
  readonly protoId: number
  readonly stream: StreamName
  /** The encoded `Response` message with this event only. */
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

/** A push about an order or a fill of an account. */
export interface TradeEvent extends EventCommon {
  readonly type: 'trade'
  readonly protoId: ProtoIdOf<'Trd_UpdateOrder' | 'Trd_UpdateOrderFill'>
  readonly accId: bigint
  /** `Trd_Common.TrdMarket` of the push's header. */
  readonly trdMarket: number
}

/** A notice of OpenD or a price reminder. */
export interface NoticeEvent extends EventCommon {
  readonly type: 'notify'
  readonly protoId: ProtoIdOf<'Notify' | 'Qot_UpdatePriceReminder'>
  readonly secKey: SecKey | null
}
