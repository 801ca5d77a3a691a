import { ModifyOrderOp } from '../../../proto/enums.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { hasId, idsOf, idsOfEntry, isSameOrder, targetIds, type Order } from '../order-identity.ts'

/** The order lists of an account from one poll. */
export interface OrderLists {
  /** Today's orders and those from the history. */
  readonly orders: readonly Order[]
  /** Whether `orders` includes the history; otherwise it has only today's orders. */
  readonly hasHistory: boolean
  /** When the poll began, Unix ms. */
  readonly startedMs: number
}

/**
 * The age up to which an order can still be changed: OpenD's brokers keep an order open for 90 days, and its history
 * has 90 days, of which two are reserved for time zones.
 */
export const ORDER_LIFE_MS = 88 * 86_400_000

/** The most witnesses of one entry, nearest in time first: a list that has all of them is neither empty nor old. */
const MOST_WITNESSES = 20

/**
 * The accepted orders that witnesses are chosen from. OpenD accepts 15 in 30 s for an account, so these span minutes.
 */
const MOST_READ = 200

/**
 * The greatest time by which a witness is older than the entry. The requested history begins a day earlier, in any time
 * zone.
 */
const SPAN_MS = 12 * 3_600_000

/** The same where only today's orders are listed: an order placed an hour ago is most likely from the same day. */
const SPAN_OF_TODAY_MS = 3_600_000

/** OpenD lists an accepted order within this time. */
const LIST_LAG_MS = 10_000

/** States of a deletion that leave the order on the lists. */
const NOT_DELETED: ReadonlySet<EntryState> = new Set(['rejected', 'absent'])

/**
 * Why the lists do not prove the absence of an entry; null when they do. OpenD returns an empty or partial list while
 * it starts or reads from its broker, and such a list looks like a complete one. A list counts as complete only when it
 * has the orders that the ledger knows to exist: the accepted ones of that account and market placed around the same
 * time or later. For an entry older than the lists reach there is no evidence.
 */
export function gapOf(entry: LedgerEntry, lists: OrderLists, ledger: Pick<Ledger, 'placedSince' | 'changesOf'>) {
  const { orders, hasHistory, startedMs } = lists
  const ageMs = startedMs - entry.createdAtMs
  if (!hasHistory && ageMs > SPAN_MS) {
    return 'OpenD lists only the orders of today for the account, and the call is older'
  }
  if (ageMs > ORDER_LIFE_MS) return 'the call is older than the history that OpenD keeps'
  const fromMs = entry.createdAtMs - (hasHistory ? SPAN_MS : SPAN_OF_TODAY_MS)
  const missing = ledger
    .placedSince(entry.call.accId, fromMs, MOST_READ)
    .filter((placed) => placed.id !== entry.id && isWitness(placed, entry, startedMs))
    .toSorted((one, other) => distance(one, entry) - distance(other, entry))
    .slice(0, MOST_WITNESSES)
    .find(
      (placed) => !isListed(placed, orders) && (isYoungTarget(placed, entry, startedMs) || !isDeleted(placed, ledger)),
    )
  return missing === undefined
    ? null
    : `OpenD's list lacks ${missing.id}, which OpenD accepted before, so an order that is not on the list may exist`
}

/**
 * Whether an accepted order must be on the lists of an entry's account and market by now. The orders that the entry
 * changes must be there from the start: otherwise their absence would count as the effect of the change.
 */
function isWitness(placed: LedgerEntry, entry: LedgerEntry, startedMs: number): boolean {
  const { call } = entry
  // An order id that an operator entered is not evidence from OpenD. A cancel of all orders covers the orders of every
  // market, so a list that lacks those of one market proves nothing.
  const isInScope = placed.call.trdMarket === call.trdMarket || (call.forAll && call.forMarket === undefined)
  if (!isInScope || placed.resolution !== null || !hasId(idsOfEntry(placed))) return false
  if (call.forAll && placed.createdAtMs <= entry.createdAtMs) return true
  if (isYoungTarget(placed, entry, startedMs)) return true
  const ageMs = startedMs - placed.updatedAtMs
  // The age is negative when the clock was set back.
  return ageMs < 0 || ageMs >= LIST_LAG_MS
}

/** Whether the entry changes an order that the lists may still lack. */
function isYoungTarget(placed: LedgerEntry, { call }: LedgerEntry, startedMs: number): boolean {
  const isTarget = isSameOrder(targetIds(call), idsOfEntry(placed)) === true
  return isTarget && startedMs - placed.updatedAtMs < LIST_LAG_MS
}

function isListed(placed: LedgerEntry, orders: readonly Order[]): boolean {
  const ids = idsOfEntry(placed)
  return orders.some((order) => isSameOrder(ids, idsOf(order)) === true)
}

/** Whether the order was or may have been deleted: a deleted order leaves the lists. */
function isDeleted(placed: LedgerEntry, ledger: Pick<Ledger, 'changesOf'>): boolean {
  const ids = idsOfEntry(placed)
  const changes = ledger.changesOf(placed.call.accId, ids, MOST_READ)
  return changes.some(({ call, state }) => call.op === ModifyOrderOp.Delete && !NOT_DELETED.has(state))
}

function distance(one: LedgerEntry, other: LedgerEntry): number {
  return Math.abs(one.createdAtMs - other.createdAtMs)
}
