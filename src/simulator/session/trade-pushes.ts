import type { Peer } from './peer.ts'
import type { PushBody } from './push-body.ts'

/** An order or a fill that changed. */
export interface TradePush {
  readonly accountId: bigint
  readonly body: PushBody
}

/** Sends order pushes, in order, to every connection that listed their account, whoever placed the order. */
export function sendTradePushes(pushes: readonly TradePush[], peers: ReadonlyMap<bigint, Peer>): void {
  for (const { accountId, body } of pushes) {
    for (const peer of peers.values()) if (peer.accounts.has(accountId)) peer.push(body)
  }
}
