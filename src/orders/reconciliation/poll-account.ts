import { CALLS } from '../../calls.ts'
import type { LedgerEntry } from '../entry.ts'
import type { SendCall } from '../../gateway/opend-client.ts'
import { type AccountRef, ordersOf, pastOrdersOf, type PastOrders } from '../account-orders.ts'
import { matchOrder } from './match-order.ts'
import type { OtherCalls } from './match-result.ts'
import { ORDER_LIFE_MS, type OrderLists } from './witnesses.ts'

/** The result of a poll of an account. */
export interface AccountPoll {
  readonly lists: OrderLists
  /** Whether the poll requested past orders and OpenD returned them. Without them the poll cannot prove absence. */
  readonly hasPast: boolean
}

/**
 * Requests the orders of the account of these entries: today's, and past ones only when today's do not show every
 * entry. Null when OpenD does not list today's orders.
 */
export async function pollAccount(
  send: SendCall,
  entries: readonly LedgerEntry[],
  others: OtherCalls,
  startedMs: number,
): Promise<AccountPoll | null> {
  const [first] = entries
  if (first === undefined) return null
  const { accId, trdEnv, trdMarket } = first.call
  const account: AccountRef = { accId: BigInt(accId), trdEnv, trdMarket }
  const today = await ordersOf(send, account)
  if (today === null) return null
  const snapshot = { orders: today, gap: 'only the orders of today' }
  const missing = entries.filter((entry) => matchOrder(entry, snapshot, others) === null)
  const past = missing.length === 0 ? null : await requestPast(send, account, missing, startedMs)
  const orders = [...today, ...(past?.orders ?? [])]
  return { lists: { orders, hasHistory: past?.hasHistory === true, startedMs }, hasPast: past !== null }
}

/**
 * Requests the orders from the oldest missing entry up to now. A change may be about an order of any age, and the
 * orders placed since then show whether the list is complete.
 */
function requestPast(
  send: SendCall,
  account: AccountRef,
  missing: readonly LedgerEntry[],
  nowMs: number,
): Promise<PastOrders | null> {
  const oldestMs = nowMs - ORDER_LIFE_MS
  const hasChange = missing.some(({ call }) => call.protoId === CALLS.Trd_ModifyOrder.protoId)
  const times = missing.map(({ createdAtMs }) => createdAtMs)
  const fromMs = hasChange ? oldestMs : Math.max(oldestMs, Math.min(...times))
  // When the clock was set back, `nowMs` is before the times of the entries.
  return pastOrdersOf(send, account, { fromMs, toMs: Math.max(nowMs, ...times) })
}
