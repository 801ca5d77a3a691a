import type { CallRank } from '../../calls/call-rank.ts'

/** A caller before a call: what its rank may take of a window, and what is in the window. */
export interface ShareUse {
  readonly rank: CallRank
  readonly caller: string
  /** Calls of the window that the rank may take. */
  readonly calls: number
  /** Calls in the window: the caller's own, of whatever rank, and all. */
  readonly own: number
  readonly used: number
}

/**
 * Whether a caller may make another call of a limit that others need too.
 *
 * After a call, a caller must leave free at least a third of what it has used itself. That is the same as: it uses at
 * most three quarters of what the others have not used. Without more, the callers after it would divide the rest down
 * to nothing, so its second and every further call must also leave a quarter of the calls for callers that have used
 * none. A caller's first call in a window has to leave nothing. So one caller that takes all it can leaves a quarter,
 * and that quarter goes to as many others as it has calls. Both rules count a caller's calls of every rank, against
 * the calls that the rank in question may take.
 *
 * Kill switches take all that is left, up to half of the calls; beyond that they leave a tenth. Their calls cannot be
 * made at will (an open order and its time must come first), so the tenth only lets a second switch begin while the
 * first one works. The gateway's own calls, which have the caller '', are bounded by the code that makes them and have
 * no share; they count as used by others.
 */
export function isInShare({ rank, caller, calls, own, used }: ShareUse): boolean {
  const freeAfter = calls - used - 1
  if (caller === '' || own === 0) return freeAfter >= 0
  if (rank === 'switch') return freeAfter >= (own < calls / 2 ? 0 : Math.floor(calls / 10))
  return freeAfter >= Math.max(Math.floor(calls / 4), Math.ceil((own + 1) / 3))
}
