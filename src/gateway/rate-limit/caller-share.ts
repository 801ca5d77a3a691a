import type { CallRank } from '../../calls/call-rank.ts'

/** The state of a window before a call of a caller. */
export interface ShareUse {
  readonly rank: CallRank
  readonly caller: string
  /** Calls of the window that the rank may use. */
  readonly calls: number
  /** Calls in the window: those of the caller, of all ranks, and those of all callers. */
  readonly own: number
  readonly used: number
}

/** Calls that a caller with little use leaves at least: the first calls of three other callers. */
const FIRST_CALLS = 3

/**
 * Whether a caller may make another call of a limit that it shares with other callers.
 *
 * - A caller's first call in a window may use the last free call.
 * - A caller with heavy use must leave a quarter of the calls free, and at least a third of its own use. So a single
 *   caller uses at most three quarters.
 * - A caller with little use may also use calls of that quarter, if as many calls stay free as it has used, and at
 *   least the first calls of three other callers. So a second caller gets half of the remaining calls, a third caller
 *   half of the rest.
 *
 * The rules compare a caller's calls of all ranks with the calls that the rank of the new call may use.
 *
 * A kill switch may use all free calls, up to half of the limit; beyond that it leaves a tenth, so that a second switch
 * can start while the first one runs. The gateway's own calls, which have the caller '', have no share: the code that
 * makes them bounds them. They count as used by others.
 */
export function isInShare({ rank, caller, calls, own, used }: ShareUse): boolean {
  const freeAfter = calls - used - 1
  if (caller === '' || own === 0) return freeAfter >= 0
  if (rank === 'switch') return freeAfter >= (own < calls / 2 ? 0 : Math.floor(calls / 10))
  const leftByLittleUse = Math.max(own + 1, FIRST_CALLS)
  const leftByHeavyUse = Math.max(Math.floor(calls / 4), Math.ceil((own + 1) / 3))
  return freeAfter >= Math.min(leftByLittleUse, leftByHeavyUse)
}
