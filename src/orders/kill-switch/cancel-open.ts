import type { MessageTypes } from '../../../proto/messages.ts'
import { type AccountRef, cancelRequest, ordersOf, type Upstream } from '../reconciliation/account-orders.ts'
import { OPEN_STATUSES } from '../reconciliation/change-status.ts'
import { isFinal, type LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import type { OrderManager } from '../manager/order-manager.ts'
import { outcomeOf } from '../sending/reply.ts'
import type { HaltScope } from './switches.ts'
import { tagOf } from '../tag.ts'

type Order = MessageTypes['Trd_Common.Order']

/** What became of one order that was to be cancelled. */
export interface CancelResult {
  /** Decimal. */
  readonly accId: string
  /** Decimal; 0 for an order that OpenD does not list yet. */
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
 * other. An order whose reply was lost is among them as soon as OpenD lists it. Each cancel is an entry of the ledger
 * like any other. `by` is who is written down for them.
 */
export async function cancelOpenOrders(
  outside: CancelOutside,
  manager: OrderManager,
  scope: HaltScope,
  by: { readonly caller: string; readonly requestId: string },
): Promise<readonly CancelResult[]> {
  const results: CancelResult[] = []
  const placed = placedOrders(outside, scope)
  for (const [, entries] of Map.groupBy(placed, ({ call }) => `${call.accId}/${call.trdMarket}`)) {
    for (const order of await openAmong(outside, entries)) {
      results.push(results.length < MOST_CANCELS ? await cancelOne(manager, order, by) : resultOf(order, TOO_MANY))
    }
  }
  return results
}

/** Whether some order may be open still, so that it is worth asking again. */
export function leavesOpen(results: readonly CancelResult[]): boolean {
  return results.some(({ outcome }) => outcome === 'unknown' || outcome === 'not_attempted')
}

/** The new orders of a scope that may be open. */
function placedOrders({ ledger, nowMs }: CancelOutside, scope: HaltScope): readonly LedgerEntry[] {
  const caller = scope.kind === 'caller' ? scope.caller : null
  const unsettled = ledger.unresolved().filter((entry) => caller === null || entry.caller === caller)
  return [...unsettled, ...ledger.ordersSince(caller, nowMs() - ORDER_LIFE_MS)].filter(
    ({ call }) => call.kind === 'place' && (scope.kind !== 'account' || call.accId === scope.accId),
  )
}

/** An order that may be open. Without `ids` it is not listed, and cannot be cancelled. */
interface OpenOrder {
  readonly account: AccountRef
  readonly ids: Pick<Order, 'orderID' | 'orderIDEx'> | null
  readonly code: string
}

async function openAmong({ upstream }: CancelOutside, entries: readonly LedgerEntry[]): Promise<readonly OpenOrder[]> {
  const [first] = entries
  if (first === undefined) return []
  const { accId, trdEnv, trdMarket } = first.call
  const account: AccountRef = { accId: BigInt(accId), trdEnv, trdMarket }
  const listed = await ordersOf(upstream, account)
  // When OpenD does not say which are open, every one that may be is cancelled: a cancel too many does no harm.
  if (listed === null) return entries.map((entry) => ({ account, ids: idsOf(entry), code: entry.call.symbol ?? '' }))
  return entries.flatMap((entry): readonly OpenOrder[] => {
    const order = listed.find((one) => tagOf(one.remark) === entry.tag || one.orderID.toString() === entry.orderId)
    if (order === undefined) return isFinal(entry.state) ? [] : [{ account, ids: null, code: entry.call.symbol ?? '' }]
    return OPEN_STATUSES.has(order.orderStatus) ? [{ account, ids: order, code: order.code }] : []
  })
}

function idsOf({ orderId, orderIdEx }: LedgerEntry): OpenOrder['ids'] {
  if (orderId === null && orderIdEx === null) return null
  return { orderID: BigInt(orderId ?? 0), orderIDEx: orderIdEx ?? '' }
}

async function cancelOne(
  manager: OrderManager,
  order: OpenOrder,
  by: { readonly caller: string; readonly requestId: string },
): Promise<CancelResult> {
  if (order.ids === null) return resultOf(order, NOT_LISTED)
  const { reply } = await manager.submit({
    protoId: 2205,
    body: cancelRequest(order.account, order.ids),
    caller: by.caller,
    rights: { simulate: true, real: true },
    limits: null,
    requestId: by.requestId,
    idempotencyKey: null,
    isDryRun: false,
    isKillSwitch: true,
    callId: null,
    keyMark: null,
    expiresAtMs: null,
  })
  if (reply.kind === 'answered') {
    const outcome = outcomeOf(2205, { ok: true, body: reply.body })
    if (outcome.state === 'accepted') return resultOf(order, { outcome: 'cancelled', detail: null })
    return resultOf(order, { outcome: 'refused', detail: outcome.detail })
  }
  if (reply.kind !== 'refused') return resultOf(order, LOST)
  const { code } = reply.failure
  // OpenD was not there to be asked, or never got the cancel.
  const isUndone = /^(?:gateway|upstream|opend|order)\./.test(code)
  return resultOf(order, { outcome: isUndone ? 'not_attempted' : 'refused', detail: code })
}

type Ending = Pick<CancelResult, 'outcome' | 'detail'>

const TOO_MANY: Ending = {
  outcome: 'not_attempted',
  detail: `more than ${MOST_CANCELS} open orders; ask again for the rest`,
}
const NOT_LISTED: Ending = {
  outcome: 'unknown',
  detail: 'the reply to this order was lost, and OpenD does not list it yet',
}
const LOST: Ending = { outcome: 'unknown', detail: 'the reply was lost; the order is being looked at' }

function resultOf({ account, ids, code }: OpenOrder, ending: Ending): CancelResult {
  return {
    accId: account.accId.toString(),
    orderId: (ids?.orderID ?? 0n).toString(),
    orderIdEx: ids?.orderIDEx ?? '',
    code,
    ...ending,
  }
}
