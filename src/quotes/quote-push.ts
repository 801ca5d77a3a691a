import type { MessageTypes } from '../../proto/messages.ts'
import type { ProtoIdOf, QuotePushName } from '../calls.ts'
import type { SecKey } from '../subscriptions/stream.ts'

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
