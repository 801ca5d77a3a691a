import type { Failure } from '../../base/failure.ts'
import type { GateReport } from '../../limits/gate.ts'
import type { Budgets } from '../../limits/limit-state.ts'
import { moneyText } from '../../base/money.ts'
import type { DryRun, KeyUse } from '../../orders/request.ts'
import { exitPreviewView } from './exit-view.ts'
import { decodeToJson, type JsonField } from '../../wire/decode.ts'
import { intentUrl } from '../../problem/order-problem.ts'
import { describe } from '../../problem/problem.ts'

/**
 * The result of a dry run as JSON. `body` is the message that would be sent, without the packet id: it belongs to the
 * connection, and would become an idempotency key if the caller sends the body as an order.
 */
export function dryRunView(protocol: string, report: DryRun, budgets: Budgets | null): object {
  return {
    would_pass: report.wouldPass,
    failure: report.failure === null ? null : failureView(report.failure),
    gates: report.gates.map(gateView),
    value: report.value,
    fee: report.fee,
    idempotency: report.idempotency === null ? null : keyUseView(report.idempotency),
    budgets: budgets === null ? null : budgetsView(budgets),
    ...(report.exits !== undefined && { exits: report.exits.map(exitPreviewView) }),
    not_checked: NOT_CHECKED,
    body: messageView(protocol, report.body),
  }
}

/** Conditions that only OpenD and the exchange check. A dry run does not cover them. */
const NOT_CHECKED = [
  'buying power, positions to sell and margin',
  'the price step and the lot size of the security',
  'whether the market is open, and takes this order type and session now',
  'whether trade is unlocked, for real accounts',
  'whether an order that is to be changed can still be changed',
]

function keyUseView({ state, intentId }: KeyUse): object {
  return { state, intent_id: intentId, intent_url: intentUrl(intentId) }
}

function failureView(failure: Failure): object {
  const { error, facts } = describe(failure)
  return { error, code: failure.code, ...facts }
}

function gateView(report: GateReport): object {
  const { gate, refusal } = report
  const verdict =
    refusal === null ? { pass: true } : { pass: false, text: refusal.text, retry_after_ms: refusal.retryAfterMs }
  return { gate, ...verdict, ...numbersOf(report) }
}

function numbersOf(report: GateReport): object {
  switch (report.gate) {
    case 'hours':
      return { window: report.window, time_zone: report.timeZone, local_time: report.localTime }
    case 'order_value':
      return { currency: report.currency, value: report.value, cap: report.cap }
    case 'rate':
      return { recent: report.recent, cap: report.cap }
    case 'daily_value': {
      const { day, currency, used, added, cap } = report
      return { day, currency, used, added, cap }
    }
    case 'account':
    case 'market':
    case 'symbol':
    case 'side':
      return { requested: report.requested, allowed_count: report.allowedCount }
  }
}

function budgetsView({ rate, day, dayEndsInMs, usedToday }: Budgets): object {
  return {
    rate:
      rate === null
        ? null
        : {
            cap: rate.cap,
            used: rate.used,
            remaining: Math.max(0, rate.cap - rate.used),
            reset_ms: rate.resetMs,
          },
    day,
    day_ends_in_ms: dayEndsInMs,
    used_today: Object.fromEntries([...usedToday].map(([currency, used]) => [currency, moneyText(used)])),
  }
}

function messageView(protocol: string, body: Uint8Array): JsonField {
  const decoded = decodeToJson(`${protocol}.Request`, body)
  if (!decoded.ok) throw new Error(`the message of a dry run does not decode: ${decoded.detail}`)
  const { c2s } = decoded.value
  if (typeof c2s !== 'object' || c2s === null) throw new Error('the message of a dry run is empty')
  return Object.fromEntries(Object.entries(c2s).filter(([name]) => name !== 'packet_id'))
}
