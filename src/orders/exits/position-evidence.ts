import { balanceOf } from './plan-exits.ts'
import type { ExitGroup } from './exit-group.ts'

/** Fills younger than this may be missing in a list of positions, ms. */
const FRESH_FILL_MS = 5_000

/** A smaller position counts when a second list confirms it after this time, ms. */
export const CONFIRM_MS = 10_000

/** A position that a list showed smaller than the exits; kept in memory, so a restart needs two lists again. */
export interface Suspicion {
  readonly left: number
  readonly atMs: number
}

/**
 * Takes a list of positions: `left` is what it has for the exits of the group, `readAtMs` when it was requested. Exits
 * are reduced or withdrawn only when two lists agree that the position is smaller, with no fill between or shortly
 * before: a list may be older than the fills, and OpenD may list nothing while it starts. Returns the suspicion that
 * the next list has to confirm; null without one.
 */
export function takePosition(
  group: ExitGroup,
  left: number,
  suspicion: Suspicion | null,
  readAtMs: number,
): Suspicion | null {
  if (left >= balanceOf(group)) {
    group.positionLeft = null
    return null
  }
  if (readAtMs < group.filledAtMs + FRESH_FILL_MS || group.positionLeft === left) return null
  if (suspicion === null || suspicion.left !== left) return { left, atMs: readAtMs }
  if (readAtMs < suspicion.atMs + CONFIRM_MS) return suspicion
  group.positionLeft = left
  if (left === 0) group.stopped = 'position_gone'
  return null
}

/** What a position leaves for each group of its security: the oldest group first. */
export function sharesOf(groups: readonly ExitGroup[], position: number): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  const isLong = position > 0
  let left = Math.abs(position)
  for (const group of groups) {
    const share = group.isLong === isLong ? Math.min(left, Math.max(0, balanceOf(group))) : 0
    shares.set(group.id, share)
    left -= share
  }
  return shares
}
