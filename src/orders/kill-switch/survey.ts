import { OrderStatus } from '../../../proto/enums.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import { idsOf, type Order } from '../order-identity.ts'
import type { AccountRef } from '../account-orders.ts'
import { entryIdOf, tagOf } from '../tag.ts'
import { covers } from './halt-scope.ts'
import type { CancelTask } from './switch-store.ts'

/**
 * Statuses in which an order can no longer trade. A disabled order can trade only after another call has enabled it.
 * Every other status counts as open, including those that this schema does not contain.
 */
const OVER: ReadonlySet<number> = new Set([
  OrderStatus.SubmitFailed,
  OrderStatus.Filled_All,
  OrderStatus.Cancelled_Part,
  OrderStatus.Cancelled_All,
  OrderStatus.Failed,
  OrderStatus.Disabled,
  OrderStatus.Deleted,
  OrderStatus.FillCancelled,
])

/** Statuses of an order whose cancel is on its way to the exchange; the order can still be filled. */
const CLOSING: ReadonlySet<number> = new Set([OrderStatus.Cancelling_Part, OrderStatus.Cancelling_All])

/** A list should contain the accepted orders of one trading session. Older ones may have left today's list. */
const SESSION_MS = 8 * 3_600_000
const MOST_EXPECTED = 100

/**
 * How long an order that was declared absent may still appear: OpenD has been observed to carry one out after 80 s. Its
 * tag is still recognized afterwards, but no task waits for it.
 */
const ABSENT_WATCH_MS = 600_000

/** The number of latest calls of an account that are checked for absent orders. */
const MOST_LATEST = 100

/** Whether an order can no longer trade or is being cancelled. */
export function isOver({ orderStatus }: Pick<Order, 'orderStatus'>): boolean {
  return OVER.has(orderStatus) || CLOSING.has(orderStatus)
}

/** The state of a task's orders according to a list of an account. */
export interface Survey {
  /** Orders that can be cancelled. */
  readonly open: readonly Order[]
  /** Orders whose cancel OpenD has accepted and the exchange has not confirmed. */
  readonly closing: readonly Order[]
  /** Recently accepted orders that OpenD does not list and for which no cancel was accepted. */
  readonly missing: readonly LedgerEntry[]
  /** Orders that may not exist, or that cannot be matched to one listed order. */
  readonly undecided: readonly LedgerEntry[]
  /** How far the list contradicts the ledger: not at all, in part, or in that it has none of the expected orders. */
  readonly doubt: 'none' | 'some' | 'all'
}

/** The ledger methods that the survey reads. */
type Entries = Pick<Ledger, 'byId' | 'byOrderId' | 'changesOf' | 'latestFor' | 'placedSince' | 'unresolved'>

/**
 * Compares a list of an account with the ledger for a task. A listed order belongs to the entry with its id, or else to
 * the entry with its tag if no other listed order has that tag.
 */
export function surveyOrders(
  task: CancelTask,
  account: AccountRef,
  orders: readonly Order[],
  ledger: Entries,
  nowMs: number,
): Survey {
  const accId = account.accId.toString()
  const isHere = ({ call }: LedgerEntry): boolean =>
    call.kind === 'place' && call.accId === accId && call.trdMarket === account.trdMarket
  const tags = Map.groupBy(orders, ({ remark }) => tagOf(remark))
  const entries = new Map(orders.map((order) => [order, entryOf(order, accId, tags, ledger)]))
  const listed = new Set([...entries.values()].flatMap((entry) => (entry === null ? [] : [entry.id])))
  const live = orders.filter((order) => !OVER.has(order.orderStatus) && isMeant(task, entries.get(order) ?? null))
  const expected = ledger.placedSince(accId, nowMs - SESSION_MS, MOST_EXPECTED).filter(isHere)
  const unlisted = expected.filter((entry) => !listed.has(entry.id) && !isCancelled(entry, ledger))
  const copied = unlisted.filter((entry) => isCopied(entry, tags))
  const absent = ledger
    .latestFor(accId, MOST_LATEST)
    .filter(({ state, createdAtMs }) => state === 'absent' && createdAtMs > nowMs - ABSENT_WATCH_MS)
  const open = [...ledger.unresolved(), ...absent].filter((entry) => isHere(entry) && !listed.has(entry.id))
  const isEmpty = unlisted.length > 0 && !expected.some(({ id }) => listed.has(id))
  return {
    open: live.filter(({ orderStatus }) => !CLOSING.has(orderStatus)),
    closing: live.filter(({ orderStatus }) => CLOSING.has(orderStatus)),
    missing: unlisted.filter((entry) => !copied.includes(entry) && isMeant(task, entry)),
    undecided: [...open, ...copied].filter((entry) => isMeant(task, entry)),
    doubt: isEmpty ? 'all' : unlisted.length > 0 || orders.length === 0 ? 'some' : 'none',
  }
}

/** The entry of a listed order; null when it was not placed through this gateway. */
function entryOf(
  order: Order,
  accId: string,
  tags: ReadonlyMap<string | null, readonly Order[]>,
  ledger: Entries,
): LedgerEntry | null {
  const known = ledger.byOrderId(accId, idsOf(order))
  if (known !== null) return known
  const tag = tagOf(order.remark)
  if (tag === null || tags.get(tag)?.length !== 1) return null
  // An entry with a known order id would have matched by id, so this order is a copy of its remark.
  const tagged = ledger.byId(entryIdOf(tag))
  return tagged?.call.accId === accId && hasNoId(tagged) ? tagged : null
}

function hasNoId({ orderId, orderIdEx }: LedgerEntry): boolean {
  return orderId === null && orderIdEx === null
}

/** Whether several listed orders have the tag of an entry and no id identifies the right one. */
function isCopied(entry: LedgerEntry, tags: ReadonlyMap<string | null, readonly Order[]>): boolean {
  return hasNoId(entry) && (tags.get(entry.tag)?.length ?? 0) > 1
}

function isMeant(task: CancelTask, entry: LedgerEntry | null): boolean {
  // An order without an entry belongs to no caller. Its remark may be a copy of one of any caller.
  if (entry === null) return task.includesForeign && task.scope.kind !== 'caller'
  if (!covers(task.scope, [entry.caller, ...entry.payers], entry.call.accId)) return false
  // A cancel-after that has fired covers only earlier orders: its caller may be trading again.
  return task.reason === 'halt' || entry.createdAtMs <= task.dueAtMs
}

const ACCEPTED: EntryState = 'accepted'

/** The most changes of one order that are checked for an accepted cancel. */
const MOST_CHANGES = 20

function isCancelled(entry: LedgerEntry, ledger: Entries): boolean {
  if (hasNoId(entry)) return false
  const changes = ledger.changesOf(entry.call.accId, entry, MOST_CHANGES)
  return changes.some(({ call, state }) => call.kind === 'cancel' && state === ACCEPTED)
}
