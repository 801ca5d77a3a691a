import { ALL_CALLS, type OpendCall } from '../../calls.ts'
import type { CallLimit } from '../../calls/call-limit.ts'
import { type CallRank, goesBefore } from '../../calls/call-rank.ts'
import { UNOFFERED_LIMITS, type UnofferedLimit } from '../../calls/unoffered-limits.ts'

/** The span of every limit that OpenD publishes: request 1 and request n + 1 must be more than this apart. */
export const LIMIT_WINDOW_MS = 30_000

/** OpenD's limit of a call, with the counter that it uses. */
export interface UpstreamLimit extends Omit<CallLimit, 'sharesCounterOf'> {
  /** Calls with the same counter are counted together; the protocol id that it is named after. */
  readonly counter: number
}

/** The limits of calls and of those that the API does not offer, by protocol id. */
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

/** Every limited call by protocol id. A call that is not here may be made as often as one likes. */
export const UPSTREAM_LIMITS: ReadonlyMap<number, UpstreamLimit> = limitsOf(ALL_CALLS, UNOFFERED_LIMITS)

/** How many calls of a limit that rank may take: all but what is kept for ranks before it. */
export function callsFor(rank: CallRank, { calls, reserves }: UpstreamLimit): number {
  const kept = reserves.filter((reserve) => goesBefore(reserve.rank, rank))
  return kept.reduce((left, reserve) => left - reserve.calls, calls)
}
