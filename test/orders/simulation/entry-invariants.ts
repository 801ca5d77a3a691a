import type { EntryState, LedgerEntry } from '../../../src/orders/entry.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { isOpenStatus } from '../../../src/simulator/trading/order-status.ts'
import type { GatewayHost } from './gateway-host.ts'
import type { Remains } from './invariants.ts'
import type { Opend } from './opend.ts'

/** States that say that OpenD has not done the call. */
export const NOT_DONE: ReadonlySet<EntryState> = new Set(['absent', 'not_sent', 'rejected', 'refused'])

/** What an entry may hold of its key's budgets in each state; a cancel never holds anything. */
const HOLDS: Readonly<Record<EntryState, readonly LedgerEntry['holds'][]>> = {
  reserved: ['rate_and_value', 'nothing'],
  unknown: ['rate_and_value', 'nothing'],
  accepted: ['rate_and_value', 'nothing'],
  rejected: ['rate', 'nothing'],
  lapsed: ['rate_and_value', 'nothing'],
  absent: ['rate', 'nothing'],
  not_sent: ['nothing'],
  refused: ['nothing'],
}

/** Whether what an entry says in the end is what OpenD has. */
export function entryProblems(
  entry: LedgerEntry,
  { opend, host }: Remains,
  entries: readonly LedgerEntry[],
): readonly string[] {
  const { id, state, call } = entry
  if (state === 'reserved') return [`${id} is still reserved`]
  if (!HOLDS[state].includes(entry.holds)) return [`${id} is ${state} and holds ${entry.holds}`]
  if (state === 'unknown')
    return isUndecidable(entry, opend, host, entries) ? [] : [`${id} is still unknown: ${entry.detail}`]
  if (state !== 'accepted') return []
  if (call.kind === 'place') return placeProblems(entry, opend)
  if (call.kind === 'modify') return []
  const open = opend.orders().filter((order) => order.accId === call.accId && isOpenStatus(order.status))
  const missed = call.forAll
    ? open.filter((order) => isForgotten(order, entry, opend, host, entries))
    : open.filter(({ orderIdEx }) => orderIdEx === call.targetOrderIdEx)
  return missed.map(({ orderIdEx }) => `${id} is an accepted cancel, but order ${orderIdEx} is open`)
}

function placeProblems({ id, tag, orderId, orderIdEx }: LedgerEntry, opend: Opend): readonly string[] {
  const order = opend.orders().find(({ remark }) => remark?.endsWith(`#${tag}`))
  if (order === undefined) return [`${id} is accepted, but OpenD has no such order`]
  const isSame = orderIdEx === order.orderIdEx && orderId === order.orderId
  return isSame ? [] : [`${id} names another order than OpenD`]
}

/** Whether an order is open that was there before a cancel of everything, which OpenD has not done. */
function isForgotten(
  { remark }: OrderState,
  cancel: LedgerEntry,
  opend: Opend,
  host: GatewayHost,
  entries: readonly LedgerEntry[],
): boolean {
  const isDone = opend.executed.some(({ connId, serial }) => host.frames.get(`${connId}/${serial}`) === cancel.id)
  const placed = entries.find(({ tag }) => tag !== null && remark?.endsWith(`#${tag}`))
  return !isDone && placed !== undefined && lastWrittenMs(placed, host) < firstWrittenMs(cancel, host)
}

/**
 * Two kinds of lost calls leave no trace that tells: a change of an order that another call changed too, and a cancel of
 * everything after which only orders are open that may be newer.
 */
function isUndecidable(entry: LedgerEntry, opend: Opend, host: GatewayHost, entries: readonly LedgerEntry[]): boolean {
  const { id, call } = entry
  if (call.forAll) {
    const older = entries.filter((other) => other.state === 'accepted' && isSurelyOlder(other, entry, host))
    const open = opend.orders().filter((order) => order.accId === call.accId && isOpenStatus(order.status))
    return open.length > 0 && !open.some(({ remark }) => older.some(({ tag }) => remark?.endsWith(`#${tag}`)))
  }
  return (
    call.kind === 'modify' &&
    entries.some((other) => {
      const isSame = other.id !== id && other.call.targetOrderIdEx === call.targetOrderIdEx
      return isSame && other.call.kind === 'modify' && !NOT_DONE.has(other.state)
    })
  )
}

/** Whether a call was over when another one was written down, by the time that passed and by the clock on the wall. */
function isSurelyOlder(one: LedgerEntry, other: LedgerEntry, host: GatewayHost): boolean {
  return lastWrittenMs(one, host) < firstWrittenMs(other, host) && one.updatedAtMs < other.createdAtMs
}

function firstWrittenMs({ id }: LedgerEntry, { writings }: GatewayHost): number {
  return writings.find(({ entry }) => entry.id === id)?.elapsedMs ?? 0
}

function lastWrittenMs({ id }: LedgerEntry, { writings }: GatewayHost): number {
  return writings.findLast(({ entry }) => entry.id === id)?.elapsedMs ?? 0
}
