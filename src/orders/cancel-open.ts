import type { MessageTypes } from '../../proto/messages.ts'
import { type AccountRef, cancelRequest, ordersOf, type Upstream } from './account-orders.ts'
import type { LedgerEntry } from './entry.ts'
import { OPEN_STATUSES } from './find-change.ts'
import type { Ledger } from './ledger.ts'
import type { OrderDesk } from './order-desk.ts'
import { outcomeOf } from './reply.ts'
import type { HaltScope } from './switches.ts'

type Order = MessageTypes['Trd_Common.Order']

/** What became of one order that was to be cancelled. */
export interface CancelResult {
  /** Decimal. */
  readonly accId: string
  readonly orderId: string
  readonly orderIdEx: string
  readonly code: string
  readonly outcome: 'cancelled' | 'refused' | 'unknown' | 'not_attempted'
  readonly detail: string | null
}

/** How far back an open order can have been placed: the longest a good-till-cancelled order lives at OpenD's brokers. */
const ORDER_LIFE_MS = 90 * 86_400_000

/**
 * Cancels sent for one switch. OpenD takes 20 in 30 s for an account; beyond this many the caller is told which are
 * left and can ask again.
 */
const MOST_CANCELS = 100

/** What cancelling needs from outside. */
export interface CancelOutside {
  readonly ledger: Ledger
  readonly upstream: Upstream
  readonly nowMs: () => number
}

/**
 * Cancels the open orders that were placed through this gateway, of one caller, on one account, or all, one after the
 * other. Each cancel is an entry of the ledger like any other. `by` is who is written down for them.
 */
export async function cancelOpenOrders(
  outside: CancelOutside,
  desk: OrderDesk,
  scope: HaltScope,
  by: { readonly caller: string; readonly requestId: string },
): Promise<readonly CancelResult[]> {
  const caller = scope.kind === 'caller' ? scope.caller : null
  const placed = outside.ledger
    .ordersSince(caller, outside.nowMs() - ORDER_LIFE_MS)
    .filter(({ call }) => scope.kind !== 'account' || call.accId === scope.accId)
  const results: CancelResult[] = []
  for (const [, entries] of Map.groupBy(placed, ({ call }) => `${call.accId}/${call.trdMarket}`)) {
    for (const { account, order } of await openAmong(outside, entries)) {
      const isOver = results.length >= MOST_CANCELS
      results.push(isOver ? notAttempted(account, order) : await cancelOne(desk, account, order, by))
    }
  }
  return results
}

async function openAmong(
  { upstream }: CancelOutside,
  entries: readonly LedgerEntry[],
): Promise<readonly { readonly account: AccountRef; readonly order: Order }[]> {
  const [first] = entries
  if (first === undefined) return []
  const { accId, trdEnv, trdMarket } = first.call
  const account: AccountRef = { accId: BigInt(accId), trdEnv, trdMarket }
  const orders = await ordersOf(upstream, account)
  // When OpenD does not say which are open, every one that may be is cancelled: a cancel too many does no harm.
  if (orders === null) return entries.map((entry) => ({ account, order: orderOf(entry) }))
  const ids = new Set(entries.map(({ orderId }) => orderId))
  return orders
    .filter(({ orderID, orderStatus }) => ids.has(orderID.toString()) && OPEN_STATUSES.has(orderStatus))
    .map((order) => ({ account, order }))
}

async function cancelOne(
  desk: OrderDesk,
  account: AccountRef,
  order: Order,
  by: { readonly caller: string; readonly requestId: string },
): Promise<CancelResult> {
  const { reply } = await desk.submit({
    protoId: 2205,
    body: cancelRequest(account, order),
    caller: by.caller,
    rights: { simulate: true, real: true },
    limits: null,
    requestId: by.requestId,
    idempotencyKey: null,
    isDryRun: false,
  })
  const result = { ...notAttempted(account, order), detail: null }
  if (reply.kind === 'answered') {
    const outcome = outcomeOf(2205, { ok: true, body: reply.body })
    if (outcome.state === 'accepted') return { ...result, outcome: 'cancelled' }
    return { ...result, outcome: 'refused', detail: outcome.detail }
  }
  if (reply.kind === 'refused') return { ...result, outcome: 'refused', detail: reply.failure.code }
  return { ...result, outcome: 'unknown', detail: 'the reply was lost; the order is being looked at' }
}

function notAttempted({ accId }: AccountRef, { orderID, orderIDEx, code }: Order): CancelResult {
  return {
    accId: accId.toString(),
    orderId: orderID.toString(),
    orderIdEx: orderIDEx,
    code,
    outcome: 'not_attempted',
    detail: `more than ${MOST_CANCELS} open orders; ask again for the rest`,
  }
}

/** As much of an order as a cancel needs, from its entry. */
function orderOf({ orderId, orderIdEx, call }: LedgerEntry): Order {
  return {
    trdSide: 0,
    orderType: 0,
    orderStatus: 0,
    orderID: BigInt(orderId ?? 0),
    orderIDEx: orderIdEx ?? '',
    code: call.symbol ?? '',
    name: '',
    qty: 0,
    createTime: '',
    updateTime: '',
  }
}
