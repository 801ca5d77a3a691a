import { KLType, OrderBookType, RehabType, SubType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type Refusal } from '../handler.ts'
import { hasHours } from '../quotes/pushes.ts'
import type { ConnectionHub } from './connection-hub.ts'
import type { Peer } from './peer.ts'
import type { QuoteStream } from './quote-pushes.ts'
import type { Unit } from './subscription-registry.ts'
import { notSubscribed } from './texts.ts'

/** The subscription type that each K-line type needs. */
const KLINE_SUB_TYPES: ReadonlyMap<number, number> = new Map([
  [KLType._1Min, SubType.KL_1Min],
  [KLType.Day, SubType.KL_Day],
  [KLType.Week, SubType.KL_Week],
  [KLType.Month, SubType.KL_Month],
  [KLType.Year, SubType.KL_Year],
  [KLType._5Min, SubType.KL_5Min],
  [KLType._15Min, SubType.KL_15Min],
  [KLType._30Min, SubType.KL_30Min],
  [KLType._60Min, SubType.KL_60Min],
  [KLType._3Min, SubType.KL_3Min],
  [KLType.Quarter, SubType.KL_Qurater],
  [KLType._10Min, SubType.KL_10Min],
  [KLType._120Min, SubType.KL_120Min],
  [KLType._180Min, SubType.KL_180Min],
  [KLType._240Min, SubType.KL_240Min],
])

/**
 * The getters of real-time data return data that OpenD already receives, so the calling connection must have
 * subscribed. The documentation implies, but does not state, that it must be the same connection.
 */
export function refuseUnsubscribed(hub: ConnectionHub, peer: Peer, protoId: number, c2s: object): Refusal | null {
  const needed = unitsNeeded(protoId, c2s)
  if (needed.length === 0) return null
  const missing = needed.filter((unit) => hub.subscriptions.held(peer.connId, [unit]).length === 0)
  return missing.length === 0 ? null : refuse(notSubscribed(missing))
}

/**
 * The data of a getter whose reply changes only with the prints of one security: that of the connection's subscription.
 * Null for other calls.
 */
export function streamRead(hub: ConnectionHub, peer: Peer, protoId: number, c2s: GetterFields): QuoteStream | null {
  const [unit, ...others] = unitsNeeded(protoId, c2s)
  if (unit === undefined || others.length > 0 || !changesWithPrints(hub, unit)) return null
  const [subscription] = hub.subscriptions.held(peer.connId, [unit])
  if (subscription === undefined) return null
  return { ...unit, rehabType: c2s.rehabType ?? RehabType.None, hours: subscription.hours }
}

/** The quote of a derivative also changes with the time and with its underlying security. */
function changesWithPrints(hub: ConnectionHub, { security, subType }: Unit): boolean {
  if (subType !== SubType.Basic) return hasHours(subType)
  return hub.world.market.security(security.market, security.code)?.derivative.kind === 'none'
}

/** The members of all getters' requests. */
interface GetterFields {
  readonly security?: MessageTypes['Qot_Common.Security']
  readonly securityList?: readonly MessageTypes['Qot_Common.Security'][]
  readonly klType?: number
  readonly rehabType?: number
  readonly orderBookType?: number
}

function unitsNeeded(protoId: number, c2s: GetterFields): Unit[] {
  const subType = subTypeNeeded(protoId, c2s)
  if (subType === null) return []
  const securities = c2s.security === undefined ? (c2s.securityList ?? []) : [c2s.security]
  return securities.map((security) => ({ security, subType }))
}

function subTypeNeeded(protoId: number, c2s: GetterFields): number | null {
  switch (protoId) {
    case 3004:
      return SubType.Basic
    case 3006:
      return KLINE_SUB_TYPES.get(c2s.klType ?? KLType.Unknown) ?? null
    case 3008:
      return SubType.RT
    case 3010:
      return SubType.Ticker
    case 3012:
      return c2s.orderBookType === OrderBookType.Odd ? SubType.OrderBook_Odd : SubType.OrderBook
    case 3014:
      return SubType.Broker
    default:
      return null
  }
}
