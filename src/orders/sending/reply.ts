import type { CallOutcome } from '../../gateway/effect.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { hasId, idsOf } from '../order-identity.ts'

/** What the end of a call says about the order. */
export type Outcome =
  | { readonly state: 'accepted'; readonly orderId: string | null; readonly orderIdEx: string | null }
  | { readonly state: 'rejected'; readonly detail: string }
  | { readonly state: 'not_sent'; readonly detail: string }
  | { readonly state: 'unknown'; readonly detail: string }

/** `Common.RetType` of a definite no. Every other failure leaves open whether the order exists. */
const DEFINITE_REFUSALS: ReadonlySet<number> = new Set([-1, -500])

/**
 * Reads the end of an order call. Only three ends are sure: OpenD accepted it, OpenD refused it, or nothing left the
 * gateway. A timeout, a cut, a reply that does not decode, OpenD's own -100, -200 and -400, and an accepted new order
 * whose reply names no order all leave the outcome unknown.
 */
export function outcomeOf(protoId: 2202 | 2205, outcome: CallOutcome): Outcome {
  if (!outcome.ok) {
    const { failure, sent } = outcome
    const detail = 'detail' in failure ? `${failure.code}: ${failure.detail}` : failure.code
    return { state: sent ? 'unknown' : 'not_sent', detail }
  }
  const name = protoId === 2202 ? 'Trd_PlaceOrder.Response' : 'Trd_ModifyOrder.Response'
  const decoded = decodeMessage(name, outcome.body)
  if (!decoded.ok) return { state: 'unknown', detail: `the reply does not decode: ${decoded.detail}` }
  const { retType, retMsg, s2c } = decoded.value
  const detail = retMsg ?? `ret_type ${retType}`
  if (DEFINITE_REFUSALS.has(retType)) return { state: 'rejected', detail }
  if (retType !== 0) return { state: 'unknown', detail }
  const ids = idsOf(s2c ?? {})
  // An OpenD that knows alphanumeric ids gives one to every order. One that does not leaves the field out.
  const isNamed = s2c?.orderIDEx === undefined ? hasId(ids) : ids.orderIdEx !== null
  if (protoId === 2202 && !isNamed) {
    return { state: 'unknown', detail: 'OpenD accepted the order, but its reply names no order' }
  }
  return { state: 'accepted', ...ids }
}
