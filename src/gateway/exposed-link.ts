import { TrdEnv } from '../../proto/enums.ts'
import type { TradeFailure } from '../base/failure.ts'
import { CALLS } from '../calls.ts'
import { decodeMessage } from '../wire/decode.ts'
import { isOrderCall } from './link/packet-id.ts'

/**
 * Why a call may not leave over a link that others can read and change; null when it may. Refused are orders of real
 * accounts, their changes and cancels, and the unlock, whose password could be replayed. OpenD refuses the same calls
 * from another machine when it has no RSA key. A call whose environment cannot be read counts as one of a real account.
 */
export function plaintextRefusal(protoId: number, body: Uint8Array): TradeFailure | null {
  const isRefused = protoId === CALLS.Trd_UnlockTrade.protoId || (isOrderCall(protoId) && !isSimulated(protoId, body))
  return isRefused ? { code: 'trade.plaintext_link' } : null
}

function isSimulated(protoId: number, body: Uint8Array): boolean {
  const name = protoId === CALLS.Trd_PlaceOrder.protoId ? 'Trd_PlaceOrder.Request' : 'Trd_ModifyOrder.Request'
  const decoded = decodeMessage(name, body)
  return decoded.ok && decoded.value.c2s.header.trdEnv === TrdEnv.Simulate
}
