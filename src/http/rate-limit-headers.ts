import type { Budget } from '../gateway/governor-counter.ts'
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

/** What is left of the key's orders in any 60 s. Nothing for a key without such a limit. */
export function rateLimitHeaders(budgets: Budgets | null): ExtraHeaders {
  if (budgets === null || budgets.rate === null) return {}
  const { cap, used, resetMs } = budgets.rate
  const remaining = Math.max(0, cap - used)
  return quotaHeaders({ policy: 'orders', limit: cap, windowMs: RATE_WINDOW_MS, remaining, resetMs })
}

/** What is left of OpenD's own limit on a kind of call. Nothing for a call that it does not limit. */
export function opendBudgetHeaders(budget: Budget | null): ExtraHeaders {
  return budget === null ? {} : quotaHeaders({ policy: 'opend', ...budget })
}

/**
 * As draft-ietf-httpapi-ratelimit-headers-10 writes it, in the structured fields of RFC 9651: the quota and its window
 * in seconds, then what remains and after how many seconds it is more. Rounded up, so that who waits is not refused once
 * more.
 */
function quotaHeaders({ policy, limit, windowMs, remaining, resetMs }: Quota): ExtraHeaders {
  const reset = resetMs === null || resetMs <= 0 ? '' : `;t=${Math.ceil(resetMs / 1000)}`
  return {
    'RateLimit-Policy': `"${policy}";q=${limit};w=${Math.ceil(windowMs / 1000)}`,
    RateLimit: `"${policy}";r=${remaining}${reset}`,
  }
}
