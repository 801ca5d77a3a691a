import type { Budget } from '../gateway/rate-limit/limiter.ts'
import type { Budgets } from '../limits/limit-state.ts'
import { RATE_WINDOW_MS } from '../limits/rate-window.ts'
import type { ExtraHeaders } from './answer.ts'

/** One rate limit, and what is left of it. */
interface Quota {
  /** Which limit it is: a token without quotes, so that it can stand in a quoted string as it is. */
  readonly policy: 'orders' | 'opend'
  readonly limit: number
  readonly windowMs: number
  readonly remaining: number
  /** Until more remains; null or 0 when waiting changes nothing. */
  readonly resetMs: number | null
}

/** What is left of the key's orders in any 60 s, where it has such a limit, and of OpenD's own limit on such calls. */
export function rateLimitHeaders(budgets: Budgets | null, opend: Budget | null): ExtraHeaders {
  return quotaHeaders([...ordersQuota(budgets), ...opendQuota(opend)])
}

/** What is left of OpenD's own limit on a kind of call. Nothing for a call that it does not limit. */
export function opendBudgetHeaders(budget: Budget | null): ExtraHeaders {
  return quotaHeaders(opendQuota(budget))
}

function ordersQuota(budgets: Budgets | null): readonly Quota[] {
  if (budgets === null || budgets.rate === null) return []
  const { cap, used, resetMs } = budgets.rate
  return [{ policy: 'orders', limit: cap, windowMs: RATE_WINDOW_MS, remaining: Math.max(0, cap - used), resetMs }]
}

function opendQuota(budget: Budget | null): readonly Quota[] {
  return budget === null ? [] : [{ policy: 'opend', ...budget }]
}

/**
 * As draft-ietf-httpapi-ratelimit-headers-10 writes it, in the structured fields of RFC 9651: the quota and its window
 * in seconds, then what remains and after how many seconds it is more. Rounded up, so that who waits is not refused once
 * more.
 */
function quotaHeaders(quotas: readonly Quota[]): ExtraHeaders {
  if (quotas.length === 0) return {}
  const policies = quotas.map(({ policy, limit, windowMs }) => `"${policy}";q=${limit};w=${Math.ceil(windowMs / 1000)}`)
  const limits = quotas.map(({ policy, remaining, resetMs }) => {
    const reset = resetMs === null || resetMs <= 0 ? '' : `;t=${Math.ceil(resetMs / 1000)}`
    return `"${policy}";r=${remaining}${reset}`
  })
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: limits.join(', ') }
}
