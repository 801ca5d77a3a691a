import type { MessageTypes } from '../../proto/messages.ts'
import type { LedgerEntry, OrderCallFacts } from './entry.ts'
import type { Ledger, OrderIds } from './ledger.ts'

/** An order as OpenD reports it. */
export type Order = MessageTypes['Trd_Common.Order']

/**
 * The OpenD ids of an order. A decimal id of 0 and an alphanumeric id that is empty or `0` count as missing: OpenD
 * sends these values where it has no id of that kind.
 */
export function idsOf({ orderID, orderIDEx }: Partial<Pick<Order, 'orderID' | 'orderIDEx'>>): OrderIds {
  return namedIds(orderID?.toString() ?? null, orderIDEx ?? null)
}

/** The ids of the order that an entry placed. */
export function idsOfEntry({ orderId, orderIdEx }: Pick<LedgerEntry, 'orderId' | 'orderIdEx'>): OrderIds {
  return namedIds(orderId, orderIdEx)
}

/** The ids of the order that a change names. */
export function targetIds({ targetOrderId, targetOrderIdEx }: OrderCallFacts): OrderIds {
  return namedIds(targetOrderId, targetOrderIdEx)
}

/** Whether at least one id is known. */
export function hasId({ orderId, orderIdEx }: OrderIds): boolean {
  return orderId !== null || orderIdEx !== null
}

/**
 * Whether two pairs of ids belong to the same order; null when they share no kind of id. The alphanumeric id decides
 * where both have it: it comes from the broker, and OpenD may derive the decimal id from it.
 */
export function isSameOrder(one: OrderIds, other: OrderIds): boolean | null {
  if (one.orderIdEx !== null && other.orderIdEx !== null) return one.orderIdEx === other.orderIdEx
  if (one.orderId !== null && other.orderId !== null) return one.orderId === other.orderId
  return null
}

/**
 * The entry that placed the order with those ids; null without one. Two orders may share a decimal id that was derived
 * from the alphanumeric one, so a decimal id alone identifies an order only where one side has no alphanumeric id.
 */
export function entryWithIds(ledger: Pick<Ledger, 'byOrderId'>, accId: string, ids: OrderIds): LedgerEntry | null {
  const { orderId, orderIdEx } = ids
  const byEx = orderIdEx === null ? null : ledger.byOrderId(accId, { orderId: null, orderIdEx })
  if (byEx !== null || orderId === null) return byEx
  const byId = ledger.byOrderId(accId, { orderId, orderIdEx: null })
  return byId !== null && isSameOrder(idsOfEntry(byId), ids) === true ? byId : null
}

function namedIds(orderId: string | null, orderIdEx: string | null): OrderIds {
  return {
    orderId: orderId === '0' ? null : orderId,
    orderIdEx: orderIdEx === '' || orderIdEx === '0' ? null : orderIdEx,
  }
}
