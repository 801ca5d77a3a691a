/**
 * Which calls go first where OpenD's limits make calls wait.
 *
 * - `switch`: the order lists and cancels of a kill switch or a halt.
 * - `cancel`: the cancel of an order that the ledger has as possibly open.
 * - `order`: new orders and changes of orders.
 * - `system`: what finishes those (order reconciliation, valuation, account list).
 * - `cancel_unknown`: the cancel of an order id that the ledger does not have. It may be an order placed elsewhere, or
 *   an invented id; invented ids must not use up what the cancels of known orders need.
 * - `read`: everything else. Dry runs of orders are reads.
 */
export const CALL_RANKS = ['switch', 'cancel', 'order', 'system', 'cancel_unknown', 'read'] as const

/** One of the ranks, the first is served first. */
export type CallRank = (typeof CALL_RANKS)[number]

/**
 * How long a call may wait for OpenD's limit, in ms. The call itself has 12 s after that, and people and clients give
 * up at 30 s.
 *
 * - Switches, orders and cancels, 5 s: long enough for a burst on one account to be spaced out, short enough that the
 *   price in the order still means what it meant. A later answer would come after many clients have given up.
 * - Our own calls, 5 s: behind each of them is an order whose caller waits 8 s for it to be found.
 * - Cancels of unknown orders and reads, 2 s: past that an honest 429 that says when is worth more than a slow answer.
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
