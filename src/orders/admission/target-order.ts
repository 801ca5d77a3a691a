import { CALLS } from '../../calls.ts'
import type { Failure } from '../../base/failure.ts'
import { marketsOfSymbol } from '../../limits/market/trade-venue.ts'
import type { LedgerEntry } from '../entry.ts'
import type { Ledger, OrderIds } from '../ledger.ts'
import { isCancel, type OrderCall } from '../order-call.ts'
import { idsOf, type Order } from '../order-identity.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import { listOrders } from '../account-orders.ts'

/** The order that a change or cancel names. */
export interface TargetOrder {
  /** The order as OpenD lists it; null when the list was not requested. */
  readonly listed: Order | null
  /** Both of its OpenD ids, so that the call sent to OpenD names exactly the order that was checked. */
  readonly ids: Pick<Order, 'orderID' | 'orderIDEx'> | null
  /** The markets that the order affects according to the ledger; null where the ledger does not have the order. */
  readonly markets: readonly string[] | null
  /** Whether the calling key placed it. */
  readonly isOwn: boolean
}

/** The sources for finding the order. */
export interface TargetSources {
  readonly ledger: Ledger
  readonly send: SendCall
  readonly caller: string
}

const MISMATCH: Failure = {
  code: 'request.invalid_value',
  path: 'order_id_ex',
  expected: 'the order that order_id names, or leave one of the two out',
}

/**
 * Finds the order that a change or cancel names: in the ledger, and on OpenD's list where the limits need its terms
 * (`needsListing`) or where the ledger cannot confirm that two given ids name one order. The limits of a cancel need
 * only its markets, which the ledger has for orders placed through the gateway: OpenD allows ten lists in 30 s, and a
 * cancel must not wait for one.
 *
 * Null for a call that names no single order, and where OpenD does not list it. Failures: the two ids name different
 * orders; a required list is not available.
 */
export async function targetOrderOf(
  { ledger, send, caller }: TargetSources,
  call: OrderCall,
  needsListing: boolean,
): Promise<TargetOrder | Failure | null> {
  if (call.protoId === CALLS.Trd_PlaceOrder.protoId || call.c2s.forAll === true) return null
  const { header } = call.c2s
  const accId = header.accID.toString()
  const ids: OrderIds = idsOf(call.c2s)
  const placed = ledgerEntriesOf(ledger, accId, ids)
  if (placed === 'different') return MISMATCH
  const isDouble = ids.orderId !== null && ids.orderIdEx !== null
  const isSure = !isDouble || placed !== null || isCancel(call)
  const target = placed === null ? null : targetIn(placed, caller)
  const hasMarkets = target !== null && target.markets !== null
  if (isSure && (!needsListing || (isCancel(call) && hasMarkets))) return target
  const account = { accId: header.accID, trdEnv: header.trdEnv, trdMarket: header.trdMarket }
  const orders = await listOrders(send, account)
  if ('code' in orders) return orders
  const listed = orders.find((order) => isNamed(order, ids)) ?? null
  if (listed === null) return isDouble && orders.some((order) => isHalfNamed(order, ids)) ? MISMATCH : null
  const owner = ledger.byOrderId(accId, { orderId: listed.orderID.toString(), orderIdEx: listed.orderIDEx })
  return { listed, ids: listed, markets: null, isOwn: owner?.caller === caller }
}

/** The entry that placed the order with those ids; `different` when the ids belong to two orders of the ledger. */
function ledgerEntriesOf(ledger: Ledger, accId: string, ids: OrderIds): LedgerEntry | 'different' | null {
  const { orderId, orderIdEx } = ids
  const byId = orderId === null ? null : ledger.byOrderId(accId, { orderId, orderIdEx: null })
  const byEx = orderIdEx === null ? null : ledger.byOrderId(accId, { orderId: null, orderIdEx })
  const known = byId ?? byEx
  if (known === null) return null
  const isSame = (a: string | null, b: string | null): boolean => a === null || b === null || a === b
  return isSame(known.orderId, orderId) && isSame(known.orderIdEx, orderIdEx) ? known : 'different'
}

function targetIn(placed: LedgerEntry, caller: string): TargetOrder {
  const { orderId, orderIdEx, call } = placed
  const ids = orderId === null || orderIdEx === null ? null : { orderID: BigInt(orderId), orderIDEx: orderIdEx }
  const markets = call.symbol === null ? null : marketsOfSymbol(call.trdMarket, call.symbol)
  return { listed: null, ids, markets, isOwn: placed.caller === caller }
}

/** Whether an order has every given id. */
function isNamed({ orderID, orderIDEx }: Order, ids: OrderIds): boolean {
  return (ids.orderId ?? orderID.toString()) === orderID.toString() && (ids.orderIdEx ?? orderIDEx) === orderIDEx
}

/** Whether an order has one of the given ids. */
function isHalfNamed({ orderID, orderIDEx }: Order, ids: OrderIds): boolean {
  return ids.orderId === orderID.toString() || ids.orderIdEx === orderIDEx
}
