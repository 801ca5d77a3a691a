import type { ProtocolName } from '../../proto/messages.ts'
import type { CallRank } from './call-rank.ts'

/** How many calls OpenD accepts within 30 s, and how it counts them. */
export interface CallLimit {
  readonly calls: number
  /** Whether OpenD counts each trading account separately, or all calls of the login together. */
  readonly scope: 'account' | 'login'
  /** Least time between two calls that OpenD requires, ms; 0 when it requires none. */
  readonly leastGapMs: number
  /** Which calls count: all, those with `refreshCache`, or the first page of a paged reply. */
  readonly counts: 'all' | 'refreshes' | 'first_pages'
  /** Calls that are reserved for some ranks. The reserves add up. */
  readonly reserves: readonly Reserve[]
  /** The call whose counter this one shares; a separate counter when absent. */
  readonly sharesCounterOf?: ProtocolName
}

/** Calls that only this rank and earlier ranks may use. */
export interface Reserve {
  readonly calls: number
  readonly rank: CallRank
}

/** A limit of the login, for all connections and accounts together. Quote calls have these limits. */
export const PER_LOGIN = { scope: 'login', leastGapMs: 0, counts: 'all', reserves: [] } as const

/** A limit of each trading account. Trade calls have these limits. */
export const PER_ACCOUNT = { ...PER_LOGIN, scope: 'account' } as const

/** As `PER_ACCOUNT`, but OpenD counts only calls with `refreshCache`: it answers the others from its cache. */
export const PER_REFRESH = { ...PER_ACCOUNT, counts: 'refreshes' } as const

/** A limit of the login that counts a paged reply once. */
export const PER_FIRST_PAGE = { ...PER_LOGIN, counts: 'first_pages' } as const

/**
 * Changes and cancels share one limit of 20 calls. Without reserves, changes could block the cancels of their caller,
 * and one key's cancels could block another key's kill switch.
 *
 * - 4 calls are for kill switches only: one `forAll` cancel, or four orders, at any time.
 * - 4 more are for cancels of known orders: after any number of changes, one `forAll` cancel and a few single cancels
 *   are free at once.
 * - 8 more are for changes. That leaves 12 calls for changes, fewer than the 15 new orders that OpenD accepts, and 4
 *   for cancels of unknown order ids, which may be invented.
 */
export const FOR_CHANGES = [
  { calls: 4, rank: 'switch' },
  { calls: 4, rank: 'cancel' },
  { calls: 8, rank: 'system' },
] as const satisfies readonly Reserve[]

/**
 * - A kill switch reads one refreshed list for each account and attempt. 2 calls are reserved for it, so that a second
 *   attempt does not have to wait for the window.
 * - After a lost reply, the reconciler polls the order list at 0.25, 1.25, 3.25 and 7.25 s while the caller waits
 *   (8 s). Reads with `refreshCache` must not use up these four calls.
 */
export const FOR_ORDER_LISTS = [
  { calls: 2, rank: 'switch' },
  { calls: 4, rank: 'system' },
] as const satisfies readonly Reserve[]

/** The last poll of the reconciliation reads the history; without it no order is reported as absent. */
export const FOR_LAST_POLL = [{ calls: 2, rank: 'system' }] as const satisfies readonly Reserve[]

/** Orders are valued before they are checked. A tenth of the calls is reserved, so other reads cannot block orders. */
export const FOR_SNAPSHOT_VALUES = [{ calls: 6, rank: 'system' }] as const satisfies readonly Reserve[]

/** As `FOR_SNAPSHOT_VALUES`, for the contract terms of futures. */
export const FOR_CONTRACT_VALUES = [{ calls: 3, rank: 'system' }] as const satisfies readonly Reserve[]
