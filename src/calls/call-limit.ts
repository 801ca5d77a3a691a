import type { ProtocolName } from '../../proto/messages.ts'
import type { CallRank } from './call-rank.ts'

/** How often OpenD takes a call within 30 s, and how it counts. */
export interface CallLimit {
  readonly calls: number
  /** Whether each trading account is counted by itself, or all calls of the login together. */
  readonly scope: 'account' | 'login'
  /** Least time between two calls of the counter, as OpenD wants it; 0 for none. */
  readonly leastGapMs: number
  /** Which of the calls count: all, those with `refreshCache`, or the first pages of paged answers. */
  readonly counts: 'all' | 'refreshes' | 'first_pages'
  /** Parts of the calls that are reserved for some ranks, each part beside the others. */
  readonly reserves: readonly Reserve[]
  /** The call whose counter is used; a counter of its own where it is not stated. */
  readonly sharesCounterOf?: ProtocolName
}

/** Calls that only a rank, and those before it, may take. */
export interface Reserve {
  readonly calls: number
  readonly rank: CallRank
}

/** A limit of the login: all connections and all accounts together. Quote calls have these. */
export const PER_LOGIN = { scope: 'login', leastGapMs: 0, counts: 'all', reserves: [] } as const

/** A limit of each trading account. Trade calls have these. */
export const PER_ACCOUNT = { ...PER_LOGIN, scope: 'account' } as const

/** As `PER_ACCOUNT`; OpenD answers from its own cache without counting, unless the call asks for a refresh. */
export const PER_REFRESH = { ...PER_ACCOUNT, counts: 'refreshes' } as const

/** A limit of the login that counts a paged answer once. */
export const PER_FIRST_PAGE = { ...PER_LOGIN, counts: 'first_pages' } as const

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
export const FOR_CHANGES = [
  { calls: 4, rank: 'switch' },
  { calls: 4, rank: 'cancel' },
  { calls: 8, rank: 'system' },
] as const satisfies readonly Reserve[]

/**
 * - A kill switch reads one refreshed list for each account and attempt; 2 are for it alone, so that a second attempt
 *   does not have to wait for the window.
 * - An order whose reply was lost is looked for at 0.25, 1.25, 3.25 and 7.25 s while its caller waits (8 s). Reads that
 *   ask for the broker's own numbers must not take these four calls away.
 */
export const FOR_ORDER_LISTS = [
  { calls: 2, rank: 'switch' },
  { calls: 4, rank: 'system' },
] as const satisfies readonly Reserve[]

/** Reconciliation reads the history last: that poll is what lets an order be called absent. */
export const FOR_LAST_POLL = [{ calls: 2, rank: 'system' }] as const satisfies readonly Reserve[]

/** An order is valued before it is checked; a tenth of these calls is reserved so that dashboards cannot stop orders. */
export const FOR_SNAPSHOT_VALUES = [{ calls: 6, rank: 'system' }] as const satisfies readonly Reserve[]

/** As `FOR_SNAPSHOT_VALUES`, for the contract terms of futures. */
export const FOR_CONTRACT_VALUES = [{ calls: 3, rank: 'system' }] as const satisfies readonly Reserve[]
