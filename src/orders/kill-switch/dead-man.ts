import { type CancelResult, leavesOpen } from './cancel-open.ts'
import type { Switches } from './switches.ts'

/** What firing needs from outside. */
export interface DeadManOutside {
  readonly switches: Switches
  /** Unix ms. */
  readonly nowMs: () => number
  /** Cancels the open orders of a caller. */
  readonly cancelOpen: (caller: string, fireAtMs: number) => Promise<readonly CancelResult[]>
}

/**
 * Fires the dead man's switches that are due. One is disarmed only when nothing of its caller may be open any more: if
 * OpenD could not be asked, or the object ends in between, it fires again, and a cancel too many does no harm. One that
 * was renewed meanwhile stays as it is.
 */
export async function fireSwitches({ switches, nowMs, cancelOpen }: DeadManOutside): Promise<void> {
  const dueMs = nowMs()
  for (const { caller, fireAtMs } of switches.armed()) {
    if (fireAtMs > dueMs) break
    if (leavesOpen(await cancelOpen(caller, fireAtMs))) continue
    const isSame = switches.armed().some((one) => one.caller === caller && one.fireAtMs === fireAtMs)
    if (isSame) switches.arm(caller, null)
  }
}

/**
 * When the next switch becomes due, Unix ms; null when none will. One that is due already waits for the next regular
 * alarm: fired again and again it would eat up what OpenD allows the search.
 */
export function nextSwitchMs(switches: Switches, nowMs: number): number | null {
  return switches.armed().find(({ fireAtMs }) => fireAtMs > nowMs)?.fireAtMs ?? null
}
