import type { CallBudget } from '../gateway/rate-limit/call-limiter.ts'
import type { Budgets } from '../limits/limit-state.ts'
import { RATE_WINDOW_MS } from '../limits/rate-window.ts'
import type { ExtraHeaders } from './answer.ts'

/** One rate limit and its remainder. */
interface Quota {
  /** The name of the limit, which needs no escapes in a quoted string. */
  readonly policy: 'orders' | 'opend'
  readonly limit: number
  readonly windowMs: number
  readonly remaining: number
  /** Time until `remaining` grows; null or 0 when waiting does not help. */
  readonly resetMs: number | null
}

/** The remainder of the key's limit on orders in 60 s, if it has one, and of OpenD's own limit on the call. */
export function rateLimitHeaders(budgets: Budgets | null, opend: CallBudget | null): ExtraHeaders {
  return quotaHeaders([...ordersQuota(budgets), ...opendQuota(opend)])
}

/** The remainder of OpenD's own limit on a call. Empty for a call that OpenD does not limit. */
export function opendBudgetHeaders(budget: CallBudget | null): ExtraHeaders {
  return quotaHeaders(opendQuota(budget))
}

function ordersQuota(budgets: Budgets | null): readonly Quota[] {
  if (budgets === null || budgets.rate === null) return []
  const { cap, used, resetMs } = budgets.rate
  return [{ policy: 'orders', limit: cap, windowMs: RATE_WINDOW_MS, remaining: Math.max(0, cap - used), resetMs }]
}

function opendQuota(budget: CallBudget | null): readonly Quota[] {
  return budget === null ? [] : [{ policy: 'opend', ...budget }]
}

/**
 * The headers of draft-ietf-httpapi-ratelimit-headers-10, as structured fields of RFC 9651: the quota and its window in
 * seconds, then the remainder and the seconds until it grows. Rounded up, so that a client that waits exactly that long
 * succeeds.
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
