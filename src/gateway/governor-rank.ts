/**
 * Which calls go first where OpenD's limits make calls wait. A cancel takes risk away and an order is money, so both
 * go before everything else; our own calls (order search, valuation, account list) finish what those began.
 */
export const CALL_RANKS = ['switch', 'cancel', 'order', 'system', 'cancel_unknown', 'read'] as const

/** One of the ranks, the first is served first. */
export type CallRank = (typeof CALL_RANKS)[number]

/**
 * How long a call may wait for OpenD's limit, in ms. The call itself has 12 s after that, and people and clients give
 * up at 30 s.
 *
 * - Orders and cancels, 5 s: long enough for a burst on one account to be spaced out, short enough that the price in
 *   the order still means what it meant. A later answer would come after many clients have given up.
 * - Our own calls, 5 s: behind each of them is an order whose caller waits 8 s for it to be found.
 * - Reads, 2 s: somebody looks at a screen. Past that an honest 429 that says when is worth more than a slow answer.
 */
export const MAX_WAIT_MS: Readonly<Record<CallRank, number>> = {
  switch: 5_000,
  cancel: 5_000,
  order: 5_000,
  system: 5_000,
  cancel_unknown: 2_000,
  read: 2_000,
}

/** Whether a call of the first rank is served before one of the second. */
export function goesBefore(rank: CallRank, other: CallRank): boolean {
  return CALL_RANKS.indexOf(rank) < CALL_RANKS.indexOf(other)
}
