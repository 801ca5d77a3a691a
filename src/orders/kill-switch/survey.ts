import { OrderStatus } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import type { EntryState, LedgerEntry } from '../entry.ts'
import type { Ledger, OrderIds } from '../ledger.ts'
import type { AccountRef } from '../reconciliation/account-orders.ts'
import { entryIdOf, tagOf } from '../tag.ts'
import { covers } from './halt-scope.ts'
import type { CancelTask } from './switch-store.ts'

type Order = MessageTypes['Trd_Common.Order']

/**
 * Statuses in which an order cannot trade any more; a disabled one cannot until somebody enables it, which is a call of
 * its own. Every other status counts as open, those that this schema does not know included.
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

/** Statuses of an order whose cancel is on its way to the exchange, where it can still be filled. */
const CLOSING: ReadonlySet<number> = new Set([OrderStatus.Cancelling_Part, OrderStatus.Cancelling_All])

/** Accepted orders that a list should hold: those of one trading session. Older ones may have left the list of today. */
const SESSION_MS = 8 * 3_600_000
const MOST_EXPECTED = 100

/**
 * How long an order that was called absent may still appear: OpenD was seen to carry one out after 80 s. Its tag is
 * known afterwards too, but nothing waits for it any more.
 */
const ABSENT_WATCH_MS = 600_000

/** Latest calls of an account among which absent orders are looked for. */
const MOST_LATEST = 100

/** Whether an order cannot trade any more, nor is about to be cancelled. */
export function isOver({ orderStatus }: Pick<Order, 'orderStatus'>): boolean {
  return OVER.has(orderStatus) || CLOSING.has(orderStatus)
}

/** What a list of an account says about the orders that a task is to cancel. */
export interface Survey {
  /** Orders that can be cancelled. */
  readonly open: readonly Order[]
  /** Orders whose cancel OpenD has taken and the exchange has not. */
  readonly closing: readonly Order[]
  /** Orders that OpenD accepted not long ago and does not list; no cancel of them was accepted. */
  readonly missing: readonly LedgerEntry[]
  /** Orders of which it is not known yet whether they exist, or which of the listed ones they are. */
  readonly undecided: readonly LedgerEntry[]
  /** How far the list contradicts the ledger: in nothing, in part, or in that it holds none of the expected orders. */
  readonly doubt: 'none' | 'some' | 'all'
}

/** Where entries are read. */
type Entries = Pick<Ledger, 'byId' | 'byOrderId' | 'changesOf' | 'latestFor' | 'placedSince' | 'unresolved'>

/** Reads a list of an account for a task. An order is ours by its id, or else by a tag that no other listed order has. */
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
  // An entry whose order is known by its id is not this order, whatever its remark says.
  const tagged = ledger.byId(entryIdOf(tag))
  return tagged?.call.accId === accId && hasNoId(tagged) ? tagged : null
}

/** OpenD's ids of a listed order. */
export function idsOf({ orderID, orderIDEx }: Pick<Order, 'orderID' | 'orderIDEx'>): OrderIds {
  return { orderId: orderID === 0n ? null : orderID.toString(), orderIdEx: orderIDEx === '' ? null : orderIDEx }
}

function hasNoId({ orderId, orderIdEx }: LedgerEntry): boolean {
  return orderId === null && orderIdEx === null
}

/** Whether several listed orders have the tag of an entry, and no id says which one is ours. */
function isCopied(entry: LedgerEntry, tags: ReadonlyMap<string | null, readonly Order[]>): boolean {
  return hasNoId(entry) && (tags.get(entry.tag)?.length ?? 0) > 1
}

function isMeant(task: CancelTask, entry: LedgerEntry | null): boolean {
  if (entry === null) return task.includesForeign
  if (!covers(task.scope, entry.caller, entry.call.accId)) return false
  // The switch of a caller that came back and trades on is about the orders from before.
  return task.reason === 'halt' || entry.createdAtMs <= task.dueAtMs
}

const ACCEPTED: EntryState = 'accepted'

/** Changes of one order among which an accepted cancel is looked for. */
const MOST_CHANGES = 20

function isCancelled(entry: LedgerEntry, ledger: Entries): boolean {
  if (hasNoId(entry)) return false
  const changes = ledger.changesOf(entry.call.accId, entry, MOST_CHANGES)
  return changes.some(({ call, state }) => call.kind === 'cancel' && state === ACCEPTED)
}
