import { refusals } from '../trading/refusals.ts'
import type { SessionHandlerTable } from './session-handler.ts'

/**
 * Trd_SubAccPush. The list is the whole set for this connection and replaces the one before: an empty list turns
 * order pushes off. One unknown account refuses the whole list, so the set is never larger than the login's accounts.
 */
export const accountPushHandlers: SessionHandlerTable = {
  Trd_SubAccPush: (c2s, { hub, peer }) => {
    const listed = c2s.accIDList ?? []
    if (listed.some((accId) => hub.world.accounts.account(accId) === null)) return refusals.unknownAccount()
    peer.accounts = new Set(listed)
    return {}
  },
}
