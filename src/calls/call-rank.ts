/**
 * The order in which calls that wait for OpenD's limits are sent.
 *
 * - `switch`: the order lists and cancels of a kill switch or a halt.
 * - `cancel`: the cancel of an order that is possibly open according to the ledger.
 * - `order`: new orders and changes of orders.
 * - `system`: the calls that complete those (order reconciliation, valuation, account list).
 * - `cancel_unknown`: the cancel of an order id that is not in the ledger. The order may have been placed elsewhere, or
 *   the id may be invented; invented ids must not use up the calls for cancels of known orders.
 * - `read`: everything else. Dry runs of orders are reads.
 */
export const CALL_RANKS = ['switch', 'cancel', 'order', 'system', 'cancel_unknown', 'read'] as const

/** One of the ranks; the first is served first. */
export type CallRank = (typeof CALL_RANKS)[number]

/**
 * How long a call may wait for OpenD's limit, in ms. The call itself may take 12 s after that, and many clients time
 * out at 30 s.
 *
 * - Switches, orders and cancels, 5 s: long enough to space out a burst on one account, short enough that the price in
 *   the order is still current. A later answer would come after many clients have timed out.
 * - The gateway's own calls, 5 s: each belongs to an order whose caller waits 8 s for the reconciliation.
 * - Cancels of unknown orders and reads, 2 s: after that, a 429 with the retry time is more useful than a slow answer.
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
