import type { Alert } from '../../hooks/alert.ts'
import type { Delivery } from '../../hooks/delivery.ts'
import type { AlertPreview, HookView } from '../../hooks/hook-view.ts'
import type { Plan } from '../../hooks/plan.ts'
import { fieldsOf, jsonText } from '../../keys/key-text.ts'

/** A hook as JSON. */
export function hookJson(view: HookView) {
  const { id, settings, caller, isPaused, paused, createdMs, lastAlertMs, previousSecretUntilMs } = view
  return {
    id,
    settings: settingsJson(settings),
    caller,
    is_paused: isPaused,
    paused_reason: paused,
    has_ended: view.isEnded,
    is_overdue: view.isOverdue,
    created_at: timeOf(createdMs),
    last_alert_at: timeOf(lastAlertMs),
    previous_secret_valid_until: timeOf(previousSecretUntilMs),
  }
}

/** The settings with the account id as text: it is longer than the precision of a double. */
function settingsJson(text: string) {
  const { acc_id: accId = null, ...settings } = fieldsOf(text)
  return { acc_id: typeof accId === 'string' ? accId : jsonText(accId), ...settings }
}

/** A delivery as JSON. */
export function deliveryJson(delivery: Delivery) {
  const { id, seq, state, reason, receivedMs, body, duplicateOf, symbol, intent, checks, orders, positionGap } =
    delivery
  return {
    id,
    seq,
    state,
    reason,
    received_at: timeOf(receivedMs),
    alert_at: timeOf(delivery.atMs),
    body,
    duplicate_of: duplicateOf,
    symbol,
    intent: intent === null ? null : intentJson(JSON.parse(intent) as Alert),
    checks,
    orders: orders.map(({ text, intentId, state: outcome }) => ({ text, intent_id: intentId, state: outcome })),
    position_gap: positionGap,
  }
}

/** What a body leads to, as JSON. */
export function previewJson({ intent, symbol, checks, plan, reason }: AlertPreview) {
  return {
    would_send: reason === null,
    reason,
    symbol,
    intent: intent === null ? null : intentJson(intent),
    checks,
    plan: plan === null ? null : planJson(plan),
  }
}

function intentJson(alert: Alert) {
  const { ticker, exchange, action, size, target, orderType, limitPrice, stopPrice, timeInForce, exits } = alert
  return {
    ticker,
    exchange,
    action,
    size,
    target_position: target,
    order_type: orderType,
    limit_price: limitPrice,
    stop_price: stopPrice,
    time_in_force: timeInForce,
    extended_hours: alert.isExtendedHours,
    take_profit: exits.takeProfit,
    stop_loss: exits.stopLoss,
    alert_id: alert.alertId,
    chart_price: alert.price,
    expected_position: alert.expectedPosition,
  }
}

function planJson(plan: Plan) {
  if (plan.kind === 'cancel') return { kind: plan.kind, order_ids: plan.orderIds }
  if (plan.kind !== 'order') return plan
  const { side, quantity, orderType, limitPrice, stopPrice, timeInForce, isExtendedHours, notes } = plan.order
  return {
    kind: plan.kind,
    side,
    quantity,
    order_type: orderType,
    limit_price: limitPrice,
    stop_price: stopPrice,
    time_in_force: timeInForce,
    extended_hours: isExtendedHours,
    notes,
    /** A change of sides: this order closes the position, and a second one opens the other side. */
    is_first_half: plan.plansAgain,
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
