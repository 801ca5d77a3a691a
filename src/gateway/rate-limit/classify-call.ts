import { ModifyOrderOp } from '../../../proto/enums.ts'
import type { ProtocolName } from '../../../proto/messages.ts'
import { ALL_CALLS, type CallNameWith, CALLS, type OpendCall } from '../../calls.ts'
import type { CallLimit } from '../../calls/call-limit.ts'
import type { CallRank } from '../../calls/call-rank.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { UPSTREAM_LIMITS, type UpstreamLimit } from './upstream-limits.ts'

/** A call that OpenD counts: against which limit, and for which account. */
export interface Counted {
  readonly limit: UpstreamLimit
  /** Null for a limit of the login, and where the account cannot be read. */
  readonly accId: bigint | null
}

/** The calls whose body says whether and for whom they count. */
type CountedByBody = CallNameWith<
  { readonly limit: { readonly scope: 'account' } } | { readonly limit: { readonly counts: 'first_pages' } }
>

/**
 * The request messages of the limited calls whose body says whether and for whom they count, by protocol id. A call that
 * the API does not offer (a combo order, 2227) has no message here: it counts without its account.
 */
export function countedByBody(calls: readonly OpendCall[]): ReadonlyMap<number, `${ProtocolName}.Request`> {
  const read = calls.filter(({ limit }) => limit !== undefined && !isOfLogin(limit))
  return new Map(read.map(({ protoId, name }) => [protoId, `${name}.Request`]))
}

// The type is the same choice from the same rows.
const READABLE = countedByBody(ALL_CALLS) as ReadonlyMap<number, `${CountedByBody}.Request`>

/** Whether every call counts, and all of them together: the body does not matter. */
function isOfLogin({ scope, counts }: Pick<CallLimit, 'scope' | 'counts'>): boolean {
  return scope === 'login' && counts === 'all'
}

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
  const message = READABLE.get(protoId)
  if (message === undefined) return { limit, accId: null }
  const decoded = decodeMessage(message, body)
  if (!decoded.ok) return { limit, accId: null }
  const { c2s } = decoded.value
  // OpenD's own cache answers for nothing; only a look at the broker's server counts.
  if (limit.counts === 'refreshes' && !('refreshCache' in c2s && c2s.refreshCache === true)) return null
  // Further pages of an answer are free.
  if (limit.counts === 'first_pages' && 'nextReqKey' in c2s && (c2s.nextReqKey?.length ?? 0) > 0) return null
  const header = limit.scope === 'account' && 'header' in c2s ? c2s.header : undefined
  return { limit, accId: header !== undefined && 'accID' in header ? header.accID : null }
}

/**
 * The rank of a call of the order path that comes without one, read from its body. The order path knows more (whether a
 * kill switch asks, whether the ledger has the order, whether it is a dry run) and passes the rank where it can.
 */
export function rankOf(protoId: number, body: Uint8Array): CallRank {
  if (protoId === CALLS.Trd_PlaceOrder.protoId) return 'order'
  if (protoId !== CALLS.Trd_ModifyOrder.protoId) return 'system'
  const request = decodeMessage('Trd_ModifyOrder.Request', body)
  return request.ok && request.value.c2s.modifyOrderOp === ModifyOrderOp.Cancel ? 'cancel' : 'order'
}
