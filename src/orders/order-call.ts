import { ModifyOrderOp, TrdMarket } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import { CALLS, type ProtoIdOf, type OrderProtoId, type OrderName } from '../calls.ts'
import { changedTo, type OrderFacts, factsOfModifyOrder, factsOfPlaceOrder } from '../limits/order-facts.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import type { ChangedTriggers, OrderCallFacts } from './entry.ts'
import type { TargetOrder } from './admission/target-order.ts'
import { taggedRemark } from './tag.ts'
import type { Order } from './order-identity.ts'

/** A decoded order call. */
export type OrderCall =
  | { readonly protoId: ProtoIdOf<'Trd_PlaceOrder'>; readonly c2s: MessageTypes['Trd_PlaceOrder.C2S'] }
  | { readonly protoId: ProtoIdOf<'Trd_ModifyOrder'>; readonly c2s: MessageTypes['Trd_ModifyOrder.C2S'] }

/** Decodes the body. Throws when it does not decode, which is a bug: the Worker validated and encoded it. */
export function readOrderCall(protoId: OrderProtoId, body: Uint8Array): OrderCall {
  if (protoId === CALLS.Trd_PlaceOrder.protoId) {
    const decoded = decodeMessage('Trd_PlaceOrder.Request', body)
    if (!decoded.ok) throw new Error(`the Trd_PlaceOrder request does not decode: ${decoded.detail}`)
    return { protoId, c2s: decoded.value.c2s }
  }
  const decoded = decodeMessage('Trd_ModifyOrder.Request', body)
  if (!decoded.ok) throw new Error(`the Trd_ModifyOrder request does not decode: ${decoded.detail}`)
  return { protoId, c2s: decoded.value.c2s }
}

/** Encodes the call for OpenD, with the tag in the remark of a new order. */
export function writeOrderCall(call: OrderCall, tag: string | null): Uint8Array {
  if (call.protoId === CALLS.Trd_ModifyOrder.protoId) return encodeMessage('Trd_ModifyOrder.Request', { c2s: call.c2s })
  const remark = tag === null ? call.c2s.remark : taggedRemark(call.c2s.remark ?? '', tag)
  return encodeMessage('Trd_PlaceOrder.Request', { c2s: { ...call.c2s, remark } })
}

/**
 * The call as it is sent to OpenD. It names the target order by both its ids. A change contains every number of the
 * order, also the unchanged ones: the limits were checked against exactly these numbers, and a concurrent change must
 * not combine with this one into an order that was never checked.
 */
export function completedCall(call: OrderCall, target: TargetOrder | null): OrderCall {
  if (call.protoId === CALLS.Trd_PlaceOrder.protoId || target === null) return call
  const { ids, listed } = target
  const c2s = ids === null ? call.c2s : { ...call.c2s, orderID: ids.orderID, orderIDEx: ids.orderIDEx }
  if (listed === null || c2s.modifyOrderOp !== ModifyOrderOp.Normal)
    return { protoId: CALLS.Trd_ModifyOrder.protoId, c2s }
  return {
    protoId: CALLS.Trd_ModifyOrder.protoId,
    c2s: {
      ...c2s,
      qty: changedTo(c2s.qty, listed.qty),
      price: changedTo(c2s.price, listed.price),
      auxPrice: changedTo(c2s.auxPrice, listed.auxPrice),
      trailType: changedTo(c2s.trailType, listed.trailType),
      trailValue: changedTo(c2s.trailValue, listed.trailValue),
      trailSpread: c2s.trailSpread ?? listed.trailSpread,
    },
  }
}

/**
 * The longest code and alphanumeric order id that is sent and stored. OpenD's codes have at most about 30 characters
 * (options), its order ids about 20.
 */
export const MOST_ID_CHARS = 64

/**
 * The facts that the limits are checked against. `target` is the order to change, as far as it is known. An order that
 * another key placed has taken nothing from this key's budgets, so a change of it counts in full.
 */
export function limitFactsOf(call: OrderCall, target: TargetOrder | null): OrderFacts {
  if (call.protoId === CALLS.Trd_PlaceOrder.protoId) return factsOfPlaceOrder(call.c2s)
  const facts = factsOfModifyOrder(call.c2s, target?.listed ?? null, target?.markets ?? null)
  return target?.isOwn === false ? { ...facts, before: null } : facts
}

/** The facts that the ledger stores. */
export function callFactsOf(call: OrderCall, facts: OrderFacts): OrderCallFacts {
  const { header } = call.c2s
  const common = {
    kind: facts.kind,
    accId: header.accID.toString(),
    trdEnv: header.trdEnv,
    trdMarket: header.trdMarket,
    symbol: cutId(facts.symbol),
    side: facts.side,
    qty: call.c2s.qty ?? null,
    price: call.c2s.price ?? null,
  }
  if (call.protoId === CALLS.Trd_PlaceOrder.protoId) {
    return {
      protoId: CALLS.Trd_PlaceOrder.protoId,
      ...common,
      op: null,
      forAll: false,
      targetOrderId: null,
      targetOrderIdEx: null,
    }
  }
  const { modifyOrderOp, forAll, trdMarket, orderID, orderIDEx } = call.c2s
  const isLimited = forAll === true && trdMarket !== undefined && trdMarket !== TrdMarket.Unknown
  return {
    protoId: CALLS.Trd_ModifyOrder.protoId,
    ...common,
    op: modifyOrderOp,
    forAll: forAll === true,
    ...(isLimited && { forMarket: trdMarket }),
    ...(modifyOrderOp === ModifyOrderOp.Normal && { triggers: triggersOf(call.c2s) }),
    targetOrderId: orderID === 0n ? null : orderID.toString(),
    targetOrderIdEx: cutId(orderIDEx ?? null),
  }
}

/** Refused calls are stored too, with ids of any length. */
function cutId(text: string | null): string | null {
  return text === null ? null : text.slice(0, MOST_ID_CHARS)
}

function triggersOf(c2s: MessageTypes['Trd_ModifyOrder.C2S']): ChangedTriggers {
  const { auxPrice, trailType, trailValue, trailSpread, adjustPrice, adjustSideAndLimit } = c2s
  return {
    auxPrice,
    trailType,
    trailValue,
    trailSpread,
    ...(adjustPrice === true && { adjustLimit: adjustSideAndLimit }),
  }
}

/** Whether a call only cancels or deletes orders. Budgets, trading hours and halts never block such a call. */
export function isCancel(call: OrderCall): boolean {
  return limitFactsOf(call, null).kind === 'cancel'
}

/** Builds a success reply for an order that was found on a list or push after its own reply was lost. */
export function foundReply(facts: OrderCallFacts, order: Pick<Order, 'orderID' | 'orderIDEx'>): Uint8Array {
  const header = { trdEnv: facts.trdEnv, accID: BigInt(facts.accId), trdMarket: facts.trdMarket }
  const s2c = { header, orderID: order.orderID, orderIDEx: order.orderIDEx }
  return facts.protoId === CALLS.Trd_PlaceOrder.protoId
    ? encodeMessage('Trd_PlaceOrder.Response', { retType: 0, s2c })
    : encodeMessage('Trd_ModifyOrder.Response', { retType: 0, s2c: { ...s2c, orderID: order.orderID } })
}

/** Builds a refusal reply for an order call that failed and whose own reply was lost. */
export function refusedReply(facts: OrderCallFacts, retMsg: string): Uint8Array {
  const name = `${orderNameOf(facts.protoId)}.Response` as const
  return encodeMessage(name, { retType: -1, retMsg })
}

/** The name of an order call. */
export function orderNameOf(protoId: OrderProtoId): OrderName {
  return protoId === CALLS.Trd_PlaceOrder.protoId ? 'Trd_PlaceOrder' : 'Trd_ModifyOrder'
}
