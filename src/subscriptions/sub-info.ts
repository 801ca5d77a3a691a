import type { MessageTypes } from '../../proto/messages.ts'
import { encodeMessage } from '../wire/encode.ts'
import type { SubscriberRegistry } from './subscriber-registry.ts'
import type { SubscriberId } from './subscriber.ts'
import { securityOf, unitOf } from './stream.ts'

/** Which virtual connections a `Qot_GetSubInfo` is about. */
export interface SubInfoQuery {
  /** These, whether or not they hold anything; or all that hold something. */
  readonly own: readonly SubscriberId[] | 'all'
  /** The one that asks: its data is marked as its own. */
  readonly self: SubscriberId
}

/**
 * The `Qot_GetSubInfo.Response` of virtual connections: what each holds from our books, the totals of the login from
 * OpenD. Connections have no names in it.
 */
export function subInfoResponse(
  registry: SubscriberRegistry,
  { own, self }: SubInfoQuery,
  totals: MessageTypes['Qot_GetSubInfo.S2C'],
): Uint8Array {
  const everybody = () => [self, ...Array.from(registry.subscribers(), ({ id }) => id)]
  const ids = new Set(own === 'all' ? everybody() : own)
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
    subInfoList: [...byType].map(([subType, held]) => ({
      subType,
      securityList: held.map(({ secKey }) => securityOf(secKey)),
    })),
    usedQuota: units.length,
    isOwnConnData,
  }
}
