import type { Budgets } from '../limits/limit-state.ts'
import { RATE_WINDOW_MS } from '../limits/rate-window.ts'
import type { ExtraHeaders } from './answer.ts'

/** The name of the one policy that these headers tell of. */
const POLICY = '"orders"'

/**
 * What is left of the key's orders in any 60 s, as draft-ietf-httpapi-ratelimit-headers-10 writes it: the quota and
 * its window in seconds, then what remains and, where nothing does, after how many seconds one more order fits.
 * Nothing for a key without such a limit.
 */
export function rateLimitHeaders(budgets: Budgets | null): ExtraHeaders {
  if (budgets === null || budgets.rate === null) return {}
  const { cap, used, resetMs } = budgets.rate
  const reset = resetMs === null || resetMs === 0 ? '' : `;t=${Math.ceil(resetMs / 1000)}`
  return {
    'RateLimit-Policy': `${POLICY};q=${cap};w=${RATE_WINDOW_MS / 1000}`,
    RateLimit: `${POLICY};r=${Math.max(0, cap - used)}${reset}`,
  }
}
