import type { Peer } from './peer.ts'
import type { PushBody } from './push-body.ts'
import { refusals } from '../trading/refusals.ts'
import type { SessionHandlerTable } from './session-handler.ts'

/** An order or a fill that changed. */
export interface TradePush {
  readonly accountId: bigint
  readonly body: PushBody
}

/**
 * Sends order pushes, in order, to every connection that listed their account, whichever connection placed the order.
 */
export function sendTradePushes(pushes: readonly TradePush[], peers: ReadonlyMap<bigint, Peer>): void {
  for (const { accountId, body } of pushes) {
    for (const peer of peers.values()) if (peer.accounts.has(accountId)) peer.push(body)
  }
}

/**
 * Trd_SubAccPush. The list replaces the previous list of this connection; an empty list turns order pushes off. One
 * unknown account refuses the whole list, so the set is never larger than the login's accounts.
 */
export const accountPushHandlers: SessionHandlerTable = {
  Trd_SubAccPush: (c2s, { hub, peer }) => {
    const listed = c2s.accIDList ?? []
    if (listed.some((accId) => hub.world.accounts.account(accId) === null)) return refusals.unknownAccount()
    peer.accounts = new Set(listed)
    return {}
  },
}
