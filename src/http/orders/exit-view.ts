import { intentUrl } from '../../problem/order-problem.ts'
import type { ExitGroup, Leg, TrackedOrder } from '../../orders/exits/exit-group.ts'
import { legOfKey } from '../../orders/exits/exit-group.ts'
import type { ExitPreview } from '../../orders/exits/exit-preview.ts'
import { balanceOf, exposureOf, filledOf, openOf } from '../../orders/exits/plan-exits.ts'

/** The exits of an order as JSON: what they should close, and each leg with its orders. */
export function exitsView(group: ExitGroup): object {
  const { parent, stopped, legs, isDone } = group
  const balance = balanceOf(group)
  return {
    parent_filled_qty: parent.filled,
    parent_is_over: parent.phase === 'over',
    // What the exits still have to close.
    open_qty: exposureOf(group),
    // Both exits were filled before the cancel of one of them arrived.
    overfilled_qty: balance < 0 ? -balance : 0,
    position_left_qty: group.positionLeft,
    stopped,
    is_done: isDone,
    legs: legs.map((leg) => legView(group, leg)),
  }
}

function legView(group: ExitGroup, leg: Leg): object {
  const { kind, wanted, price, waitsAt, detail, ended } = leg
  const { kind: unit, ...amount } = wanted
  return {
    type: kind,
    parent: group.id,
    state: stateOf(group, leg),
    detail: ended ?? detail,
    wanted: { unit, ...amount },
    price,
    waits_at: kind === 'take_profit' ? 'opend' : waitsAt,
    triggered: leg.isTriggered,
    filled_qty: filledOf(leg),
    open_qty: openOf(leg),
    orders: leg.orders.map(orderView),
  }
}

/**
 * The state of a leg:
 *
 *     waiting_for_fill    the parent has no fill that the leg could close
 *     waiting_for_price   a stop that waits in the gateway
 *     placing             an order is on its way, or its outcome is not known
 *     open                its orders are at OpenD
 *     retrying            an order is missing; `detail` has the reason, and the gateway tries again
 *     ended               no further order is placed; `detail` has the reason
 *     done                nothing is left to close
 */
function stateOf(group: ExitGroup, leg: Leg): string {
  if (openOf(leg) > 0) return leg.orders.some(({ phase }) => phase === 'sending') ? 'placing' : 'open'
  if (group.stopped !== null || group.isDone || (group.parent.filled > 0 && exposureOf(group) === 0)) return 'done'
  if (leg.ended !== null) return 'ended'
  if (group.parent.filled === 0) return group.parent.phase === 'over' ? 'done' : 'waiting_for_fill'
  if (leg.waitsAt === 'edge' && leg.price !== null && !leg.isTriggered) return 'waiting_for_price'
  return leg.detail === null ? 'placing' : 'retrying'
}

function orderView({ intentId, qty, filled, phase, status, orderId, orderIdEx, cancelledAtMs }: TrackedOrder): object {
  return {
    intent_id: intentId,
    intent_url: intentId === null ? null : intentUrl(intentId),
    qty,
    filled_qty: filled,
    phase,
    order_status: status,
    order_id: orderId,
    order_id_ex: orderIdEx,
    is_cancelling: phase !== 'over' && cancelledAtMs !== null,
  }
}

/** The exit that an order of the ledger is, as JSON; null for an order of a caller. */
export function exitOfView(idempotencyKey: string | null): object | null {
  const leg = legOfKey(idempotencyKey)
  return leg === null ? null : { parent: leg.parentId, type: leg.kind }
}

/** The exits of a dry run as JSON. */
export function exitPreviewView({ kind, waitsAt, orderType, price }: ExitPreview): object {
  return { type: kind, waits_at: waitsAt, order_type: orderType, price }
}
