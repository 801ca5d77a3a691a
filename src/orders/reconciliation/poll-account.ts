import type { LedgerEntry } from '../entry.ts'
import { type AccountRef, ordersOf, pastOrdersOf, type PastOrders, type Upstream } from './account-orders.ts'
import { matchOrder } from './match-order.ts'
import type { OtherCalls } from './match-result.ts'
import type { OrderLists } from './witnesses.ts'

/**
 * An order that can still be changed was made within this time: OpenD's brokers keep one open for 90 days, and its
 * history has 90 days, of which two are for the time zones.
 */
const ORDER_LIFE_MS = 88 * 86_400_000

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
  const past = missing.length === 0 ? null : await askPast(upstream, account, missing)
  const orders = [...today, ...(past?.orders ?? [])]
  return { lists: { orders, hasHistory: past?.hasHistory === true, startedMs }, hasPast: past !== null }
}

function askPast(upstream: Upstream, account: AccountRef, missing: readonly LedgerEntry[]): Promise<PastOrders | null> {
  const times = missing.map(({ createdAtMs }) => createdAtMs)
  const lifeMs = missing.some(({ call }) => call.protoId === 2205) ? ORDER_LIFE_MS : 0
  return pastOrdersOf(upstream, account, { fromMs: Math.min(...times) - lifeMs, toMs: Math.max(...times) })
}
