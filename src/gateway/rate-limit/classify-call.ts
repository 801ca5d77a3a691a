import { ModifyOrderOp } from '../../../proto/enums.ts'
import type { ProtocolName } from '../../../proto/messages.ts'
import { ALL_CALLS, type CallNameWith, CALLS, type OpendCall } from '../../calls.ts'
import type { CallLimit } from '../../calls/call-limit.ts'
import type { CallRank } from '../../calls/call-rank.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { UPSTREAM_LIMITS, type UpstreamLimit } from './upstream-limits.ts'

/** The limit, and the account, against which OpenD counts a call. */
export interface Counted {
  readonly limit: UpstreamLimit
  /** Null for a limit of the login, and when the account cannot be read. */
  readonly accId: bigint | null
}

/** The calls whose body determines whether they count, or for which account. */
type CountedByBody = CallNameWith<
  { readonly limit: { readonly scope: 'account' } } | { readonly limit: { readonly counts: 'first_pages' } }
>

/**
 * The request messages of the limited calls whose body determines whether they count, or for which account, by protocol
 * id. A call that the API does not offer (a combo order, 2227) has no message here and counts without its account.
 */
export function countedByBody(calls: readonly OpendCall[]): ReadonlyMap<number, `${ProtocolName}.Request`> {
  const read = calls.filter(({ limit }) => limit !== undefined && !isOfLogin(limit))
  return new Map(read.map(({ protoId, name }) => [protoId, `${name}.Request`]))
}

// The type makes the same selection from the same rows.
const READABLE = countedByBody(ALL_CALLS) as ReadonlyMap<number, `${CountedByBody}.Request`>

/** Whether all calls of the login count together, so that the body is not needed. */
function isOfLogin({ scope, counts }: Pick<CallLimit, 'scope' | 'counts'>): boolean {
  return scope === 'login' && counts === 'all'
}

/**
 * How OpenD counts a call; null when OpenD does not count it. The body is decoded only when it is needed. A call whose
 * body cannot be decoded (its message is not in the API) counts without its account, together with all such calls.
 */
export function countOf(protoId: number, body: Uint8Array): Counted | null {
  const known = CLASSIFIED.get(body)
  if (known?.protoId === protoId) return known.counted
  const counted = countedBy(protoId, body)
  CLASSIFIED.set(body, { protoId, counted })
  return counted
}

/** A cache: an order call is classified before it is recorded and again for its budget, but decoded once. */
const CLASSIFIED = new WeakMap<Uint8Array, { readonly protoId: number; readonly counted: Counted | null }>()

function countedBy(protoId: number, body: Uint8Array): Counted | null {
  const limit = UPSTREAM_LIMITS.get(protoId)
  if (limit === undefined) return null
  const message = READABLE.get(protoId)
  if (message === undefined) return { limit, accId: null }
  const decoded = decodeMessage(message, body)
  if (!decoded.ok) return { limit, accId: null }
  const { c2s } = decoded.value
  // Answers from OpenD's cache are free; only a request to the broker's server counts.
  if (limit.counts === 'refreshes' && !('refreshCache' in c2s && c2s.refreshCache === true)) return null
  // Further pages of a reply are free.
  if (limit.counts === 'first_pages' && 'nextReqKey' in c2s && (c2s.nextReqKey?.length ?? 0) > 0) return null
  const header = limit.scope === 'account' && 'header' in c2s ? c2s.header : undefined
  return { limit, accId: header !== undefined && 'accID' in header ? header.accID : null }
}

/**
 * The rank of a call of the order path, read from its body. It is the default: the order path passes a rank of its own
 * when it has more facts (a kill switch, an order in the ledger, a dry run).
 */
export function rankOf(protoId: number, body: Uint8Array): CallRank {
  if (protoId === CALLS.Trd_PlaceOrder.protoId) return 'order'
  if (protoId !== CALLS.Trd_ModifyOrder.protoId) return 'system'
  const request = decodeMessage('Trd_ModifyOrder.Request', body)
  return request.ok && request.value.c2s.modifyOrderOp === ModifyOrderOp.Cancel ? 'cancel' : 'order'
}
