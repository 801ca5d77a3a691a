import { CALLS } from '../../calls.ts'
import type { LedgerEntry } from '../entry.ts'
import { type AccountRef, ordersOf, pastOrdersOf, type PastOrders, type Upstream } from './account-orders.ts'
import { matchOrder } from './match-order.ts'
import type { OtherCalls } from './match-result.ts'
import { ORDER_LIFE_MS, type OrderLists } from './witnesses.ts'

/** What a poll of an account brought. */
export interface AccountPoll {
  readonly lists: OrderLists
  /** Whether the past was asked for, without which nothing can be missing, and OpenD answered. */
  readonly hasPast: boolean
}

/**
 * Asks OpenD for the orders of the account of these entries: today's, and those of the past only while today's have no
 * trace of some entry. Null when OpenD does not say.
 */
export async function pollAccount(
  upstream: Upstream,
  entries: readonly LedgerEntry[],
  others: OtherCalls,
  startedMs: number,
): Promise<AccountPoll | null> {
  const [first] = entries
  if (first === undefined) return null
  const { accId, trdEnv, trdMarket } = first.call
  const account: AccountRef = { accId: BigInt(accId), trdEnv, trdMarket }
  const today = await ordersOf(upstream, account)
  if (today === null) return null
  const snapshot = { orders: today, gap: 'only the orders of today' }
  const missing = entries.filter((entry) => matchOrder(entry, snapshot, others) === null)
  const past = missing.length === 0 ? null : await askPast(upstream, account, missing, startedMs)
  const orders = [...today, ...(past?.orders ?? [])]
  return { lists: { orders, hasHistory: past?.hasHistory === true, startedMs }, hasPast: past !== null }
}

/**
 * Asks for the orders from the oldest missing one up to now: a change may be about an order as old as orders get, and
 * the orders made since show whether the list is whole.
 */
function askPast(
  upstream: Upstream,
  account: AccountRef,
  missing: readonly LedgerEntry[],
  nowMs: number,
): Promise<PastOrders | null> {
  const oldestMs = nowMs - ORDER_LIFE_MS
  const hasChange = missing.some(({ call }) => call.protoId === CALLS.Trd_ModifyOrder.protoId)
  const times = missing.map(({ createdAtMs }) => createdAtMs)
  const fromMs = hasChange ? oldestMs : Math.max(oldestMs, Math.min(...times))
  // A clock that was set back is behind the entries.
  return pastOrdersOf(upstream, account, { fromMs, toMs: Math.max(nowMs, ...times) })
}
