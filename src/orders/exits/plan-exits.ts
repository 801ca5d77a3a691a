import { type ExitGroup, type Leg, type TrackedOrder } from './exit-group.ts'
import { MAX_ORDERS_OF_EXIT } from '../../base/memory-budget.ts'
import { hasId } from '../order-identity.ts'
import { withoutNoise } from './exit-price.ts'

/** A step of a group: an order to place for a leg, or an order of a leg to cancel. */
export type ExitAction =
  | { readonly kind: 'place'; readonly leg: Leg; readonly qty: number }
  | { readonly kind: 'cancel'; readonly leg: Leg; readonly order: TrackedOrder }

/**
 * After the first order of a leg, further fills of the parent are collected: an order that is filled in ten parts should
 * not become ten exits, since OpenD accepts 15 orders in 30 s for an account. The time doubles with each open order.
 */
const COLLECT_MS = { first: 1_000, most: 60_000 } as const

/** A cancel is repeated after this time while its order is not shown as ended. */
export const REPEAT_CANCEL_MS = 5_000

/** The quantity of a leg that was filled. */
export function filledOf({ orders, closedQty }: Leg): number {
  return withoutNoise(orders.reduce((sum, { filled }) => sum + filled, closedQty))
}

/** The quantity of a leg that may still be filled: of every order that is not certainly over. */
export function openOf({ orders }: Pick<Leg, 'orders'>): number {
  const open = orders.filter(({ phase }) => phase !== 'over')
  return withoutNoise(open.reduce((sum, { qty, filled }) => sum + Math.max(0, qty - filled), 0))
}

/** What the parent has filled and no exit has closed; below 0 when the exits closed more than the parent filled. */
export function balanceOf({ parent, legs }: ExitGroup): number {
  return withoutNoise(parent.filled - legs.reduce((sum, leg) => sum + filledOf(leg), 0))
}

/** The quantity that the exits of a group should close now. */
export function exposureOf(group: ExitGroup): number {
  if (group.stopped !== null) return 0
  return Math.max(0, Math.min(balanceOf(group), group.positionLeft ?? Infinity))
}

/**
 * The steps that a group needs now. Orders are cancelled while a leg has more open than it should; an order is placed
 * for what a leg lacks, counting every order that may exist. So the orders of a leg together never exceed what the
 * parent has filled, whatever replies and pushes are lost.
 */
export function planExits(group: ExitGroup, nowMs: number): readonly ExitAction[] {
  return group.legs.flatMap((leg) => stepsOf(group, leg, nowMs))
}

function stepsOf(group: ExitGroup, leg: Leg, nowMs: number): readonly ExitAction[] {
  const wanted = wantedOf(group, leg)
  const excess = withoutNoise(openOf(leg) - wanted)
  if (excess > 0) return cancels(leg, wanted, nowMs)
  if (excess === 0 || leg.ended !== null || leg.price === null || nowMs < leg.retryAtMs) return []
  // A cancel in flight may free a quantity or lose it to a fill.
  if (leg.orders.some(({ phase, cancelledAtMs }) => phase !== 'over' && cancelledAtMs !== null)) return []
  if (group.parent.phase !== 'over' && nowMs < group.filledAtMs + collectingMs(leg)) return []
  const newest = leg.orders.findLast(({ phase }) => phase !== 'over')
  if (newest === undefined || openOrders(leg) < MAX_ORDERS_OF_EXIT) return [{ kind: 'place', leg, qty: -excess }]
  // When it is over, one order takes its quantity and what is missing.
  return hasId(newest) ? [{ kind: 'cancel', leg, order: newest }] : []
}

/** The quantity that a leg should have open. */
export function wantedOf(group: ExitGroup, leg: Leg): number {
  const exposure = exposureOf(group)
  const other = group.legs.find((one) => one !== leg)
  // The stop is sent when the take profit is over, since both would need the same shares.
  if (leg.kind === 'take_profit') return other?.isTriggered === true ? 0 : exposure
  if (leg.waitsAt === 'opend') return exposure
  if (!leg.isTriggered) return 0
  return other === undefined || openOf(other) === 0 ? exposure : openOf(leg)
}

/** How long after a fill further fills are collected before an order of the leg is placed, ms. */
export function collectingMs(leg: Leg): number {
  const open = openOrders(leg)
  return open === 0 ? 0 : Math.min(COLLECT_MS.first * 2 ** (open - 1), COLLECT_MS.most)
}

function openOrders({ orders }: Leg): number {
  return orders.filter(({ phase }) => phase !== 'over').length
}

/** Cancels the newest orders of a leg until the others have at most the wanted quantity. */
function cancels(leg: Leg, wanted: number, nowMs: number): readonly ExitAction[] {
  let open = openOf(leg)
  const actions: ExitAction[] = []
  for (const order of leg.orders.filter(({ phase }) => phase !== 'over').toReversed()) {
    if (open <= wanted) break
    open = withoutNoise(open - Math.max(0, order.qty - order.filled))
    const isDue = order.cancelledAtMs === null || nowMs >= order.cancelledAtMs + REPEAT_CANCEL_MS
    // An order whose reply is missing has no id yet; it is cancelled when it appears.
    if (isDue && hasId(order)) actions.push({ kind: 'cancel', leg, order })
  }
  return actions
}

/** Whether the parent is over, nothing is open, and no exit is missing that may still be placed. */
export function isDone(group: ExitGroup): boolean {
  if (group.parent.phase !== 'over' || group.legs.some((leg) => openOf(leg) > 0)) return false
  if (group.legs.some(({ orders }) => orders.some(({ phase }) => phase === 'sending'))) return false
  return exposureOf(group) === 0 || group.legs.every(({ ended }) => ended !== null)
}
