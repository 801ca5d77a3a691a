import { OrderStatus } from '../../proto/enums.ts'
import type { MessageTypes } from '../../proto/messages.ts'
import type { CallOutcome } from '../../src/gateway/link/effect.ts'
import { type KeyLimits, NO_LIMITS } from '../../src/limits/key-limits.ts'
import type { LedgerEntry } from '../../src/orders/entry.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { placeOrder, restingOrder } from '../limits/sample-orders.ts'

type PlaceOrder = MessageTypes['Trd_PlaceOrder.C2S']
type ModifyOrder = MessageTypes['Trd_ModifyOrder.C2S']
type Order = MessageTypes['Trd_Common.Order']

/** The limits of a key with those changes. */
export function limits(change: Partial<KeyLimits>): KeyLimits {
  return { ...NO_LIMITS, ...change }
}

/** The outcome of a call whose link broke before or after it was sent. */
export function failed(
  code: 'gateway.disconnected' | 'gateway.not_ready' | 'gateway.call_timeout',
  sent: boolean,
): CallOutcome {
  return { ok: false, failure: { code, detail: 'test', retryInMs: null }, sent }
}

/** A reply that never arrives. */
export function never(): Promise<CallOutcome> {
  return new Promise(() => undefined)
}

/** The order of an entry, as OpenD lists it. */
export function orderOf({ tag, orderId }: LedgerEntry, change: Partial<Order> = {}): Order {
  const orderID = BigInt(orderId ?? 99)
  return restingOrder({ orderID, orderIDEx: `FT${orderID}`, remark: `#${tag}`, ...change })
}

/** A push of an order. */
export function pushOf(order: Order): Uint8Array {
  return encodeMessage('Trd_UpdateOrder.Response', { retType: 0, s2c: { header: placeOrder().header, order } })
}

/** Every status of the schema. */
export const STATUSES: readonly number[] = Object.values(OrderStatus)

/** The order that a call upstream wants, decoded. */
export function placedC2s({ body }: { readonly body: Uint8Array }): PlaceOrder {
  const decoded = decodeMessage('Trd_PlaceOrder.Request', body)
  if (!decoded.ok) throw new Error(decoded.detail)
  return decoded.value.c2s
}

/** The change that a call upstream wants, decoded. */
export function changedC2s({ body }: { readonly body: Uint8Array }): ModifyOrder {
  const decoded = decodeMessage('Trd_ModifyOrder.Request', body)
  if (!decoded.ok) throw new Error(decoded.detail)
  return decoded.value.c2s
}
