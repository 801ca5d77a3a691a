import type { MessageTypes } from '../../proto/messages.ts'
import { encodeMessage } from '../wire/encode.ts'
import type { SubscriberRegistry } from './subscriber-registry.ts'
import type { SubscriberId } from './subscriber.ts'
import { securityOf, unitOf } from './stream.ts'

/** The virtual connections that a `Qot_GetSubInfo` asks for. */
export interface SubInfoQuery {
  /** These connections, even without subscriptions; or `all` connections with subscriptions. */
  readonly own: readonly SubscriberId[] | 'all'
  /** The connection that asks. Its entry has `isOwnConnData`. */
  readonly self: SubscriberId
}

/**
 * The `Qot_GetSubInfo.Response` for virtual connections. The units of each come from the registry, the totals of the
 * login from OpenD. The message does not identify connections.
 */
export function subInfoResponse(
  registry: SubscriberRegistry,
  { own, self }: SubInfoQuery,
  totals: MessageTypes['Qot_GetSubInfo.S2C'],
): Uint8Array {
  const allIds = () => [self, ...Array.from(registry.subscribers(), ({ id }) => id)]
  const ids = new Set(own === 'all' ? allIds() : own)
  const connSubInfoList = [...ids].map((id) => connSubInfo(registry, id, id === self))
  return encodeMessage('Qot_GetSubInfo.Response', { retType: 0, s2c: { ...totals, connSubInfoList } })
}

function connSubInfo(
  registry: SubscriberRegistry,
  id: SubscriberId,
  isOwnConnData: boolean,
): MessageTypes['Qot_Common.ConnSubInfo'] {
  const units = registry.unitsOf(id)
  const byType = Map.groupBy(units.map(unitOf), ({ subType }) => subType)
  return {
    subInfoList: [...byType].map(([subType, typeUnits]) => ({
      subType,
      securityList: typeUnits.map(({ secKey }) => securityOf(secKey)),
    })),
    usedQuota: units.length,
    isOwnConnData,
  }
}
