import type { LedgerEntry } from '../../../src/orders/entry.ts'
import { tagOf } from '../../../src/orders/tag.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { isOpenStatus } from '../../../src/simulator/trading/order-status.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import type { Remains } from './invariants.ts'

/** What an entry may reserve of its key's budgets in each state; a cancel reserves nothing. */
const HOLDS: Readonly<Record<LedgerEntry['state'], readonly LedgerEntry['holds'][]>> = {
  reserved: ['rate_and_value', 'nothing'],
  unknown: ['rate_and_value', 'nothing'],
  accepted: ['rate_and_value', 'nothing'],
  rejected: ['rate', 'nothing'],
  lapsed: ['rate_and_value', 'nothing'],
  absent: ['rate', 'nothing'],
  not_sent: ['nothing'],
  refused: ['nothing'],
}

/** Checks that the final state of each entry agrees with OpenD: people and programs trade on it. */
export function entryProblems(entry: LedgerEntry, remains: Remains): readonly string[] {
  const { id, state, call, resolution } = entry
  if (state === 'reserved' || state === 'unknown') return [`${id} is still ${state}: ${entry.detail}`]
  if (!HOLDS[state].includes(entry.holds)) return [`${id} is ${state} and holds ${entry.holds}`]
  // An operator's decision is not checked.
  if (state !== 'accepted' || resolution !== null) return []
  if (call.kind === 'place') return placeProblems(entry, remains)
  return call.kind === 'modify' ? [] : cancelProblems(entry, remains)
}

/** The order of an entry without copies by hand; null when OpenD does not have it. */
export function orderOf({ tag }: LedgerEntry, { opend }: Pick<Remains, 'opend'>): OrderState | null {
  const isOurs = ({ orderId, remark }: OrderState): boolean =>
    tag !== null && tagOf(remark ?? undefined) === tag && !opend.calls.isByHand(orderId)
  return opend.orders().find(isOurs) ?? null
}

function placeProblems(entry: LedgerEntry, remains: Remains): readonly string[] {
  const { id, orderId, orderIdEx } = entry
  const order = orderOf(entry, remains)
  if (order === null) return [`${id} is accepted, but OpenD has no such order`]
  const isSame = orderIdEx === order.orderIdEx && orderId === order.orderId
  return isSame ? [] : [`${id} names order ${orderIdEx}, which is ${order.orderIdEx} at OpenD`]
}

function cancelProblems(entry: LedgerEntry, remains: Remains): readonly string[] {
  const { id, call } = entry
  const open = remains.opend.orders().filter((order) => order.accId === call.accId && isOpenStatus(order.status))
  const isTarget = ({ orderId, orderIdEx }: OrderState): boolean =>
    call.targetOrderIdEx === null ? orderId === call.targetOrderId : orderIdEx === call.targetOrderIdEx
  const missed = call.forAll ? open.filter((order) => isForgotten(order, entry, remains)) : open.filter(isTarget)
  return missed.map(({ orderIdEx }) => `${id} is an accepted cancel, but order ${orderIdEx} is open`)
}

/** Whether an order older than a cancel of all orders is open, so that OpenD has not carried the cancel out. */
function isForgotten({ remark, orderId }: OrderState, cancel: LedgerEntry, remains: Remains): boolean {
  const { opend, gateway, entries } = remains
  if (opend.calls.isByHand(orderId)) return false
  const isDone = opend.calls.executed.some(
    ({ connId, serial }) => gateway.frames.get(`${connId}/${serial}`) === cancel.id,
  )
  const tag = tagOf(remark ?? undefined)
  const placed = entries.find((entry) => entry.tag !== null && entry.tag === tag)
  const isOlder = placed !== undefined && lastWrittenMs(placed, gateway) < firstWrittenMs(cancel, gateway)
  return !isDone && isOlder
}

/**
 * Whether only an operator can decide an undecided entry: a new order whose remark a person has copied; a change of an
 * order that another call or a person changed too; a cancel of all orders after which only orders that may be newer are
 * open.
 */
export function isForOperator(entry: LedgerEntry, remains: Pick<Remains, 'opend' | 'gateway' | 'entries'>): boolean {
  const { call, tag } = entry
  const { opend, gateway, entries } = remains
  if (call.kind === 'place') {
    return opend
      .orders()
      .some(({ orderId, remark }) => opend.calls.isByHand(orderId) && tagOf(remark ?? undefined) === tag)
  }
  if (call.forAll) {
    const older = entries.filter((other) => other.state === 'accepted' && isSurelyOlder(other, entry, gateway))
    const open = opend.orders().filter((order) => order.accId === call.accId && isOpenStatus(order.status))
    const isOlder = ({ orderId }: OrderState): boolean => older.some((one) => one.orderId === orderId)
    return open.length > 0 && !open.some(isOlder)
  }
  const target = opend
    .orders()
    .find(({ orderId, orderIdEx }) =>
      call.targetOrderIdEx === null ? orderId === call.targetOrderId : orderIdEx === call.targetOrderIdEx,
    )
  if (call.kind !== 'modify' || target === undefined) return false
  const isSame = ({ targetOrderId, targetOrderIdEx }: LedgerEntry['call']): boolean =>
    targetOrderId === target.orderId || targetOrderIdEx === target.orderIdEx
  const isRival = (other: LedgerEntry): boolean =>
    other.id !== entry.id && other.call.kind === 'modify' && isSame(other.call) && !NEVER_DONE.has(other.state)
  return opend.calls.touched.has(target.orderId) || entries.some(isRival)
}

const NEVER_DONE: ReadonlySet<LedgerEntry['state']> = new Set(['absent', 'not_sent', 'rejected', 'refused'])

/** Whether a call was final before another one was created, by elapsed time and by the wall clock. */
function isSurelyOlder(one: LedgerEntry, other: LedgerEntry, gateway: GatewayUnderTest): boolean {
  return lastWrittenMs(one, gateway) < firstWrittenMs(other, gateway) && one.updatedAtMs < other.createdAtMs
}

function firstWrittenMs({ id }: LedgerEntry, { writings }: GatewayUnderTest): number {
  return writings.find(({ entry }) => entry.id === id)?.elapsedMs ?? 0
}

function lastWrittenMs({ id }: LedgerEntry, { writings }: GatewayUnderTest): number {
  return writings.findLast(({ entry }) => entry.id === id)?.elapsedMs ?? 0
}
