import { ModifyOrderOp } from '../../proto/enums.ts'
import { decodeMessage } from '../wire/decode.ts'
import type { CallRank } from './governor-rank.ts'

/** Protocol ids of the order calls. */
const PLACE_ORDER = 2202
const MODIFY_ORDER = 2205

/** How urgent a call of the order side is: cancels before orders and changes, those before our own look-ups. */
export function rankOf(protoId: number, body: Uint8Array): CallRank {
  if (protoId === PLACE_ORDER) return 'order'
  if (protoId !== MODIFY_ORDER) return 'system'
  const request = decodeMessage('Trd_ModifyOrder.Request', body)
  return request.ok && request.value.c2s.modifyOrderOp === ModifyOrderOp.Cancel ? 'cancel' : 'order'
}
