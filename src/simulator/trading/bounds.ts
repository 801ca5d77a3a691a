/**
 * How much the accounts remember. The state is written to storage as JSON, about 800 bytes an order, 350 a fill and
 * 170 a cash movement, so an account that meets all its bounds takes about 1.5 MB.
 */

/** Open orders of one account: far above what 15 orders in 30 seconds build up by hand, and what a tick must look at. */
export const MAX_OPEN_ORDERS_PER_ACCOUNT = 500

/** Orders kept for the order list and the history; the oldest finished ones go first. */
export const MAX_ORDERS_PER_ACCOUNT = 1000

/** Fills kept for the deal lists; the oldest go first. */
export const MAX_FILLS_PER_ACCOUNT = 1000

/** Cash movements kept for the flow summary: two for a fill. */
export const MAX_FLOWS_PER_ACCOUNT = 2000

/** Pushes waiting to be collected. The owner collects after every call, so this is met only when nobody does. */
export const MAX_EVENTS = 10_000

/** OpenD reaches back 90 days for orders and fills, and good-till orders live no longer. */
export const MAX_HISTORY_DAYS = 90

/** A sleeping simulator looks at no more than this stretch of market when it wakes up; what lies before is skipped. */
export const MAX_CATCH_UP_MS = 7 * 86_400_000

/** Drops the oldest entries beyond `limit`. */
export function keepLast(list: unknown[], limit: number): void {
  if (list.length > limit) list.splice(0, list.length - limit)
}
