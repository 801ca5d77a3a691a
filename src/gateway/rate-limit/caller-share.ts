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

/** Calls that a caller with little use leaves at least: the first ones of three others. */
const FIRST_CALLS = 3

/**
 * Whether a caller may make another call of a limit that others need too.
 *
 * - A caller's first call in a window has to leave nothing.
 * - A caller that has used much leaves a quarter of the calls free, and at least a third of what it has used itself: one
 *   caller alone uses at most three quarters.
 * - A caller that has used little may take calls of that quarter too, as long as as many stay free as it has used itself,
 *   and at least the first calls of three others. So a second caller gets half of what is left, a third one half of the
 *   rest.
 *
 * The rules count a caller's calls of every rank, against the calls that the rank in question may take.
 *
 * Kill switches take all that is left, up to half of the calls; beyond that they leave a tenth, so that a second switch
 * can begin while the first one works. The gateway's own calls, which have the caller '', are bounded by the code that
 * makes them and have no share; they count as used by others.
 */
export function isInShare({ rank, caller, calls, own, used }: ShareUse): boolean {
  const freeAfter = calls - used - 1
  if (caller === '' || own === 0) return freeAfter >= 0
  if (rank === 'switch') return freeAfter >= (own < calls / 2 ? 0 : Math.floor(calls / 10))
  const leftByLittleUse = Math.max(own + 1, FIRST_CALLS)
  const leftByHeavyUse = Math.max(Math.floor(calls / 4), Math.ceil((own + 1) / 3))
  return freeAfter >= Math.min(leftByLittleUse, leftByHeavyUse)
}
