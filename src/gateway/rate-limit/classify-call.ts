import type { MessageName } from '../../../proto/messages.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { UPSTREAM_LIMITS, type UpstreamLimit } from './upstream-limits.ts'

/** A call that OpenD counts: against which limit, and for which account. */
export interface Counted {
  readonly limit: UpstreamLimit
  /** Null for a limit of the login, and where the account cannot be read. */
  readonly accId: bigint | null
}

/**
 * The limited calls whose body says whether and for whom they count, by protocol id. The schema on board has the
 * messages of the API's calls only, so others of the kind (2112, 2226, 2227) are not here. Whoever makes one of them
 * an API call adds it: unread, a combo order (2227) would not count against the plain orders of its account.
 */
const READABLE = {
  2101: 'Trd_GetFunds.Request',
  2102: 'Trd_GetPositionList.Request',
  2111: 'Trd_GetMaxTrdQtys.Request',
  2201: 'Trd_GetOrderList.Request',
  2202: 'Trd_PlaceOrder.Request',
  2205: 'Trd_ModifyOrder.Request',
  2211: 'Trd_GetOrderFillList.Request',
  2221: 'Trd_GetHistoryOrderList.Request',
  2222: 'Trd_GetHistoryOrderFillList.Request',
  2223: 'Trd_GetMarginRatio.Request',
  2225: 'Trd_GetOrderFee.Request',
  3103: 'Qot_RequestHistoryKL.Request',
} as const satisfies Record<number, MessageName>

/**
 * How OpenD counts a call; null when it does not. The body is read only where it matters. A body that cannot be read (a
 * call that is not among the API's messages) counts, and all such calls of a kind count together, whatever their
 * accounts.
 */
export function countOf(protoId: number, body: Uint8Array): Counted | null {
  const known = KNOWN.get(body)
  if (known?.protoId === protoId) return known.counted
  const counted = countedBy(protoId, body)
  KNOWN.set(body, { protoId, counted })
  return counted
}

/** An order call asks before it is written down and again for what is left: its body is read once. */
const KNOWN = new WeakMap<Uint8Array, { readonly protoId: number; readonly counted: Counted | null }>()

function countedBy(protoId: number, body: Uint8Array): Counted | null {
  const limit = UPSTREAM_LIMITS.get(protoId)
  if (limit === undefined) return null
  if (limit.scope === 'login' && limit.counts === 'all') return { limit, accId: null }
  if (!isReadable(protoId)) return { limit, accId: null }
  const decoded = decodeMessage(READABLE[protoId], body)
  if (!decoded.ok) return { limit, accId: null }
  const { c2s } = decoded.value
  // OpenD's own cache answers for nothing; only a look at the broker's server counts.
  if (limit.counts === 'refreshes' && !('refreshCache' in c2s && c2s.refreshCache === true)) return null
  // Further pages of an answer are free.
  if (limit.counts === 'first_pages' && 'nextReqKey' in c2s && (c2s.nextReqKey?.length ?? 0) > 0) return null
  const header = limit.scope === 'account' && 'header' in c2s ? c2s.header : undefined
  return { limit, accId: header !== undefined && 'accID' in header ? header.accID : null }
}

function isReadable(protoId: number): protoId is keyof typeof READABLE {
  return protoId in READABLE
}
