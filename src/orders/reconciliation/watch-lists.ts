import { CALLS } from '../../calls.ts'
import { decodeMessage } from '../../wire/decode.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import type { Order } from '../order-identity.ts'

/**
 * Passes every order list that the order service requests to `onListed`, while `isWatching` returns true. The list is
 * decoded a second time for that, so nothing is decoded while no tag is watched.
 */
export function watchLists(
  send: SendCall,
  isWatching: () => boolean,
  onListed: (accId: string, orders: readonly Order[]) => void,
): SendCall {
  return async (protoId, body, origin) => {
    const outcome = await send(protoId, body, origin)
    if (protoId !== CALLS.Trd_GetOrderList.protoId || !outcome.ok || !isWatching()) return outcome
    const decoded = decodeMessage('Trd_GetOrderList.Response', outcome.body)
    const s2c = decoded.ok ? decoded.value.s2c : undefined
    if (s2c !== undefined) onListed(s2c.header.accID.toString(), s2c.orderList ?? [])
    return outcome
  }
}
