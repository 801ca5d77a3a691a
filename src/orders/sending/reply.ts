import { CALLS, type OrderProtoId } from '../../calls.ts'
import { shownText } from '../../base/shown-text.ts'
import type { CallOutcome } from '../../gateway/link/effect.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { orderNameOf } from '../order-call.ts'
import { hasId, idsOf } from '../order-identity.ts'

/** The outcome of an order call according to its reply. */
export type Outcome =
  | { readonly state: 'accepted'; readonly orderId: string | null; readonly orderIdEx: string | null }
  /** `reply` is OpenD's `Response` with a shortened message: the ledger stores it. */
  | { readonly state: 'rejected'; readonly detail: string; readonly reply: Uint8Array }
  | { readonly state: 'not_sent'; readonly detail: string }
  | { readonly state: 'unknown'; readonly detail: string }

/** `Common.RetType` of a definite refusal. After every other failure the order may exist. */
const DEFINITE_REFUSALS: ReadonlySet<number> = new Set([-1, -500])

/**
 * Reads the outcome of an order call. Only three outcomes are certain: OpenD accepted it, OpenD refused it, or it was
 * not sent. A timeout, a lost connection, a reply that does not decode, OpenD's own -100, -200 and -400, and a reply
 * that accepts a new order without an order id all leave the outcome unknown.
 */
export function outcomeOf(protoId: OrderProtoId, outcome: CallOutcome): Outcome {
  if (!outcome.ok) {
    const { failure, sent } = outcome
    const detail = 'detail' in failure ? `${failure.code}: ${shownText(failure.detail)}` : failure.code
    return { state: sent ? 'unknown' : 'not_sent', detail }
  }
  const name = `${orderNameOf(protoId)}.Response` as const
  const decoded = decodeMessage(name, outcome.body)
  if (!decoded.ok) return { state: 'unknown', detail: `the reply does not decode: ${decoded.detail}` }
  const { retType, retMsg, errCode, s2c } = decoded.value
  const detail = retMsg === undefined ? `ret_type ${retType}` : shownText(retMsg)
  if (DEFINITE_REFUSALS.has(retType)) {
    const shown = retMsg === undefined ? undefined : shownText(retMsg)
    return { state: 'rejected', detail, reply: encodeMessage(name, { retType, retMsg: shown, errCode }) }
  }
  if (retType !== 0) return { state: 'unknown', detail }
  const ids = idsOf(s2c ?? {})
  // An OpenD version with alphanumeric ids sets one for every order. Older versions omit the field.
  const isNamed = s2c?.orderIDEx === undefined ? hasId(ids) : ids.orderIdEx !== null
  if (protoId === CALLS.Trd_PlaceOrder.protoId && !isNamed) {
    return { state: 'unknown', detail: 'OpenD accepted the order, but its reply names no order' }
  }
  return { state: 'accepted', ...ids }
}
