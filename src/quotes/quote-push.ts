import type { MessageTypes } from '../../proto/messages.ts'
import type { SecKey } from '../subscriptions/stream.ts'

/** A push about one subscribed security, decoded: what is taken of a quote event. */
export type QuotePush = {
  readonly secKey: SecKey
  /** `Qot_Common.SubType` of the subscription it belongs to. */
  readonly subType: number
  /** `Qot_Common.RehabType` of a K-line; null for everything else. */
  readonly rehabType: number | null
  /** When the gateway received it, Unix ms. */
  readonly receivedAtMs: number
} & (
  | { readonly protoId: 3005; readonly s2c: MessageTypes['Qot_UpdateBasicQot.S2C'] }
  | { readonly protoId: 3007; readonly s2c: MessageTypes['Qot_UpdateKL.S2C'] }
  | { readonly protoId: 3009; readonly s2c: MessageTypes['Qot_UpdateRT.S2C'] }
  | { readonly protoId: 3011; readonly s2c: MessageTypes['Qot_UpdateTicker.S2C'] }
  | { readonly protoId: 3013; readonly s2c: MessageTypes['Qot_UpdateOrderBook.S2C'] }
  | { readonly protoId: 3015; readonly s2c: MessageTypes['Qot_UpdateBroker.S2C'] }
)
