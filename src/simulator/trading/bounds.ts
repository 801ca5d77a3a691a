/**
 * Bounds of the accounts' state. It is stored as JSON, with about 800 bytes per order (1,300 for a leg of a combination),
 * 350 per fill and 170 per cash movement, so an account at all its bounds takes about 1.5 MB, or 2 MB of combinations.
 */

/**
 * Most open orders of one account, which each print has to check. Far more than manual trading at 15 orders in 30 s.
 */
export const MAX_OPEN_ORDERS_PER_ACCOUNT = 500

/** Most orders in the order list and the history; the oldest finished ones are removed first. */
export const MAX_ORDERS_PER_ACCOUNT = 1000

/** Most fills in the deal lists; the oldest are removed first. */
export const MAX_FILLS_PER_ACCOUNT = 1000

/** Most cash movements in the flow summary; a fill has two. */
export const MAX_FLOWS_PER_ACCOUNT = 2000

/** Most pushes that wait to be collected. The owner collects after every call, so this limits unused accounts only. */
export const MAX_EVENTS = 10_000

/** OpenD lists orders and fills of the last 90 days. This is also the longest life of a good-till order. */
export const MAX_HISTORY_DAYS = 90

/** After a pause the simulator matches at most this much market time; earlier prints are skipped. */
export const MAX_CATCH_UP_MS = 7 * 86_400_000

/** Drops the oldest entries beyond `limit`. */
export function keepLast(list: unknown[], limit: number): void {
  if (list.length > limit) list.splice(0, list.length - limit)
}
