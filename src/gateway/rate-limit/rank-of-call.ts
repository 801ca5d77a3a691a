import { ModifyOrderOp } from '../../../proto/enums.ts'
import { decodeMessage } from '../../wire/decode.ts'
import type { CallRank } from './call-rank.ts'

/** Protocol ids of the order calls. */
const PLACE_ORDER = 2202
const MODIFY_ORDER = 2205

/**
 * The rank of a call of the order path that comes without one, read from its body. The order path knows more (whether a
 * kill switch asks, whether the ledger has the order, whether it is a dry run) and passes the rank where it can.
 */
export function rankOf(protoId: number, body: Uint8Array): CallRank {
  if (protoId === PLACE_ORDER) return 'order'
  if (protoId !== MODIFY_ORDER) return 'system'
  const request = decodeMessage('Trd_ModifyOrder.Request', body)
  return request.ok && request.value.c2s.modifyOrderOp === ModifyOrderOp.Cancel ? 'cancel' : 'order'
}
