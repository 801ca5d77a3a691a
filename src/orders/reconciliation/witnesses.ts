import { ModifyOrderOp } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { hasId, idsOf, idsOfEntry, isSameOrder, targetIds } from '../order-identity.ts'

type Order = MessageTypes['Trd_Common.Order']

/** The lists of an account, as one poll had them. */
export interface OrderLists {
  /** Today's orders and those of the history. */
  readonly orders: readonly Order[]
  /** Whether the history is among them; without it only today's orders are. */
  readonly hasHistory: boolean
  /** When the poll began, Unix ms. */
  readonly startedMs: number
}

/**
 * An order that can still be changed was made within this time: OpenD's brokers keep one open for 90 days, and its
 * history has 90 days, of which two are for the time zones.
 */
export const ORDER_LIFE_MS = 88 * 86_400_000

/** Witnesses of one entry, those made nearest to it first: a list that has all of them is no empty or old one. */
const MOST_WITNESSES = 20

/** Accepted orders that are read to choose them from: OpenD takes 15 in 30 s of an account, so those of some minutes. */
const MOST_READ = 200

/** How long before an entry its witnesses were made. The history is asked for a day more, in any time zone. */
const SPAN_MS = 12 * 3_600_000

/** The same where only today's orders are listed: an order of an hour ago is most likely of the same day. */
const SPAN_OF_TODAY_MS = 3_600_000

/** OpenD's lists follow an accepted order within this time. */
const LIST_LAG_MS = 10_000

/** States of a deletion that leave the order where it is. */
const NOT_DELETED: ReadonlySet<EntryState> = new Set(['rejected', 'absent'])

/**
 * Why lists prove nothing about an entry that is not on them; null when they do. OpenD answers with an empty or partial
 * list while it starts or reads from its broker, and such a list looks like a complete one. So a list counts as complete
 * only when it has the orders that the ledger knows to be there: the accepted ones of that account and market made
 * around the same time or since. An entry that is older than the lists reach has no evidence at all.
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
    : `OpenD's list lacks ${missing.id}, which it accepted before, so what it does not list may be there all the same`
}

/**
 * Whether an accepted order has to be on the lists of an entry's account and market by now. The orders that the entry is
 * to change have to be there from the start: that they are not listed would be taken for the change.
 */
function isWitness(placed: LedgerEntry, entry: LedgerEntry, startedMs: number): boolean {
  const { call } = entry
  // An order that a person named when deciding by hand is no word of OpenD's.
  // A cancel of everything is about the orders of every market, so a list without those of one of them proves nothing.
  const isMeant = placed.call.trdMarket === call.trdMarket || (call.forAll && call.forMarket === undefined)
  if (!isMeant || placed.resolution !== null || !hasId(idsOfEntry(placed))) return false
  if (call.forAll && placed.createdAtMs <= entry.createdAtMs) return true
  if (isYoungTarget(placed, entry, startedMs)) return true
  const ageMs = startedMs - placed.updatedAtMs
  // A negative age is a clock that was set back.
  return ageMs < 0 || ageMs >= LIST_LAG_MS
}

/** Whether an entry is to change an order that lists may still lack. */
function isYoungTarget(placed: LedgerEntry, { call }: LedgerEntry, startedMs: number): boolean {
  const isTarget = isSameOrder(targetIds(call), idsOfEntry(placed)) === true
  return isTarget && startedMs - placed.updatedAtMs < LIST_LAG_MS
}

function isListed(placed: LedgerEntry, orders: readonly Order[]): boolean {
  const ids = idsOfEntry(placed)
  return orders.some((order) => isSameOrder(ids, idsOf(order)) === true)
}

/** Whether the order was deleted, or may have been: a deleted order leaves the lists. */
function isDeleted(placed: LedgerEntry, ledger: Pick<Ledger, 'changesOf'>): boolean {
  const ids = idsOfEntry(placed)
  const changes = ledger.changesOf(placed.call.accId, ids, MOST_READ)
  return changes.some(({ call, state }) => call.op === ModifyOrderOp.Delete && !NOT_DELETED.has(state))
}

function distance(one: LedgerEntry, other: LedgerEntry): number {
  return Math.abs(one.createdAtMs - other.createdAtMs)
}
