import { ALL_CALLS, type OpendCall } from '../../calls.ts'
import type { CallLimit } from '../../calls/call-limit.ts'
import { type CallRank, goesBefore } from '../../calls/call-rank.ts'
import { UNOFFERED_LIMITS, type UnofferedLimit } from '../../calls/unoffered-limits.ts'

/** The window of every limit that OpenD publishes: call 1 and call n + 1 must be further apart than this. */
export const LIMIT_WINDOW_MS = 30_000

/** OpenD's limit on a call, with its counter. */
export interface UpstreamLimit extends Omit<CallLimit, 'sharesCounterOf'> {
  /** A protocol id. Calls with the same counter count together. */
  readonly counter: number
}

/** The limits of `calls`, and of calls that the API does not offer, by protocol id. */
export function limitsOf(
  calls: readonly OpendCall[],
  unoffered: readonly UnofferedLimit[] = [],
): ReadonlyMap<number, UpstreamLimit> {
  const limits = new Map<number, UpstreamLimit>()
  const add = (protoId: number, { sharesCounterOf, ...limit }: CallLimit): void => {
    const shared = calls.find(({ name }) => name === sharesCounterOf)
    limits.set(protoId, { ...limit, counter: shared?.protoId ?? protoId })
  }
  for (const { firstId, lastId, limit } of unoffered) for (let id = firstId; id <= lastId; id++) add(id, limit)
  for (const { protoId, limit } of calls) if (limit !== undefined) add(protoId, limit)
  return limits
}

/** The limits by protocol id. A call without an entry has no limit. */
export const UPSTREAM_LIMITS: ReadonlyMap<number, UpstreamLimit> = limitsOf(ALL_CALLS, UNOFFERED_LIMITS)

/** The calls of a limit that a rank may use: all except those reserved for earlier ranks. */
export function callsFor(rank: CallRank, { calls, reserves }: UpstreamLimit): number {
  const earlier = reserves.filter((reserve) => goesBefore(reserve.rank, rank))
  return earlier.reduce((left, reserve) => left - reserve.calls, calls)
}
