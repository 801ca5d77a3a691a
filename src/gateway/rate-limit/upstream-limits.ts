import { type CallRank, goesBefore } from './call-rank.ts'

/** The span of every limit that OpenD publishes: request 1 and request n + 1 must be more than this apart. */
export const LIMIT_WINDOW_MS = 30_000

/** Calls of a kind that OpenD takes within the window, and how they are counted. */
export interface UpstreamLimit {
  /** Calls with the same counter are counted together; the protocol id that it is named after. */
  readonly counter: number
  readonly calls: number
  /** Whether each trading account is counted by itself, or all calls of the login together. */
  readonly scope: 'account' | 'login'
  /** Least time between two calls of the counter, as OpenD wants it; 0 for none. */
  readonly leastGapMs: number
  /** Which of the calls count: all, those with `refreshCache`, or the first pages of paged answers. */
  readonly counts: 'all' | 'refreshes' | 'first_pages'
  /** Parts of the calls that are kept for some ranks, each part beside the others. */
  readonly reserves: readonly Reserve[]
}

/** Calls that only a rank, and those before it, may take. */
export interface Reserve {
  readonly calls: number
  readonly rank: CallRank
}

/**
 * Changes and cancels share one limit of 20 calls, so changes could leave their owner unable to get out, and one key's
 * cancels could leave another key's kill switch without calls.
 *
 * - 4 are for kill switches alone: one `forAll` cancel, or four orders, at any time and whatever all others do.
 * - 4 more are for cancels of known orders: after any number of changes one `forAll` cancel and a few single ones are
 *   free at once.
 * - 8 more are for changes. That leaves 12 for these, fewer than the 15 new orders that OpenD takes, and 4 for cancels
 *   of order ids that are not known, which may be invented.
 */
const FOR_CHANGES: readonly Reserve[] = [
  { calls: 4, rank: 'switch' },
  { calls: 4, rank: 'cancel' },
  { calls: 8, rank: 'system' },
]

/**
 * - A kill switch reads one refreshed list for each account and attempt; 2 are for it alone, so that a second attempt
 *   does not have to wait for the window.
 * - An order whose reply was lost is looked for at 0.25, 1.25, 3.25 and 7.25 s while its caller waits (8 s). Reads that
 *   ask for the broker's own numbers must not take these four calls away.
 */
const FOR_ORDER_LISTS: readonly Reserve[] = [
  { calls: 2, rank: 'switch' },
  { calls: 4, rank: 'system' },
]

/** The last poll of the same search, of the history, is what lets an order be called absent. */
const FOR_LAST_LOOK: readonly Reserve[] = [{ calls: 2, rank: 'system' }]

/** An order is valued before it is checked; a tenth of these calls is kept so that dashboards cannot stop orders. */
const FOR_SNAPSHOT_VALUES: readonly Reserve[] = [{ calls: 6, rank: 'system' }]
const FOR_CONTRACT_VALUES: readonly Reserve[] = [{ calls: 3, rank: 'system' }]

const PER_LOGIN = { scope: 'login', leastGapMs: 0, counts: 'all', reserves: [] } as const
const PER_ACCOUNT = { ...PER_LOGIN, scope: 'account' } as const
const PER_REFRESH = { ...PER_ACCOUNT, counts: 'refreshes' } as const

/** Everything of a limit but the counter, which is the protocol id unless it says otherwise. */
type LimitFacts = Omit<UpstreamLimit, 'counter'> & { readonly counter?: number }

/**
 * OpenD's documentation, call by call; where newer pages disagree, the number that OpenD was last seen enforcing. Trade
 * limits are per account, the others belong to the login and so to all connections together.
 */
const SINGLE_LIMITS: readonly (readonly [protoId: number, limit: LimitFacts])[] = [
  [2005, { ...PER_LOGIN, calls: 10 }],
  [2101, { ...PER_REFRESH, calls: 10 }],
  [2102, { ...PER_REFRESH, calls: 10 }],
  [2111, { ...PER_ACCOUNT, calls: 10 }],
  [2112, { ...PER_ACCOUNT, calls: 10 }],
  [2201, { ...PER_REFRESH, calls: 10, reserves: FOR_ORDER_LISTS }],
  [2202, { ...PER_ACCOUNT, calls: 15, leastGapMs: 20 }],
  [2205, { ...PER_ACCOUNT, calls: 20, leastGapMs: 40, reserves: FOR_CHANGES }],
  [2211, { ...PER_REFRESH, calls: 10 }],
  [2221, { ...PER_ACCOUNT, calls: 10, reserves: FOR_LAST_LOOK }],
  [2222, { ...PER_ACCOUNT, calls: 10 }],
  [2223, { ...PER_ACCOUNT, calls: 10 }],
  [2225, { ...PER_ACCOUNT, calls: 10 }],
  [2226, { ...PER_ACCOUNT, calls: 20 }],
  [2227, { ...PER_ACCOUNT, calls: 15, leastGapMs: 20, counter: 2202 }],
  [3103, { ...PER_LOGIN, calls: 60, counts: 'first_pages' }],
  [3105, { ...PER_LOGIN, calls: 60 }],
  [3202, { ...PER_LOGIN, calls: 10 }],
  [3203, { ...PER_LOGIN, calls: 60, reserves: FOR_SNAPSHOT_VALUES }],
  [3204, { ...PER_LOGIN, calls: 10 }],
  [3205, { ...PER_LOGIN, calls: 10 }],
  [3206, { ...PER_LOGIN, calls: 10 }],
  [3207, { ...PER_LOGIN, calls: 10 }],
  [3208, { ...PER_LOGIN, calls: 10 }],
  [3209, { ...PER_LOGIN, calls: 10 }],
  [3210, { ...PER_LOGIN, calls: 60 }],
  [3211, { ...PER_LOGIN, calls: 30 }],
  [3212, { ...PER_LOGIN, calls: 30 }],
  [3213, { ...PER_LOGIN, calls: 10 }],
  [3214, { ...PER_LOGIN, calls: 10 }],
  [3215, { ...PER_LOGIN, calls: 10 }],
  [3217, { ...PER_LOGIN, calls: 10 }],
  [3218, { ...PER_LOGIN, calls: 30, reserves: FOR_CONTRACT_VALUES }],
  [3219, { ...PER_LOGIN, calls: 30 }],
  [3220, { ...PER_LOGIN, calls: 60 }],
  [3221, { ...PER_LOGIN, calls: 10 }],
  [3222, { ...PER_LOGIN, calls: 10 }],
  [3223, { ...PER_LOGIN, calls: 10 }],
  [3224, { ...PER_LOGIN, calls: 60 }],
  [3262, { ...PER_LOGIN, calls: 10 }],
  [3263, { ...PER_LOGIN, calls: 10 }],
]

/** Families of calls with one number for all; each call has a counter of its own. */
const RANGE_LIMITS: readonly (readonly [firstId: number, lastId: number, calls: number])[] = [
  [3225, 3251, 30],
  [3255, 3258, 30],
  [3401, 3433, 60],
]

/** Every limited call by protocol id. A call that is not here may be made as often as one likes. */
export const UPSTREAM_LIMITS: ReadonlyMap<number, UpstreamLimit> = new Map([
  ...SINGLE_LIMITS.map(([id, limit]): [number, UpstreamLimit] => [id, { counter: id, ...limit }]),
  ...RANGE_LIMITS.flatMap(([first, last, calls]) =>
    Array.from({ length: last - first + 1 }, (_, i): [number, UpstreamLimit] => [
      first + i,
      { counter: first + i, ...PER_LOGIN, calls },
    ]),
  ),
])

/** How many calls of a limit that rank may take: all but what is kept for ranks before it. */
export function callsFor(rank: CallRank, { calls, reserves }: UpstreamLimit): number {
  const kept = reserves.filter((reserve) => goesBefore(reserve.rank, rank))
  return kept.reduce((left, reserve) => left - reserve.calls, calls)
}
