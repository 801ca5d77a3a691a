/** What decides which connector carries the link. */
export interface Candidate {
  readonly name: string
  readonly connectedAtMs: number
  /** When a link over it last failed, Unix ms; `-Infinity` for never. */
  readonly failedAtMs: number
  /** Whether its OpenD accepts connections, as last reported; null before the first report. */
  readonly isOpendUp: boolean | null
}

/** A connector whose link failed is the last choice for this long. */
export const AVOID_AFTER_FAILURE_MS = 20_000

/** A better connector gets the link back after its OpenD has been reachable for this long. */
export const FAIL_BACK_AFTER_MS = 60_000

/** The place of a name in the configured order; a name that is not in it comes after all others. */
export function rankOf(name: string, names: readonly string[]): number {
  const rank = names.indexOf(name)
  return rank < 0 ? names.length : rank
}

/**
 * The connector for the next link: first those that have not just failed and have not reported their OpenD as down, then
 * by the configured order, then the one that connected first. Null without a connector.
 */
export function bestOf<One extends Candidate>(
  all: readonly One[],
  names: readonly string[],
  nowMs: number,
): One | null {
  const isDoubtful = (one: Candidate): number =>
    Number(one.isOpendUp === false || nowMs - one.failedAtMs < AVOID_AFTER_FAILURE_MS)
  const [best = null] = all.toSorted(
    (a, b) =>
      isDoubtful(a) - isDoubtful(b) ||
      rankOf(a.name, names) - rankOf(b.name, names) ||
      // Of two that have just failed, the other one than last time.
      (isDoubtful(a) ? a.failedAtMs - b.failedAtMs : 0) ||
      a.connectedAtMs - b.connectedAtMs,
  )
  return best
}
