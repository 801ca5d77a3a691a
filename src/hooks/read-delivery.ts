import type { Failure } from '../base/failure.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import type { Alert } from './alert.ts'
import type { AlertBody } from './alert-body.ts'
import type { DeliveryCheck } from './delivery.ts'
import type { HookSettings } from './hook.ts'
import { readAlert } from './read-alert.ts'
import { securityOfTicker } from './ticker.ts'

/** The intent of an alert's body, with the checks that it passed. */
export interface ReadIntent {
  readonly alert: Alert
  readonly symbol: string
  readonly checks: readonly DeliveryCheck[]
}

/** Reads the intent of a body in the form of the hook, and its security. Failures: `request.*`, with the place. */
export function readIntent(body: AlertBody, settings: HookSettings): Result<ReadIntent> {
  const alert = readAlert(body, settings)
  if (!alert.ok) return alert
  const security = securityOfTicker(alert.value.ticker, alert.value.exchange, settings.tickers)
  if (!security.ok) return security
  const { symbol, isDelayed } = security.value
  if (isDelayed && !settings.allowsDelayed) return fail(DELAYED)
  const { ticker, action } = alert.value
  const checks = [
    { check: 'body', passed: true, detail: `${settings.preset}: ${action}` },
    { check: 'symbol', passed: true, detail: `${ticker} is ${symbol}` },
  ]
  return succeed({ alert: alert.value, symbol, checks })
}

const DELAYED: Failure = {
  code: 'request.invalid_value',
  path: 'exchange',
  expected: 'an exchange whose chart has real-time prices; allows_delayed of the hook accepts delayed ones',
}
